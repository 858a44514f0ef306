from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.outcome_kind import OutcomeKind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.head import Head


T = TypeVar("T", bound="Invocation")


@_attrs_define
class Invocation:
    """
    Attributes:
        cpu_ms (int):
        created_at (datetime.datetime):
        duration_ms (int):
        id (str):
        input_ (Head): The beginning of a text.
        outcome (OutcomeKind): An [`Outcome`] without its details, as the wire names it.
        peak_memory_bytes (int):
        stderr (Head): The beginning of a text.
        stdout (Head): The beginning of a text.
        truncated (bool):
        version (str):
        warm (bool): Whether an instance was waiting for it.
        exit_code (int | None | Unset):
        value (Head | None | Unset):
    """

    cpu_ms: int
    created_at: datetime.datetime
    duration_ms: int
    id: str
    input_: Head
    outcome: OutcomeKind
    peak_memory_bytes: int
    stderr: Head
    stdout: Head
    truncated: bool
    version: str
    warm: bool
    exit_code: int | None | Unset = UNSET
    value: Head | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.head import Head

        cpu_ms = self.cpu_ms

        created_at = self.created_at.isoformat()

        duration_ms = self.duration_ms

        id = self.id

        input_ = self.input_.to_dict()

        outcome = self.outcome.value

        peak_memory_bytes = self.peak_memory_bytes

        stderr = self.stderr.to_dict()

        stdout = self.stdout.to_dict()

        truncated = self.truncated

        version = self.version

        warm = self.warm

        exit_code: int | None | Unset
        if isinstance(self.exit_code, Unset):
            exit_code = UNSET
        else:
            exit_code = self.exit_code

        value: dict[str, Any] | None | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        elif isinstance(self.value, Head):
            value = self.value.to_dict()
        else:
            value = self.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cpu_ms": cpu_ms,
                "created_at": created_at,
                "duration_ms": duration_ms,
                "id": id,
                "input": input_,
                "outcome": outcome,
                "peak_memory_bytes": peak_memory_bytes,
                "stderr": stderr,
                "stdout": stdout,
                "truncated": truncated,
                "version": version,
                "warm": warm,
            }
        )
        if exit_code is not UNSET:
            field_dict["exit_code"] = exit_code
        if value is not UNSET:
            field_dict["value"] = value

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.head import Head

        d = dict(src_dict)
        cpu_ms = d.pop("cpu_ms")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        duration_ms = d.pop("duration_ms")

        id = d.pop("id")

        input_ = Head.from_dict(d.pop("input"))

        outcome = OutcomeKind(d.pop("outcome"))

        peak_memory_bytes = d.pop("peak_memory_bytes")

        stderr = Head.from_dict(d.pop("stderr"))

        stdout = Head.from_dict(d.pop("stdout"))

        truncated = d.pop("truncated")

        version = d.pop("version")

        warm = d.pop("warm")

        def _parse_exit_code(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        exit_code = _parse_exit_code(d.pop("exit_code", UNSET))

        def _parse_value(data: object) -> Head | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                value_type_0 = Head.from_dict(data)

                return value_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Head | None | Unset, data)

        value = _parse_value(d.pop("value", UNSET))

        invocation = cls(
            cpu_ms=cpu_ms,
            created_at=created_at,
            duration_ms=duration_ms,
            id=id,
            input_=input_,
            outcome=outcome,
            peak_memory_bytes=peak_memory_bytes,
            stderr=stderr,
            stdout=stdout,
            truncated=truncated,
            version=version,
            warm=warm,
            exit_code=exit_code,
            value=value,
        )

        invocation.additional_properties = d
        return invocation

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
