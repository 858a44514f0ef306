from enum import StrEnum


class EditorEventType1Event(StrEnum):
    UNSAVED = "unsaved"

    def __str__(self) -> str:
        return str(self.value)
