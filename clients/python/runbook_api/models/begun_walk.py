from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.execution import Execution
    from ..models.walk import Walk


T = TypeVar("T", bound="BegunWalk")


@_attrs_define
class BegunWalk:
    """A walk that has begun, or one for the same that is under way.

    Attributes:
        blocks (list[str]): The blocks that run, in order.
        under_way (bool): Somebody had asked for the same, and it is not over: nothing was added.
        walk (Walk): How far a walk over several blocks is.
        execution (Execution | None | Unset):
    """

    blocks: list[str]
    under_way: bool
    walk: Walk
    execution: Execution | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.execution import Execution

        blocks = self.blocks

        under_way = self.under_way

        walk = self.walk.to_dict()

        execution: dict[str, Any] | None | Unset
        if isinstance(self.execution, Unset):
            execution = UNSET
        elif isinstance(self.execution, Execution):
            execution = self.execution.to_dict()
        else:
            execution = self.execution

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "blocks": blocks,
                "under_way": under_way,
                "walk": walk,
            }
        )
        if execution is not UNSET:
            field_dict["execution"] = execution

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.execution import Execution
        from ..models.walk import Walk

        d = dict(src_dict)
        blocks = cast(list[str], d.pop("blocks"))

        under_way = d.pop("under_way")

        walk = Walk.from_dict(d.pop("walk"))

        def _parse_execution(data: object) -> Execution | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                execution_type_0 = Execution.from_dict(data)

                return execution_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Execution | None | Unset, data)

        execution = _parse_execution(d.pop("execution", UNSET))

        begun_walk = cls(
            blocks=blocks,
            under_way=under_way,
            walk=walk,
            execution=execution,
        )

        begun_walk.additional_properties = d
        return begun_walk

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
