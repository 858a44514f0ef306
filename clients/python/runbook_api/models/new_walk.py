from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.walk_selection import WalkSelection
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_walk_typed import NewWalkTyped


T = TypeVar("T", bound="NewWalk")


@_attrs_define
class NewWalk:
    """
    Attributes:
        select (WalkSelection): Which blocks a walk goes over.
        block (None | str | Unset): Id of a block; needed unless all are selected.
        content_hash (None | str | Unset): `content_hash` of the block as the caller sees it, where one block is
            selected. Another one is refused (409).
        interactive (bool | Unset): Whether somebody will answer what the blocks ask on standard input. If not, their
            input is empty.
        typed (NewWalkTyped | Unset): Values of secret inputs, by name: kept in memory until the session ends, and
            nowhere else.
    """

    select: WalkSelection
    block: None | str | Unset = UNSET
    content_hash: None | str | Unset = UNSET
    interactive: bool | Unset = UNSET
    typed: NewWalkTyped | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        select = self.select.value

        block: None | str | Unset
        if isinstance(self.block, Unset):
            block = UNSET
        else:
            block = self.block

        content_hash: None | str | Unset
        if isinstance(self.content_hash, Unset):
            content_hash = UNSET
        else:
            content_hash = self.content_hash

        interactive = self.interactive

        typed: dict[str, Any] | Unset = UNSET
        if not isinstance(self.typed, Unset):
            typed = self.typed.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "select": select,
            }
        )
        if block is not UNSET:
            field_dict["block"] = block
        if content_hash is not UNSET:
            field_dict["content_hash"] = content_hash
        if interactive is not UNSET:
            field_dict["interactive"] = interactive
        if typed is not UNSET:
            field_dict["typed"] = typed

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.new_walk_typed import NewWalkTyped

        d = dict(src_dict)
        select = WalkSelection(d.pop("select"))

        def _parse_block(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        block = _parse_block(d.pop("block", UNSET))

        def _parse_content_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        content_hash = _parse_content_hash(d.pop("content_hash", UNSET))

        interactive = d.pop("interactive", UNSET)

        _typed = d.pop("typed", UNSET)
        typed: NewWalkTyped | Unset
        if isinstance(_typed, Unset):
            typed = UNSET
        else:
            typed = NewWalkTyped.from_dict(_typed)

        new_walk = cls(
            select=select,
            block=block,
            content_hash=content_hash,
            interactive=interactive,
            typed=typed,
        )

        return new_walk
