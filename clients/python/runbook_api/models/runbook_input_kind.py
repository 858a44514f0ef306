from enum import StrEnum


class RunbookInputKind(StrEnum):
    BOOLEAN = "boolean"
    DATE = "date"
    MULTILINE = "multiline"
    NUMBER = "number"
    SECRET = "secret"
    SELECT = "select"
    TEXT = "text"

    def __str__(self) -> str:
        return str(self.value)
