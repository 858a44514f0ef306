from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.exec_block_line_type_2_type import ExecBlockLineType2Type

T = TypeVar("T", bound="ExecBlockLineType2")


@_attrs_define
class ExecBlockLineType2:
    """
    Attributes:
        message (str):
        type_ (ExecBlockLineType2Type):
    """

    message: str
    type_: ExecBlockLineType2Type
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "message": message,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        message = d.pop("message")

        type_ = ExecBlockLineType2Type(d.pop("type"))

        exec_block_line_type_2 = cls(
            message=message,
            type_=type_,
        )

        exec_block_line_type_2.additional_properties = d
        return exec_block_line_type_2

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
