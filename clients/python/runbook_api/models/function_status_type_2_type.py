from enum import StrEnum


class FunctionStatusType2Type(StrEnum):
    READY = "ready"

    def __str__(self) -> str:
        return str(self.value)
