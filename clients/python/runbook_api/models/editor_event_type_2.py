from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.code import Code
from ..models.editor_event_type_2_event import EditorEventType2Event

T = TypeVar("T", bound="EditorEventType2")


@_attrs_define
class EditorEventType2:
    """The last: what was sent before it is not in the text.

    Attributes:
        error (Code): What went wrong, for programs. Codes are added, never renamed.
        event (EditorEventType2Event):
        message (str):
    """

    error: Code
    event: EditorEventType2Event
    message: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        error = self.error.value

        event = self.event.value

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "error": error,
                "event": event,
                "message": message,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        error = Code(d.pop("error"))

        event = EditorEventType2Event(d.pop("event"))

        message = d.pop("message")

        editor_event_type_2 = cls(
            error=error,
            event=event,
            message=message,
        )

        editor_event_type_2.additional_properties = d
        return editor_event_type_2

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
