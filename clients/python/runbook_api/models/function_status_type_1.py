from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.function_status_type_1_type import FunctionStatusType1Type

T = TypeVar("T", bound="FunctionStatusType1")


@_attrs_define
class FunctionStatusType1:
    """What answers is `serving_version`.

    Attributes:
        error (str):
        logs (str):
        message (str):
        type_ (FunctionStatusType1Type):
    """

    error: str
    logs: str
    message: str
    type_: FunctionStatusType1Type
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        error = self.error

        logs = self.logs

        message = self.message

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "error": error,
                "logs": logs,
                "message": message,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        error = d.pop("error")

        logs = d.pop("logs")

        message = d.pop("message")

        type_ = FunctionStatusType1Type(d.pop("type"))

        function_status_type_1 = cls(
            error=error,
            logs=logs,
            message=message,
            type_=type_,
        )

        function_status_type_1.additional_properties = d
        return function_status_type_1

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
