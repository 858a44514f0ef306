from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SessionLimits")


@_attrs_define
class SessionLimits:
    """What a session may use.

    Attributes:
        cpu_millis (int): Thousandths of a processor.
        memory_bytes (int):
        processes (int):
        workspace_bytes (int):
    """

    cpu_millis: int
    memory_bytes: int
    processes: int
    workspace_bytes: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cpu_millis = self.cpu_millis

        memory_bytes = self.memory_bytes

        processes = self.processes

        workspace_bytes = self.workspace_bytes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cpu_millis": cpu_millis,
                "memory_bytes": memory_bytes,
                "processes": processes,
                "workspace_bytes": workspace_bytes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        cpu_millis = d.pop("cpu_millis")

        memory_bytes = d.pop("memory_bytes")

        processes = d.pop("processes")

        workspace_bytes = d.pop("workspace_bytes")

        session_limits = cls(
            cpu_millis=cpu_millis,
            memory_bytes=memory_bytes,
            processes=processes,
            workspace_bytes=workspace_bytes,
        )

        session_limits.additional_properties = d
        return session_limits

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
