from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="EditorRequest")


@_attrs_define
class EditorRequest:
    """What an editor asks for, as a text frame.

    Attributes:
        save (bool): Save at once, and tell how the text stands, whether something had changed or not.
    """

    save: bool

    def to_dict(self) -> dict[str, Any]:
        save = self.save

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "save": save,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        save = d.pop("save")

        editor_request = cls(
            save=save,
        )

        return editor_request
