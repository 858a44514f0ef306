from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.walk_state import WalkState
from ..types import UNSET, Unset

T = TypeVar("T", bound="Walk")


@_attrs_define
class Walk:
    """How far a walk over several blocks is.

    Attributes:
        done (int):
        not_run (list[str]): Blocks that a walk that is over did not come to.
        number (int): Counted from 1 within the session; 0 for a block that was run by itself.
        state (WalkState):
        total (int):
        block (None | str | Unset): The block that runs or is next; of a walk that is over, the one that ran last.
    """

    done: int
    not_run: list[str]
    number: int
    state: WalkState
    total: int
    block: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        done = self.done

        not_run = self.not_run

        number = self.number

        state = self.state.value

        total = self.total

        block: None | str | Unset
        if isinstance(self.block, Unset):
            block = UNSET
        else:
            block = self.block

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "done": done,
                "not_run": not_run,
                "number": number,
                "state": state,
                "total": total,
            }
        )
        if block is not UNSET:
            field_dict["block"] = block

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        done = d.pop("done")

        not_run = cast(list[str], d.pop("not_run"))

        number = d.pop("number")

        state = WalkState(d.pop("state"))

        total = d.pop("total")

        def _parse_block(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        block = _parse_block(d.pop("block", UNSET))

        walk = cls(
            done=done,
            not_run=not_run,
            number=number,
            state=state,
            total=total,
            block=block,
        )

        walk.additional_properties = d
        return walk

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
