from enum import StrEnum


class TerminalNewsType1Type(StrEnum):
    END = "end"

    def __str__(self) -> str:
        return str(self.value)
