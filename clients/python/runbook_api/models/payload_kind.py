from enum import StrEnum


class PayloadKind(StrEnum):
    ARTIFACT = "artifact"
    CODE = "code"
    COMMAND = "command"
    FUNCTION = "function"
    RUNBOOK = "runbook"

    def __str__(self) -> str:
        return str(self.value)
