from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.filled_inputs_secrets import FilledInputsSecrets
    from ..models.filled_inputs_values import FilledInputsValues
    from ..models.input_problem import InputProblem


T = TypeVar("T", bound="FilledInputs")


@_attrs_define
class FilledInputs:
    """What somebody filled in.

    Attributes:
        problems (list[InputProblem]):
        secrets (FilledInputsSecrets):
        typed (list[str]): Secret inputs for which a value was typed in my live session.
        values (FilledInputsValues):
    """

    problems: list[InputProblem]
    secrets: FilledInputsSecrets
    typed: list[str]
    values: FilledInputsValues
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        problems = []
        for problems_item_data in self.problems:
            problems_item = problems_item_data.to_dict()
            problems.append(problems_item)

        secrets = self.secrets.to_dict()

        typed = self.typed

        values = self.values.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "problems": problems,
                "secrets": secrets,
                "typed": typed,
                "values": values,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.filled_inputs_secrets import FilledInputsSecrets
        from ..models.filled_inputs_values import FilledInputsValues
        from ..models.input_problem import InputProblem

        d = dict(src_dict)
        problems = []
        _problems = d.pop("problems")
        for problems_item_data in _problems:
            problems_item = InputProblem.from_dict(problems_item_data)

            problems.append(problems_item)

        secrets = FilledInputsSecrets.from_dict(d.pop("secrets"))

        typed = cast(list[str], d.pop("typed"))

        values = FilledInputsValues.from_dict(d.pop("values"))

        filled_inputs = cls(
            problems=problems,
            secrets=secrets,
            typed=typed,
            values=values,
        )

        filled_inputs.additional_properties = d
        return filled_inputs

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
