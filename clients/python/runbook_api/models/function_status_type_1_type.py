from enum import StrEnum


class FunctionStatusType1Type(StrEnum):
    ERROR = "error"

    def __str__(self) -> str:
        return str(self.value)
