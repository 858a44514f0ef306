from enum import StrEnum


class OnOutputLimit(StrEnum):
    CONTINUE = "continue"
    KILL = "kill"

    def __str__(self) -> str:
        return str(self.value)
