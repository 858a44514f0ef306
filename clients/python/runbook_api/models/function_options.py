from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="FunctionOptions")


@_attrs_define
class FunctionOptions:
    """What a version asks for beside its code. What is left out is the server's default, and never what
    the version before asked for.

        Attributes:
            cpu_limit (float | None | Unset): Processors of a call.
            keep_warm (int | None | Unset): Seconds for which an instance waits for the next call; 0 keeps none.
            mem_limit_mb (int | None | Unset): Memory of a call, in MiB.
            network (list[str] | Unset): Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers
                them.
            secrets (list[str] | Unset): Names of my secrets that it finds in its environment.
            timeout (int | None | Unset): Seconds that a call may take; 60 if left out.
    """

    cpu_limit: float | None | Unset = UNSET
    keep_warm: int | None | Unset = UNSET
    mem_limit_mb: int | None | Unset = UNSET
    network: list[str] | Unset = UNSET
    secrets: list[str] | Unset = UNSET
    timeout: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cpu_limit: float | None | Unset
        if isinstance(self.cpu_limit, Unset):
            cpu_limit = UNSET
        else:
            cpu_limit = self.cpu_limit

        keep_warm: int | None | Unset
        if isinstance(self.keep_warm, Unset):
            keep_warm = UNSET
        else:
            keep_warm = self.keep_warm

        mem_limit_mb: int | None | Unset
        if isinstance(self.mem_limit_mb, Unset):
            mem_limit_mb = UNSET
        else:
            mem_limit_mb = self.mem_limit_mb

        network: list[str] | Unset = UNSET
        if not isinstance(self.network, Unset):
            network = self.network

        secrets: list[str] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets

        timeout: int | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if cpu_limit is not UNSET:
            field_dict["cpu_limit"] = cpu_limit
        if keep_warm is not UNSET:
            field_dict["keep_warm"] = keep_warm
        if mem_limit_mb is not UNSET:
            field_dict["mem_limit_mb"] = mem_limit_mb
        if network is not UNSET:
            field_dict["network"] = network
        if secrets is not UNSET:
            field_dict["secrets"] = secrets
        if timeout is not UNSET:
            field_dict["timeout"] = timeout

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

        def _parse_keep_warm(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        keep_warm = _parse_keep_warm(d.pop("keep_warm", UNSET))

        def _parse_mem_limit_mb(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        mem_limit_mb = _parse_mem_limit_mb(d.pop("mem_limit_mb", UNSET))

        network = cast(list[str], d.pop("network", UNSET))

        secrets = cast(list[str], d.pop("secrets", UNSET))

        def _parse_timeout(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        function_options = cls(
            cpu_limit=cpu_limit,
            keep_warm=keep_warm,
            mem_limit_mb=mem_limit_mb,
            network=network,
            secrets=secrets,
            timeout=timeout,
        )

        function_options.additional_properties = d
        return function_options

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
