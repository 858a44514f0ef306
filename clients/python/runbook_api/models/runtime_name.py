from enum import StrEnum


class RuntimeName(StrEnum):
    BASH = "bash"
    GOLANG = "golang"
    NODE = "node"
    PYTHON = "python"
    RUST = "rust"
    TYPESCRIPT = "typescript"

    def __str__(self) -> str:
        return str(self.value)
