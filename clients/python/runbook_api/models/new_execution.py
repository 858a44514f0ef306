from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="NewExecution")


@_attrs_define
class NewExecution:
    """
    Attributes:
        block (str): Id of the block.
        content_hash (str): `content_hash` of the block as the caller sees it. Another one is refused (409).
        interactive (bool | Unset): Whether somebody will answer what the block asks on standard input. If not, its
            input is empty.
    """

    block: str
    content_hash: str
    interactive: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block = self.block

        content_hash = self.content_hash

        interactive = self.interactive

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "block": block,
                "content_hash": content_hash,
            }
        )
        if interactive is not UNSET:
            field_dict["interactive"] = interactive

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        block = d.pop("block")

        content_hash = d.pop("content_hash")

        interactive = d.pop("interactive", UNSET)

        new_execution = cls(
            block=block,
            content_hash=content_hash,
            interactive=interactive,
        )

        new_execution.additional_properties = d
        return new_execution

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
