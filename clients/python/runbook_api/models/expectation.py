from enum import StrEnum


class Expectation(StrEnum):
    ANY = "any"
    FAILURE = "failure"
    SUCCESS = "success"

    def __str__(self) -> str:
        return str(self.value)
