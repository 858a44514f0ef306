from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ArtifactIn")


@_attrs_define
class ArtifactIn:
    """
    Attributes:
        artifact (str): A signed reference.
        path (str): Path below the sandbox's workspace.
    """

    artifact: str
    path: str

    def to_dict(self) -> dict[str, Any]:
        artifact = self.artifact

        path = self.path

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "artifact": artifact,
                "path": path,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        artifact = d.pop("artifact")

        path = d.pop("path")

        artifact_in = cls(
            artifact=artifact,
            path=path,
        )

        return artifact_in
