from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.last_execution import LastExecution
    from ..models.tag import Tag


T = TypeVar("T", bound="Shelf")


@_attrs_define
class Shelf:
    """What I keep about a runbook.

    Attributes:
        starred (bool):
        tags (list[Tag]):
        folder (None | str | Unset):
        last_execution (LastExecution | None | Unset):
        opened_at (datetime.datetime | None | Unset):
    """

    starred: bool
    tags: list[Tag]
    folder: None | str | Unset = UNSET
    last_execution: LastExecution | None | Unset = UNSET
    opened_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.last_execution import LastExecution

        starred = self.starred

        tags = []
        for tags_item_data in self.tags:
            tags_item = tags_item_data.to_dict()
            tags.append(tags_item)

        folder: None | str | Unset
        if isinstance(self.folder, Unset):
            folder = UNSET
        else:
            folder = self.folder

        last_execution: dict[str, Any] | None | Unset
        if isinstance(self.last_execution, Unset):
            last_execution = UNSET
        elif isinstance(self.last_execution, LastExecution):
            last_execution = self.last_execution.to_dict()
        else:
            last_execution = self.last_execution

        opened_at: None | str | Unset
        if isinstance(self.opened_at, Unset):
            opened_at = UNSET
        elif isinstance(self.opened_at, datetime.datetime):
            opened_at = self.opened_at.isoformat()
        else:
            opened_at = self.opened_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "starred": starred,
                "tags": tags,
            }
        )
        if folder is not UNSET:
            field_dict["folder"] = folder
        if last_execution is not UNSET:
            field_dict["last_execution"] = last_execution
        if opened_at is not UNSET:
            field_dict["opened_at"] = opened_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.last_execution import LastExecution
        from ..models.tag import Tag

        d = dict(src_dict)
        starred = d.pop("starred")

        tags = []
        _tags = d.pop("tags")
        for tags_item_data in _tags:
            tags_item = Tag.from_dict(tags_item_data)

            tags.append(tags_item)

        def _parse_folder(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        folder = _parse_folder(d.pop("folder", UNSET))

        def _parse_last_execution(data: object) -> LastExecution | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                last_execution_type_0 = LastExecution.from_dict(data)

                return last_execution_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(LastExecution | None | Unset, data)

        last_execution = _parse_last_execution(d.pop("last_execution", UNSET))

        def _parse_opened_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                opened_at_type_0 = datetime.datetime.fromisoformat(data)

                return opened_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        opened_at = _parse_opened_at(d.pop("opened_at", UNSET))

        shelf = cls(
            starred=starred,
            tags=tags,
            folder=folder,
            last_execution=last_execution,
            opened_at=opened_at,
        )

        shelf.additional_properties = d
        return shelf

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
