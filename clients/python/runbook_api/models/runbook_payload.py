from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.runbook_inputs import RunbookInputs


T = TypeVar("T", bound="RunbookPayload")


@_attrs_define
class RunbookPayload:
    """The blocks of a stored runbook in their order, in one sandbox.

    Attributes:
        runbook (str):
        inputs (RunbookInputs | Unset): The values of a runbook's inputs, by name. Described by a name of its own:
            generators of clients stumble
            over a map within a choice.
    """

    runbook: str
    inputs: RunbookInputs | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        runbook = self.runbook

        inputs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.inputs, Unset):
            inputs = self.inputs.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "runbook": runbook,
            }
        )
        if inputs is not UNSET:
            field_dict["inputs"] = inputs

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.runbook_inputs import RunbookInputs

        d = dict(src_dict)
        runbook = d.pop("runbook")

        _inputs = d.pop("inputs", UNSET)
        inputs: RunbookInputs | Unset
        if isinstance(_inputs, Unset):
            inputs = UNSET
        else:
            inputs = RunbookInputs.from_dict(_inputs)

        runbook_payload = cls(
            runbook=runbook,
            inputs=inputs,
        )

        runbook_payload.additional_properties = d
        return runbook_payload

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
