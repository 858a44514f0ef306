from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ProgramPattern")


@_attrs_define
class ProgramPattern:
    """A program, and what its arguments may be.

    Attributes:
        program (str): As the command has it; `*` and `?` stand for any characters.
        args (list[str] | Unset): One pattern for each argument; `...` at the end stands for any number of further ones.
    """

    program: str
    args: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        program = self.program

        args: list[str] | Unset = UNSET
        if not isinstance(self.args, Unset):
            args = self.args

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "program": program,
            }
        )
        if args is not UNSET:
            field_dict["args"] = args

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        program = d.pop("program")

        args = cast(list[str], d.pop("args", UNSET))

        program_pattern = cls(
            program=program,
            args=args,
        )

        return program_pattern
