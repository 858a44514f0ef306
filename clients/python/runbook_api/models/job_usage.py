from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="JobUsage")


@_attrs_define
class JobUsage:
    """What a user or a token has used of its limits.

    Attributes:
        artifact_bytes (int):
        cpu_ms_today (int): Milliseconds of processor time since midnight in UTC.
        queued (int): Jobs that have not ended.
        running (int): Of these, those that workers have.
    """

    artifact_bytes: int
    cpu_ms_today: int
    queued: int
    running: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        artifact_bytes = self.artifact_bytes

        cpu_ms_today = self.cpu_ms_today

        queued = self.queued

        running = self.running

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "artifact_bytes": artifact_bytes,
                "cpu_ms_today": cpu_ms_today,
                "queued": queued,
                "running": running,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        artifact_bytes = d.pop("artifact_bytes")

        cpu_ms_today = d.pop("cpu_ms_today")

        queued = d.pop("queued")

        running = d.pop("running")

        job_usage = cls(
            artifact_bytes=artifact_bytes,
            cpu_ms_today=cpu_ms_today,
            queued=queued,
            running=running,
        )

        job_usage.additional_properties = d
        return job_usage

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
