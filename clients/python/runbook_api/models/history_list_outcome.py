from enum import StrEnum


class HistoryListOutcome(StrEnum):
    CANCELLED = "cancelled"
    EXITED = "exited"
    FAILED = "failed"
    KILLED = "killed"
    LOST = "lost"
    OUT_OF_MEMORY = "out_of_memory"
    SUCCEEDED = "succeeded"
    TIMED_OUT = "timed_out"

    def __str__(self) -> str:
        return str(self.value)
