from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.exec_block_line_type_1_type import ExecBlockLineType1Type

T = TypeVar("T", bound="ExecBlockLineType1")


@_attrs_define
class ExecBlockLineType1:
    """
    Attributes:
        exit_code (int):
        type_ (ExecBlockLineType1Type):
    """

    exit_code: int
    type_: ExecBlockLineType1Type
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        exit_code = self.exit_code

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "exitCode": exit_code,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        exit_code = d.pop("exitCode")

        type_ = ExecBlockLineType1Type(d.pop("type"))

        exec_block_line_type_1 = cls(
            exit_code=exit_code,
            type_=type_,
        )

        exec_block_line_type_1.additional_properties = d
        return exec_block_line_type_1

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
