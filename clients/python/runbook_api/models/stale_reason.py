from enum import StrEnum


class StaleReason(StrEnum):
    EDITED = "edited"
    NEED_RAN_AGAIN = "need_ran_again"
    NEED_STALE = "need_stale"

    def __str__(self) -> str:
        return str(self.value)
