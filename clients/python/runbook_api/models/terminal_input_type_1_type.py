from enum import StrEnum


class TerminalInputType1Type(StrEnum):
    SHOWN = "shown"

    def __str__(self) -> str:
        return str(self.value)
