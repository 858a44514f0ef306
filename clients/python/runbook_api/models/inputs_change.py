from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.inputs_change_secrets import InputsChangeSecrets
    from ..models.inputs_change_values import InputsChangeValues


T = TypeVar("T", bound="InputsChange")


@_attrs_define
class InputsChange:
    """What somebody fills in, in place of all that they filled in before.

    Attributes:
        secrets (InputsChangeSecrets | Unset): For inputs that are secret: the name of my secret that stands for each.
        values (InputsChangeValues | Unset): Texts, numbers and truth values by name; none for what is secret.
    """

    secrets: InputsChangeSecrets | Unset = UNSET
    values: InputsChangeValues | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        secrets: dict[str, Any] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets.to_dict()

        values: dict[str, Any] | Unset = UNSET
        if not isinstance(self.values, Unset):
            values = self.values.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if secrets is not UNSET:
            field_dict["secrets"] = secrets
        if values is not UNSET:
            field_dict["values"] = values

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.inputs_change_secrets import InputsChangeSecrets
        from ..models.inputs_change_values import InputsChangeValues

        d = dict(src_dict)
        _secrets = d.pop("secrets", UNSET)
        secrets: InputsChangeSecrets | Unset
        if isinstance(_secrets, Unset):
            secrets = UNSET
        else:
            secrets = InputsChangeSecrets.from_dict(_secrets)

        _values = d.pop("values", UNSET)
        values: InputsChangeValues | Unset
        if isinstance(_values, Unset):
            values = UNSET
        else:
            values = InputsChangeValues.from_dict(_values)

        inputs_change = cls(
            secrets=secrets,
            values=values,
        )

        return inputs_change
