from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ExecutionOrigin")


@_attrs_define
class ExecutionOrigin:
    """What an execution was made of.

    Attributes:
        code (str): As it ran.
        inputs (list[str]): Names of what it was given.
        line (int): Line of the block in that revision, counted from 1.
        memory_bytes (int): What its sandbox might use at most.
        output_bytes (int): Bytes of output that were kept at most.
        revision (int): The revision of the runbook whose block it was.
        block_name (None | str | Unset):
        runtime_version (None | str | Unset): What the runtime said of itself.
        timeout_ms (int | None | Unset): Null if it had as long as its session.
    """

    code: str
    inputs: list[str]
    line: int
    memory_bytes: int
    output_bytes: int
    revision: int
    block_name: None | str | Unset = UNSET
    runtime_version: None | str | Unset = UNSET
    timeout_ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        inputs = self.inputs

        line = self.line

        memory_bytes = self.memory_bytes

        output_bytes = self.output_bytes

        revision = self.revision

        block_name: None | str | Unset
        if isinstance(self.block_name, Unset):
            block_name = UNSET
        else:
            block_name = self.block_name

        runtime_version: None | str | Unset
        if isinstance(self.runtime_version, Unset):
            runtime_version = UNSET
        else:
            runtime_version = self.runtime_version

        timeout_ms: int | None | Unset
        if isinstance(self.timeout_ms, Unset):
            timeout_ms = UNSET
        else:
            timeout_ms = self.timeout_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "inputs": inputs,
                "line": line,
                "memory_bytes": memory_bytes,
                "output_bytes": output_bytes,
                "revision": revision,
            }
        )
        if block_name is not UNSET:
            field_dict["block_name"] = block_name
        if runtime_version is not UNSET:
            field_dict["runtime_version"] = runtime_version
        if timeout_ms is not UNSET:
            field_dict["timeout_ms"] = timeout_ms

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        code = d.pop("code")

        inputs = cast(list[str], d.pop("inputs"))

        line = d.pop("line")

        memory_bytes = d.pop("memory_bytes")

        output_bytes = d.pop("output_bytes")

        revision = d.pop("revision")

        def _parse_block_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        block_name = _parse_block_name(d.pop("block_name", UNSET))

        def _parse_runtime_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        runtime_version = _parse_runtime_version(d.pop("runtime_version", UNSET))

        def _parse_timeout_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout_ms = _parse_timeout_ms(d.pop("timeout_ms", UNSET))

        execution_origin = cls(
            code=code,
            inputs=inputs,
            line=line,
            memory_bytes=memory_bytes,
            output_bytes=output_bytes,
            revision=revision,
            block_name=block_name,
            runtime_version=runtime_version,
            timeout_ms=timeout_ms,
        )

        execution_origin.additional_properties = d
        return execution_origin

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
