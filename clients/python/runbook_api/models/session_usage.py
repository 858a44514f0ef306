from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.session_limits import SessionLimits


T = TypeVar("T", bound="SessionUsage")


@_attrs_define
class SessionUsage:
    """What a session uses now. Null is what nobody counts here.

    Attributes:
        at (datetime.datetime):
        limits (SessionLimits): What a session may use.
        cpu_ms (int | None | Unset): User and system time of all its programs so far.
        memory_bytes (int | None | Unset):
        peak_memory_bytes (int | None | Unset):
        processes (int | None | Unset):
    """

    at: datetime.datetime
    limits: SessionLimits
    cpu_ms: int | None | Unset = UNSET
    memory_bytes: int | None | Unset = UNSET
    peak_memory_bytes: int | None | Unset = UNSET
    processes: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        limits = self.limits.to_dict()

        cpu_ms: int | None | Unset
        if isinstance(self.cpu_ms, Unset):
            cpu_ms = UNSET
        else:
            cpu_ms = self.cpu_ms

        memory_bytes: int | None | Unset
        if isinstance(self.memory_bytes, Unset):
            memory_bytes = UNSET
        else:
            memory_bytes = self.memory_bytes

        peak_memory_bytes: int | None | Unset
        if isinstance(self.peak_memory_bytes, Unset):
            peak_memory_bytes = UNSET
        else:
            peak_memory_bytes = self.peak_memory_bytes

        processes: int | None | Unset
        if isinstance(self.processes, Unset):
            processes = UNSET
        else:
            processes = self.processes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "limits": limits,
            }
        )
        if cpu_ms is not UNSET:
            field_dict["cpu_ms"] = cpu_ms
        if memory_bytes is not UNSET:
            field_dict["memory_bytes"] = memory_bytes
        if peak_memory_bytes is not UNSET:
            field_dict["peak_memory_bytes"] = peak_memory_bytes
        if processes is not UNSET:
            field_dict["processes"] = processes

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.session_limits import SessionLimits

        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        limits = SessionLimits.from_dict(d.pop("limits"))

        def _parse_cpu_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cpu_ms = _parse_cpu_ms(d.pop("cpu_ms", UNSET))

        def _parse_memory_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        memory_bytes = _parse_memory_bytes(d.pop("memory_bytes", UNSET))

        def _parse_peak_memory_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        peak_memory_bytes = _parse_peak_memory_bytes(d.pop("peak_memory_bytes", UNSET))

        def _parse_processes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        processes = _parse_processes(d.pop("processes", UNSET))

        session_usage = cls(
            at=at,
            limits=limits,
            cpu_ms=cpu_ms,
            memory_bytes=memory_bytes,
            peak_memory_bytes=peak_memory_bytes,
            processes=processes,
        )

        session_usage.additional_properties = d
        return session_usage

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
