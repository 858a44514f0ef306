from enum import StrEnum


class WorkerState(StrEnum):
    ACTIVE = "active"
    DRAINING = "draining"
    GONE = "gone"

    def __str__(self) -> str:
        return str(self.value)
