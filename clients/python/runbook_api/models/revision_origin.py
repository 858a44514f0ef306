from enum import StrEnum


class RevisionOrigin(StrEnum):
    EDITED = "edited"
    RESTORED = "restored"
    SAVED = "saved"

    def __str__(self) -> str:
        return str(self.value)
