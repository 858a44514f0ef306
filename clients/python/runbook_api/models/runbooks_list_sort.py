from enum import StrEnum


class RunbooksListSort(StrEnum):
    CREATED = "created"
    RECENT = "recent"
    TITLE = "title"
    UPDATED = "updated"

    def __str__(self) -> str:
        return str(self.value)
