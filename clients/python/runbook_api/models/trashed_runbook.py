from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="TrashedRunbook")


@_attrs_define
class TrashedRunbook:
    """A runbook in the trash.

    Attributes:
        deleted_at (datetime.datetime):
        gone_at (datetime.datetime):
        id (str):
        title (str):
    """

    deleted_at: datetime.datetime
    gone_at: datetime.datetime
    id: str
    title: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        deleted_at = self.deleted_at.isoformat()

        gone_at = self.gone_at.isoformat()

        id = self.id

        title = self.title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "deleted_at": deleted_at,
                "gone_at": gone_at,
                "id": id,
                "title": title,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        deleted_at = datetime.datetime.fromisoformat(d.pop("deleted_at"))

        gone_at = datetime.datetime.fromisoformat(d.pop("gone_at"))

        id = d.pop("id")

        title = d.pop("title")

        trashed_runbook = cls(
            deleted_at=deleted_at,
            gone_at=gone_at,
            id=id,
            title=title,
        )

        trashed_runbook.additional_properties = d
        return trashed_runbook

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
