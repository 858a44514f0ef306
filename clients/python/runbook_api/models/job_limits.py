from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobLimits")


@_attrs_define
class JobLimits:
    """Bounds of a user or a token; what is left out is as the one above says: the token's user, then the
    server's default.

        Attributes:
            artifact_bytes (int | None | Unset): Bytes of artifacts that are kept.
            cpu_seconds_per_day (int | None | Unset): Seconds of processor time that programs may take between two midnights
                in UTC.
            per_minute (int | None | Unset): Jobs submitted a minute, on average; as many may come at once after a rest.
            queued (int | None | Unset): Jobs that were accepted and have not ended.
            running (int | None | Unset): Jobs that workers have at once.
    """

    artifact_bytes: int | None | Unset = UNSET
    cpu_seconds_per_day: int | None | Unset = UNSET
    per_minute: int | None | Unset = UNSET
    queued: int | None | Unset = UNSET
    running: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        artifact_bytes: int | None | Unset
        if isinstance(self.artifact_bytes, Unset):
            artifact_bytes = UNSET
        else:
            artifact_bytes = self.artifact_bytes

        cpu_seconds_per_day: int | None | Unset
        if isinstance(self.cpu_seconds_per_day, Unset):
            cpu_seconds_per_day = UNSET
        else:
            cpu_seconds_per_day = self.cpu_seconds_per_day

        per_minute: int | None | Unset
        if isinstance(self.per_minute, Unset):
            per_minute = UNSET
        else:
            per_minute = self.per_minute

        queued: int | None | Unset
        if isinstance(self.queued, Unset):
            queued = UNSET
        else:
            queued = self.queued

        running: int | None | Unset
        if isinstance(self.running, Unset):
            running = UNSET
        else:
            running = self.running

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if artifact_bytes is not UNSET:
            field_dict["artifact_bytes"] = artifact_bytes
        if cpu_seconds_per_day is not UNSET:
            field_dict["cpu_seconds_per_day"] = cpu_seconds_per_day
        if per_minute is not UNSET:
            field_dict["per_minute"] = per_minute
        if queued is not UNSET:
            field_dict["queued"] = queued
        if running is not UNSET:
            field_dict["running"] = running

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_artifact_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        artifact_bytes = _parse_artifact_bytes(d.pop("artifact_bytes", UNSET))

        def _parse_cpu_seconds_per_day(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cpu_seconds_per_day = _parse_cpu_seconds_per_day(
            d.pop("cpu_seconds_per_day", UNSET)
        )

        def _parse_per_minute(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        per_minute = _parse_per_minute(d.pop("per_minute", UNSET))

        def _parse_queued(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        queued = _parse_queued(d.pop("queued", UNSET))

        def _parse_running(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        running = _parse_running(d.pop("running", UNSET))

        job_limits = cls(
            artifact_bytes=artifact_bytes,
            cpu_seconds_per_day=cpu_seconds_per_day,
            per_minute=per_minute,
            queued=queued,
            running=running,
        )

        return job_limits
