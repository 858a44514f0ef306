from enum import StrEnum


class CodeLanguage(StrEnum):
    BASH = "bash"
    GO = "go"
    JAVASCRIPT = "javascript"
    PYTHON = "python"
    RUST = "rust"
    TYPESCRIPT = "typescript"

    def __str__(self) -> str:
        return str(self.value)
