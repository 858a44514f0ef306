from enum import StrEnum


class TerminalNewsType0Type(StrEnum):
    READY = "ready"

    def __str__(self) -> str:
        return str(self.value)
