from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.revision_diff_line import RevisionDiffLine


T = TypeVar("T", bound="RevisionDiffHunk")


@_attrs_define
class RevisionDiffHunk:
    """Lines that differ, with three around them.

    Attributes:
        lines (list[RevisionDiffLine]):
        new_start (int):
        old_start (int): Lines are counted from 1.
    """

    lines: list[RevisionDiffLine]
    new_start: int
    old_start: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        lines = []
        for lines_item_data in self.lines:
            lines_item = lines_item_data.to_dict()
            lines.append(lines_item)

        new_start = self.new_start

        old_start = self.old_start

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "lines": lines,
                "new_start": new_start,
                "old_start": old_start,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.revision_diff_line import RevisionDiffLine

        d = dict(src_dict)
        lines = []
        _lines = d.pop("lines")
        for lines_item_data in _lines:
            lines_item = RevisionDiffLine.from_dict(lines_item_data)

            lines.append(lines_item)

        new_start = d.pop("new_start")

        old_start = d.pop("old_start")

        revision_diff_hunk = cls(
            lines=lines,
            new_start=new_start,
            old_start=old_start,
        )

        revision_diff_hunk.additional_properties = d
        return revision_diff_hunk

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
