from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.outcome_kind import OutcomeKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="Summary")


@_attrs_define
class Summary:
    """How a program ended and what it used.

    Attributes:
        cpu_ms (int):
        duration_ms (int):
        outcome (OutcomeKind): An [`Outcome`] without its details, as the wire names it.
        peak_memory_bytes (int):
        timeout (bool):
        truncated (bool):
        exit_code (int | None | Unset): Null unless the program exited by itself.
        queue_ms (int | None | Unset): Milliseconds in the queue for a sandbox, before the program started; only of what
            queues by itself:
            one-off code and calls of functions.
        signal (int | None | Unset): The signal that killed the program, if one did.
        stderr (None | str | Unset):
        stdout (None | str | Unset): All of stdout; only routes that collect output for their caller fill it in.
        value (Any | Unset): What a function returned, as it is in JSON.
    """

    cpu_ms: int
    duration_ms: int
    outcome: OutcomeKind
    peak_memory_bytes: int
    timeout: bool
    truncated: bool
    exit_code: int | None | Unset = UNSET
    queue_ms: int | None | Unset = UNSET
    signal: int | None | Unset = UNSET
    stderr: None | str | Unset = UNSET
    stdout: None | str | Unset = UNSET
    value: Any | Unset = UNSET
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

        queue_ms: int | None | Unset
        if isinstance(self.queue_ms, Unset):
            queue_ms = UNSET
        else:
            queue_ms = self.queue_ms

        signal: int | None | Unset
        if isinstance(self.signal, Unset):
            signal = UNSET
        else:
            signal = self.signal

        stderr: None | str | Unset
        if isinstance(self.stderr, Unset):
            stderr = UNSET
        else:
            stderr = self.stderr

        stdout: None | str | Unset
        if isinstance(self.stdout, Unset):
            stdout = UNSET
        else:
            stdout = self.stdout

        value = self.value

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
        if queue_ms is not UNSET:
            field_dict["queue_ms"] = queue_ms
        if signal is not UNSET:
            field_dict["signal"] = signal
        if stderr is not UNSET:
            field_dict["stderr"] = stderr
        if stdout is not UNSET:
            field_dict["stdout"] = stdout
        if value is not UNSET:
            field_dict["value"] = value

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

        def _parse_queue_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        queue_ms = _parse_queue_ms(d.pop("queue_ms", UNSET))

        def _parse_signal(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        signal = _parse_signal(d.pop("signal", UNSET))

        def _parse_stderr(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        stderr = _parse_stderr(d.pop("stderr", UNSET))

        def _parse_stdout(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        stdout = _parse_stdout(d.pop("stdout", UNSET))

        value = d.pop("value", UNSET)

        summary = cls(
            cpu_ms=cpu_ms,
            duration_ms=duration_ms,
            outcome=outcome,
            peak_memory_bytes=peak_memory_bytes,
            timeout=timeout,
            truncated=truncated,
            exit_code=exit_code,
            queue_ms=queue_ms,
            signal=signal,
            stderr=stderr,
            stdout=stdout,
            value=value,
        )

        summary.additional_properties = d
        return summary

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
