from enum import StrEnum


class EditorEventType2Event(StrEnum):
    REFUSED = "refused"

    def __str__(self) -> str:
        return str(self.value)
