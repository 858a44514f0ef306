from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.editor_event_type_0_event import EditorEventType0Event

if TYPE_CHECKING:
    from ..models.runbook import Runbook


T = TypeVar("T", bound="EditorEventType0")


@_attrs_define
class EditorEventType0:
    """The text is in this revision. The first event says which one the text began with.

    Attributes:
        event (EditorEventType0Event):
        runbook (Runbook):
    """

    event: EditorEventType0Event
    runbook: Runbook
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        event = self.event.value

        runbook = self.runbook.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "event": event,
                "runbook": runbook,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.runbook import Runbook

        d = dict(src_dict)
        event = EditorEventType0Event(d.pop("event"))

        runbook = Runbook.from_dict(d.pop("runbook"))

        editor_event_type_0 = cls(
            event=event,
            runbook=runbook,
        )

        editor_event_type_0.additional_properties = d
        return editor_event_type_0

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
