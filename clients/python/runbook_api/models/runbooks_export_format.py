from enum import StrEnum


class RunbooksExportFormat(StrEnum):
    HTML = "html"
    IPYNB = "ipynb"
    MD = "md"

    def __str__(self) -> str:
        return str(self.value)
