from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.revision_diff_line_kind import RevisionDiffLineKind

T = TypeVar("T", bound="RevisionDiffLine")


@_attrs_define
class RevisionDiffLine:
    """
    Attributes:
        kind (RevisionDiffLineKind):
        text (str): Without its end.
    """

    kind: RevisionDiffLineKind
    text: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind = self.kind.value

        text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "text": text,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        kind = RevisionDiffLineKind(d.pop("kind"))

        text = d.pop("text")

        revision_diff_line = cls(
            kind=kind,
            text=text,
        )

        revision_diff_line.additional_properties = d
        return revision_diff_line

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
