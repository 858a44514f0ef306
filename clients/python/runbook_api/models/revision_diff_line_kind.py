from enum import StrEnum


class RevisionDiffLineKind(StrEnum):
    ADDED = "added"
    CONTEXT = "context"
    REMOVED = "removed"

    def __str__(self) -> str:
        return str(self.value)
