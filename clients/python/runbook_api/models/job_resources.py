from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobResources")


@_attrs_define
class JobResources:
    """What its program may use; the operator's limits if left out, and never more.

    Attributes:
        cpu_limit (float | None | Unset): Processors.
        mem_limit_mb (int | None | Unset):
        output_limit (int | None | Unset): Bytes of stdout and stderr together that are kept.
    """

    cpu_limit: float | None | Unset = UNSET
    mem_limit_mb: int | None | Unset = UNSET
    output_limit: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        cpu_limit: float | None | Unset
        if isinstance(self.cpu_limit, Unset):
            cpu_limit = UNSET
        else:
            cpu_limit = self.cpu_limit

        mem_limit_mb: int | None | Unset
        if isinstance(self.mem_limit_mb, Unset):
            mem_limit_mb = UNSET
        else:
            mem_limit_mb = self.mem_limit_mb

        output_limit: int | None | Unset
        if isinstance(self.output_limit, Unset):
            output_limit = UNSET
        else:
            output_limit = self.output_limit

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if cpu_limit is not UNSET:
            field_dict["cpu_limit"] = cpu_limit
        if mem_limit_mb is not UNSET:
            field_dict["mem_limit_mb"] = mem_limit_mb
        if output_limit is not UNSET:
            field_dict["output_limit"] = output_limit

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_cpu_limit(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cpu_limit = _parse_cpu_limit(d.pop("cpu_limit", UNSET))

        def _parse_mem_limit_mb(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        mem_limit_mb = _parse_mem_limit_mb(d.pop("mem_limit_mb", UNSET))

        def _parse_output_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        output_limit = _parse_output_limit(d.pop("output_limit", UNSET))

        job_resources = cls(
            cpu_limit=cpu_limit,
            mem_limit_mb=mem_limit_mb,
            output_limit=output_limit,
        )

        return job_resources
