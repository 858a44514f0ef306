from enum import StrEnum


class SessionStatus(StrEnum):
    ACTIVE = "ACTIVE"
    ENDING = "ENDING"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    LOST = "LOST"
    SHUTDOWN = "SHUTDOWN"
    STARTING = "STARTING"
    TERMINATED = "TERMINATED"

    def __str__(self) -> str:
        return str(self.value)
