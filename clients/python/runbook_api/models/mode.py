from enum import StrEnum


class Mode(StrEnum):
    HUB = "hub"
    LOCAL = "local"

    def __str__(self) -> str:
        return str(self.value)
