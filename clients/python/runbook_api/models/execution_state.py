from enum import StrEnum


class ExecutionState(StrEnum):
    FINISHED = "finished"
    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"

    def __str__(self) -> str:
        return str(self.value)
