from enum import StrEnum


class FoldersDeleteContents(StrEnum):
    MOVE_UP = "move_up"

    def __str__(self) -> str:
        return str(self.value)
