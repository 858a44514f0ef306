from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.terminal_input_type_1_type import TerminalInputType1Type

T = TypeVar("T", bound="TerminalInputType1")


@_attrs_define
class TerminalInputType1:
    """So many bytes have been shown. The shell waits for who does not say so.

    Attributes:
        bytes_ (int):
        type_ (TerminalInputType1Type):
    """

    bytes_: int
    type_: TerminalInputType1Type
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bytes_ = self.bytes_

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bytes": bytes_,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        bytes_ = d.pop("bytes")

        type_ = TerminalInputType1Type(d.pop("type"))

        terminal_input_type_1 = cls(
            bytes_=bytes_,
            type_=type_,
        )

        terminal_input_type_1.additional_properties = d
        return terminal_input_type_1

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
