from enum import StrEnum


class ExecBlockLineType0Type(StrEnum):
    OUTPUT = "output"

    def __str__(self) -> str:
        return str(self.value)
