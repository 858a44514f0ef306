from enum import StrEnum


class WalkSelection(StrEnum):
    ALL = "all"
    BLOCK = "block"
    FROM = "from"
    SECTION = "section"

    def __str__(self) -> str:
        return str(self.value)
