from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.runbook_summary import RunbookSummary


T = TypeVar("T", bound="Imported")


@_attrs_define
class Imported:
    """What became of one document.

    Attributes:
        name (str): The file, as its archive or repository calls it.
        notes (list[str]): What was changed or left out, for people.
        problem (None | str | Unset): Why none was made.
        runbook (None | RunbookSummary | Unset):
    """

    name: str
    notes: list[str]
    problem: None | str | Unset = UNSET
    runbook: None | RunbookSummary | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.runbook_summary import RunbookSummary

        name = self.name

        notes = self.notes

        problem: None | str | Unset
        if isinstance(self.problem, Unset):
            problem = UNSET
        else:
            problem = self.problem

        runbook: dict[str, Any] | None | Unset
        if isinstance(self.runbook, Unset):
            runbook = UNSET
        elif isinstance(self.runbook, RunbookSummary):
            runbook = self.runbook.to_dict()
        else:
            runbook = self.runbook

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "notes": notes,
            }
        )
        if problem is not UNSET:
            field_dict["problem"] = problem
        if runbook is not UNSET:
            field_dict["runbook"] = runbook

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.runbook_summary import RunbookSummary

        d = dict(src_dict)
        name = d.pop("name")

        notes = cast(list[str], d.pop("notes"))

        def _parse_problem(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        problem = _parse_problem(d.pop("problem", UNSET))

        def _parse_runbook(data: object) -> None | RunbookSummary | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                runbook_type_0 = RunbookSummary.from_dict(data)

                return runbook_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunbookSummary | Unset, data)

        runbook = _parse_runbook(d.pop("runbook", UNSET))

        imported = cls(
            name=name,
            notes=notes,
            problem=problem,
            runbook=runbook,
        )

        imported.additional_properties = d
        return imported

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
