from enum import StrEnum


class ExecBlockLineType1Type(StrEnum):
    EXIT = "exit"

    def __str__(self) -> str:
        return str(self.value)
