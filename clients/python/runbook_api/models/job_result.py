from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.outcome_kind import OutcomeKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="JobResult")


@_attrs_define
class JobResult:
    """How a job's program ended.

    Attributes:
        cpu_ms (int):
        duration_ms (int):
        outcome (OutcomeKind): An [`Outcome`] without its details, as the wire names it.
        peak_memory_bytes (int):
        timeout (bool):
        truncated (bool):
        exit_code (int | None | Unset): Null unless it exited.
    """

    cpu_ms: int
    duration_ms: int
    outcome: OutcomeKind
    peak_memory_bytes: int
    timeout: bool
    truncated: bool
    exit_code: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cpu_ms = self.cpu_ms

        duration_ms = self.duration_ms

        outcome = self.outcome.value

        peak_memory_bytes = self.peak_memory_bytes

        timeout = self.timeout

        truncated = self.truncated

        exit_code: int | None | Unset
        if isinstance(self.exit_code, Unset):
            exit_code = UNSET
        else:
            exit_code = self.exit_code

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cpu_ms": cpu_ms,
                "duration_ms": duration_ms,
                "outcome": outcome,
                "peak_memory_bytes": peak_memory_bytes,
                "timeout": timeout,
                "truncated": truncated,
            }
        )
        if exit_code is not UNSET:
            field_dict["exit_code"] = exit_code

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        cpu_ms = d.pop("cpu_ms")

        duration_ms = d.pop("duration_ms")

        outcome = OutcomeKind(d.pop("outcome"))

        peak_memory_bytes = d.pop("peak_memory_bytes")

        timeout = d.pop("timeout")

        truncated = d.pop("truncated")

        def _parse_exit_code(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        exit_code = _parse_exit_code(d.pop("exit_code", UNSET))

        job_result = cls(
            cpu_ms=cpu_ms,
            duration_ms=duration_ms,
            outcome=outcome,
            peak_memory_bytes=peak_memory_bytes,
            timeout=timeout,
            truncated=truncated,
            exit_code=exit_code,
        )

        job_result.additional_properties = d
        return job_result

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
