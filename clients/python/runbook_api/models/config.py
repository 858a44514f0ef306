from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.mode import Mode
from ..types import UNSET, Unset

T = TypeVar("T", bound="Config")


@_attrs_define
class Config:
    """
    Attributes:
        mode (Mode):
        sign_up (bool): Whether anybody may make an account.
        version (str):
        keep_runs (int | None | Unset): Executions of one user that are kept of each runbook; all if null.
        keep_runs_seconds (int | None | Unset): How long executions are kept; for ever if null.
    """

    mode: Mode
    sign_up: bool
    version: str
    keep_runs: int | None | Unset = UNSET
    keep_runs_seconds: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        mode = self.mode.value

        sign_up = self.sign_up

        version = self.version

        keep_runs: int | None | Unset
        if isinstance(self.keep_runs, Unset):
            keep_runs = UNSET
        else:
            keep_runs = self.keep_runs

        keep_runs_seconds: int | None | Unset
        if isinstance(self.keep_runs_seconds, Unset):
            keep_runs_seconds = UNSET
        else:
            keep_runs_seconds = self.keep_runs_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "mode": mode,
                "sign_up": sign_up,
                "version": version,
            }
        )
        if keep_runs is not UNSET:
            field_dict["keep_runs"] = keep_runs
        if keep_runs_seconds is not UNSET:
            field_dict["keep_runs_seconds"] = keep_runs_seconds

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        mode = Mode(d.pop("mode"))

        sign_up = d.pop("sign_up")

        version = d.pop("version")

        def _parse_keep_runs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        keep_runs = _parse_keep_runs(d.pop("keep_runs", UNSET))

        def _parse_keep_runs_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        keep_runs_seconds = _parse_keep_runs_seconds(d.pop("keep_runs_seconds", UNSET))

        config = cls(
            mode=mode,
            sign_up=sign_up,
            version=version,
            keep_runs=keep_runs,
            keep_runs_seconds=keep_runs_seconds,
        )

        config.additional_properties = d
        return config

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
