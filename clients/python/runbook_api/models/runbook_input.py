from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.runbook_input_kind import RunbookInputKind
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunbookInput")


@_attrs_define
class RunbookInput:
    """A value that a runbook asks for. Programs find it in their environment under its name.

    Attributes:
        default (str): What holds where nothing is filled in; empty without one.
        kind (RunbookInputKind):
        name (str):
        options (list[str]): What a select offers.
        required (bool):
        help_ (None | str | Unset):
        label (None | str | Unset):
        line (int | None | Unset): Line of the block that it is declared in; null for the front matter.
        max_ (float | None | Unset):
        min_ (float | None | Unset):
        pattern (None | str | Unset): A regular expression for all of the value.
    """

    default: str
    kind: RunbookInputKind
    name: str
    options: list[str]
    required: bool
    help_: None | str | Unset = UNSET
    label: None | str | Unset = UNSET
    line: int | None | Unset = UNSET
    max_: float | None | Unset = UNSET
    min_: float | None | Unset = UNSET
    pattern: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        default = self.default

        kind = self.kind.value

        name = self.name

        options = self.options

        required = self.required

        help_: None | str | Unset
        if isinstance(self.help_, Unset):
            help_ = UNSET
        else:
            help_ = self.help_

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        line: int | None | Unset
        if isinstance(self.line, Unset):
            line = UNSET
        else:
            line = self.line

        max_: float | None | Unset
        if isinstance(self.max_, Unset):
            max_ = UNSET
        else:
            max_ = self.max_

        min_: float | None | Unset
        if isinstance(self.min_, Unset):
            min_ = UNSET
        else:
            min_ = self.min_

        pattern: None | str | Unset
        if isinstance(self.pattern, Unset):
            pattern = UNSET
        else:
            pattern = self.pattern

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "default": default,
                "kind": kind,
                "name": name,
                "options": options,
                "required": required,
            }
        )
        if help_ is not UNSET:
            field_dict["help"] = help_
        if label is not UNSET:
            field_dict["label"] = label
        if line is not UNSET:
            field_dict["line"] = line
        if max_ is not UNSET:
            field_dict["max"] = max_
        if min_ is not UNSET:
            field_dict["min"] = min_
        if pattern is not UNSET:
            field_dict["pattern"] = pattern

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        default = d.pop("default")

        kind = RunbookInputKind(d.pop("kind"))

        name = d.pop("name")

        options = cast(list[str], d.pop("options"))

        required = d.pop("required")

        def _parse_help_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        help_ = _parse_help_(d.pop("help", UNSET))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_line(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        line = _parse_line(d.pop("line", UNSET))

        def _parse_max_(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        max_ = _parse_max_(d.pop("max", UNSET))

        def _parse_min_(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        min_ = _parse_min_(d.pop("min", UNSET))

        def _parse_pattern(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pattern = _parse_pattern(d.pop("pattern", UNSET))

        runbook_input = cls(
            default=default,
            kind=kind,
            name=name,
            options=options,
            required=required,
            help_=help_,
            label=label,
            line=line,
            max_=max_,
            min_=min_,
            pattern=pattern,
        )

        runbook_input.additional_properties = d
        return runbook_input

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
