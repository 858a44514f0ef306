from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.revision_diff_hunk import RevisionDiffHunk


T = TypeVar("T", bound="RevisionDiff")


@_attrs_define
class RevisionDiff:
    """How a revision became another.

    Attributes:
        hunks (list[RevisionDiffHunk]):
        lines_added (int):
        lines_removed (int):
        to (int):
        truncated (bool): There is more than is shown.
        from_ (int | None | Unset): The old one; none if the new one is the first.
    """

    hunks: list[RevisionDiffHunk]
    lines_added: int
    lines_removed: int
    to: int
    truncated: bool
    from_: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        hunks = []
        for hunks_item_data in self.hunks:
            hunks_item = hunks_item_data.to_dict()
            hunks.append(hunks_item)

        lines_added = self.lines_added

        lines_removed = self.lines_removed

        to = self.to

        truncated = self.truncated

        from_: int | None | Unset
        if isinstance(self.from_, Unset):
            from_ = UNSET
        else:
            from_ = self.from_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "hunks": hunks,
                "lines_added": lines_added,
                "lines_removed": lines_removed,
                "to": to,
                "truncated": truncated,
            }
        )
        if from_ is not UNSET:
            field_dict["from"] = from_

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.revision_diff_hunk import RevisionDiffHunk

        d = dict(src_dict)
        hunks = []
        _hunks = d.pop("hunks")
        for hunks_item_data in _hunks:
            hunks_item = RevisionDiffHunk.from_dict(hunks_item_data)

            hunks.append(hunks_item)

        lines_added = d.pop("lines_added")

        lines_removed = d.pop("lines_removed")

        to = d.pop("to")

        truncated = d.pop("truncated")

        def _parse_from_(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        from_ = _parse_from_(d.pop("from", UNSET))

        revision_diff = cls(
            hunks=hunks,
            lines_added=lines_added,
            lines_removed=lines_removed,
            to=to,
            truncated=truncated,
            from_=from_,
        )

        revision_diff.additional_properties = d
        return revision_diff

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
