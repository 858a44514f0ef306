from enum import StrEnum


class Hide(StrEnum):
    BOTH = "both"
    CODE = "code"
    NOTHING = "nothing"
    OUTPUT = "output"

    def __str__(self) -> str:
        return str(self.value)
