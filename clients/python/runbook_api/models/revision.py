from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.revision_origin import RevisionOrigin
from ..types import UNSET, Unset

T = TypeVar("T", bound="Revision")


@_attrs_define
class Revision:
    """
    Attributes:
        author (str):
        author_name (str):
        created_at (datetime.datetime):
        number (int):
        origin (RevisionOrigin):
        updated_at (datetime.datetime):
        lines_added (int | None | Unset): Lines that the revision before has not; unknown of the first, and of those
            that older versions saved.
        lines_removed (int | None | Unset):
        name (None | str | Unset): What somebody called it.
        restored_from (int | None | Unset): The revision whose text it has, if it was restored.
    """

    author: str
    author_name: str
    created_at: datetime.datetime
    number: int
    origin: RevisionOrigin
    updated_at: datetime.datetime
    lines_added: int | None | Unset = UNSET
    lines_removed: int | None | Unset = UNSET
    name: None | str | Unset = UNSET
    restored_from: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        author = self.author

        author_name = self.author_name

        created_at = self.created_at.isoformat()

        number = self.number

        origin = self.origin.value

        updated_at = self.updated_at.isoformat()

        lines_added: int | None | Unset
        if isinstance(self.lines_added, Unset):
            lines_added = UNSET
        else:
            lines_added = self.lines_added

        lines_removed: int | None | Unset
        if isinstance(self.lines_removed, Unset):
            lines_removed = UNSET
        else:
            lines_removed = self.lines_removed

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        restored_from: int | None | Unset
        if isinstance(self.restored_from, Unset):
            restored_from = UNSET
        else:
            restored_from = self.restored_from

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "author": author,
                "author_name": author_name,
                "created_at": created_at,
                "number": number,
                "origin": origin,
                "updated_at": updated_at,
            }
        )
        if lines_added is not UNSET:
            field_dict["lines_added"] = lines_added
        if lines_removed is not UNSET:
            field_dict["lines_removed"] = lines_removed
        if name is not UNSET:
            field_dict["name"] = name
        if restored_from is not UNSET:
            field_dict["restored_from"] = restored_from

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        author = d.pop("author")

        author_name = d.pop("author_name")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        number = d.pop("number")

        origin = RevisionOrigin(d.pop("origin"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        def _parse_lines_added(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        lines_added = _parse_lines_added(d.pop("lines_added", UNSET))

        def _parse_lines_removed(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        lines_removed = _parse_lines_removed(d.pop("lines_removed", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_restored_from(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        restored_from = _parse_restored_from(d.pop("restored_from", UNSET))

        revision = cls(
            author=author,
            author_name=author_name,
            created_at=created_at,
            number=number,
            origin=origin,
            updated_at=updated_at,
            lines_added=lines_added,
            lines_removed=lines_removed,
            name=name,
            restored_from=restored_from,
        )

        revision.additional_properties = d
        return revision

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
