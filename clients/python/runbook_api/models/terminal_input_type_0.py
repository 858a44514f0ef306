from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.terminal_input_type_0_type import TerminalInputType0Type

T = TypeVar("T", bound="TerminalInputType0")


@_attrs_define
class TerminalInputType0:
    """So much is seen of it now.

    Attributes:
        columns (int):
        rows (int):
        type_ (TerminalInputType0Type):
    """

    columns: int
    rows: int
    type_: TerminalInputType0Type
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        columns = self.columns

        rows = self.rows

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "columns": columns,
                "rows": rows,
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        columns = d.pop("columns")

        rows = d.pop("rows")

        type_ = TerminalInputType0Type(d.pop("type"))

        terminal_input_type_0 = cls(
            columns=columns,
            rows=rows,
            type_=type_,
        )

        terminal_input_type_0.additional_properties = d
        return terminal_input_type_0

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
