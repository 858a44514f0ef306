from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.stale_reason import StaleReason
from ..types import UNSET, Unset

T = TypeVar("T", bound="StaleBlock")


@_attrs_define
class StaleBlock:
    """A block whose last output no longer follows from the runbook.

    Attributes:
        block (str):
        reason (StaleReason):
        need (None | str | Unset): The block that it needs and that is the reason.
    """

    block: str
    reason: StaleReason
    need: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        block = self.block

        reason = self.reason.value

        need: None | str | Unset
        if isinstance(self.need, Unset):
            need = UNSET
        else:
            need = self.need

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "block": block,
                "reason": reason,
            }
        )
        if need is not UNSET:
            field_dict["need"] = need

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        block = d.pop("block")

        reason = StaleReason(d.pop("reason"))

        def _parse_need(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        need = _parse_need(d.pop("need", UNSET))

        stale_block = cls(
            block=block,
            reason=reason,
            need=need,
        )

        stale_block.additional_properties = d
        return stale_block

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
