from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.completion_item import CompletionItem


T = TypeVar("T", bound="Completion")


@_attrs_define
class Completion:
    """
    Attributes:
        end (int):
        items (list[CompletionItem]):
        start (int): What an item takes the place of, in UTF-16 code units.
    """

    end: int
    items: list[CompletionItem]
    start: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        end = self.end

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        start = self.start

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "end": end,
                "items": items,
                "start": start,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.completion_item import CompletionItem

        d = dict(src_dict)
        end = d.pop("end")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = CompletionItem.from_dict(items_item_data)

            items.append(items_item)

        start = d.pop("start")

        completion = cls(
            end=end,
            items=items,
            start=start,
        )

        completion.additional_properties = d
        return completion

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
