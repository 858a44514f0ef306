from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CodeOffer")


@_attrs_define
class CodeOffer:
    """What the operator offers to code, and what holds where a request leaves something out.

    Attributes:
        cpu_limit (float):
        dependencies (bool): Whether packages can be installed.
        max_request_bytes (int): Bytes of the largest request, as it is sent.
        mem_limit_mb (int):
        network (list[str]): Hosts and ports that `network` may name; `*` is any, and an empty list none.
        output_limit (int):
        timeout (int): Seconds.
    """

    cpu_limit: float
    dependencies: bool
    max_request_bytes: int
    mem_limit_mb: int
    network: list[str]
    output_limit: int
    timeout: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cpu_limit = self.cpu_limit

        dependencies = self.dependencies

        max_request_bytes = self.max_request_bytes

        mem_limit_mb = self.mem_limit_mb

        network = self.network

        output_limit = self.output_limit

        timeout = self.timeout

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cpu_limit": cpu_limit,
                "dependencies": dependencies,
                "max_request_bytes": max_request_bytes,
                "mem_limit_mb": mem_limit_mb,
                "network": network,
                "output_limit": output_limit,
                "timeout": timeout,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        cpu_limit = d.pop("cpu_limit")

        dependencies = d.pop("dependencies")

        max_request_bytes = d.pop("max_request_bytes")

        mem_limit_mb = d.pop("mem_limit_mb")

        network = cast(list[str], d.pop("network"))

        output_limit = d.pop("output_limit")

        timeout = d.pop("timeout")

        code_offer = cls(
            cpu_limit=cpu_limit,
            dependencies=dependencies,
            max_request_bytes=max_request_bytes,
            mem_limit_mb=mem_limit_mb,
            network=network,
            output_limit=output_limit,
            timeout=timeout,
        )

        code_offer.additional_properties = d
        return code_offer

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
