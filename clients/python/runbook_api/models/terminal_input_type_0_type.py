from enum import StrEnum


class TerminalInputType0Type(StrEnum):
    RESIZE = "resize"

    def __str__(self) -> str:
        return str(self.value)
