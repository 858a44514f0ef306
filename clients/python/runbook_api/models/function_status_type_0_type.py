from enum import StrEnum


class FunctionStatusType0Type(StrEnum):
    BUILDING = "building"

    def __str__(self) -> str:
        return str(self.value)
