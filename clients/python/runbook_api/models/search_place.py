from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.marked_text import MarkedText
    from ..models.search_block import SearchBlock


T = TypeVar("T", bound="SearchPlace")


@_attrs_define
class SearchPlace:
    """
    Attributes:
        line (int): Counted from 1.
        snippet (MarkedText): A text, and what in it is marked.
        block (None | SearchBlock | Unset):
        heading (None | str | Unset): The heading that it stands under.
    """

    line: int
    snippet: MarkedText
    block: None | SearchBlock | Unset = UNSET
    heading: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.search_block import SearchBlock

        line = self.line

        snippet = self.snippet.to_dict()

        block: dict[str, Any] | None | Unset
        if isinstance(self.block, Unset):
            block = UNSET
        elif isinstance(self.block, SearchBlock):
            block = self.block.to_dict()
        else:
            block = self.block

        heading: None | str | Unset
        if isinstance(self.heading, Unset):
            heading = UNSET
        else:
            heading = self.heading

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "line": line,
                "snippet": snippet,
            }
        )
        if block is not UNSET:
            field_dict["block"] = block
        if heading is not UNSET:
            field_dict["heading"] = heading

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.marked_text import MarkedText
        from ..models.search_block import SearchBlock

        d = dict(src_dict)
        line = d.pop("line")

        snippet = MarkedText.from_dict(d.pop("snippet"))

        def _parse_block(data: object) -> None | SearchBlock | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                block_type_0 = SearchBlock.from_dict(data)

                return block_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SearchBlock | Unset, data)

        block = _parse_block(d.pop("block", UNSET))

        def _parse_heading(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        heading = _parse_heading(d.pop("heading", UNSET))

        search_place = cls(
            line=line,
            snippet=snippet,
            block=block,
            heading=heading,
        )

        search_place.additional_properties = d
        return search_place

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
