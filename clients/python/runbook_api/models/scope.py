from enum import StrEnum


class Scope(StrEnum):
    ADMIN = "admin"
    AGENTREAD = "agent:read"
    AGENTWRITE = "agent:write"
    CODERUN = "code:run"
    FUNCTIONREAD = "function:read"
    FUNCTIONRUN = "function:run"
    FUNCTIONWRITE = "function:write"
    JOBREAD = "job:read"
    JOBWRITE = "job:write"
    RUNBOOKREAD = "runbook:read"
    RUNBOOKWRITE = "runbook:write"
    SESSIONRUN = "session:run"
    TOKENWRITE = "token:write"

    def __str__(self) -> str:
        return str(self.value)
