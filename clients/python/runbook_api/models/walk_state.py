from enum import StrEnum


class WalkState(StrEnum):
    FAILED = "failed"
    PASSED = "passed"
    RUNNING = "running"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
