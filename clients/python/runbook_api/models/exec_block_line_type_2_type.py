from enum import StrEnum


class ExecBlockLineType2Type(StrEnum):
    ERROR = "error"

    def __str__(self) -> str:
        return str(self.value)
