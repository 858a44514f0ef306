from enum import StrEnum


class BlockKind(StrEnum):
    CODE = "code"
    FILE = "file"

    def __str__(self) -> str:
        return str(self.value)
