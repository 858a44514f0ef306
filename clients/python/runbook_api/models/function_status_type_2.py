from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.function_status_type_2_type import FunctionStatusType2Type

T = TypeVar("T", bound="FunctionStatusType2")


@_attrs_define
class FunctionStatusType2:
    """
    Attributes:
        id (str):
        tag (str): Name and version.
        type_ (FunctionStatusType2Type):
    """

    id: str
    tag: str
    type_: FunctionStatusType2Type
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        tag = self.tag

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "tag": tag,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        tag = d.pop("tag")

        type_ = FunctionStatusType2Type(d.pop("type"))

        function_status_type_2 = cls(
            id=id,
            tag=tag,
            type_=type_,
        )

        function_status_type_2.additional_properties = d
        return function_status_type_2

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
