from enum import StrEnum


class PrMode(StrEnum):
    MANUAL = "manual"
    SINGLE_PR = "single_pr"
    STACKED_PR = "stacked_pr"

    def __str__(self) -> str:
        return str(self.value)
