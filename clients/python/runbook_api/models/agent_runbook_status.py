from enum import StrEnum


class AgentRunbookStatus(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    GENERATING_STEPS = "generating_steps"
    IN_PROGRESS = "in_progress"
    NOT_STARTED = "not_started"
    PARTIALLY_COMPLETED = "partially_completed"

    def __str__(self) -> str:
        return str(self.value)
