from enum import StrEnum


class EditorEventType0Event(StrEnum):
    SAVED = "saved"

    def __str__(self) -> str:
        return str(self.value)
