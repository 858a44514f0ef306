from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Isolation")


@_attrs_define
class Isolation:
    """What isolates a session's programs on this machine.

    Attributes:
        backend (str):
        holds (list[str]): What holds, in words; empty until the sandbox runs.
        missing (list[str]): What this machine cannot give, in words.
    """

    backend: str
    holds: list[str]
    missing: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        backend = self.backend

        holds = self.holds

        missing = self.missing

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "backend": backend,
                "holds": holds,
                "missing": missing,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        backend = d.pop("backend")

        holds = cast(list[str], d.pop("holds"))

        missing = cast(list[str], d.pop("missing"))

        isolation = cls(
            backend=backend,
            holds=holds,
            missing=missing,
        )

        isolation.additional_properties = d
        return isolation

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
