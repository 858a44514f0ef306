from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.marked_text import MarkedText
    from ..models.search_place import SearchPlace


T = TypeVar("T", bound="SearchHit")


@_attrs_define
class SearchHit:
    """A runbook in which something was found.

    Attributes:
        id (str):
        more (int): Lines beyond those in which something was found.
        places (list[SearchPlace]): The best places, in the order of the text.
        title (MarkedText): A text, and what in it is marked.
        updated_at (datetime.datetime):
    """

    id: str
    more: int
    places: list[SearchPlace]
    title: MarkedText
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        more = self.more

        places = []
        for places_item_data in self.places:
            places_item = places_item_data.to_dict()
            places.append(places_item)

        title = self.title.to_dict()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "more": more,
                "places": places,
                "title": title,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.marked_text import MarkedText
        from ..models.search_place import SearchPlace

        d = dict(src_dict)
        id = d.pop("id")

        more = d.pop("more")

        places = []
        _places = d.pop("places")
        for places_item_data in _places:
            places_item = SearchPlace.from_dict(places_item_data)

            places.append(places_item)

        title = MarkedText.from_dict(d.pop("title"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        search_hit = cls(
            id=id,
            more=more,
            places=places,
            title=title,
            updated_at=updated_at,
        )

        search_hit.additional_properties = d
        return search_hit

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
