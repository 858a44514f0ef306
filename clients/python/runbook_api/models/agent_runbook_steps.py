from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AgentRunbookSteps")


@_attrs_define
class AgentRunbookSteps:
    """How many of the steps that are carried out are how far.

    Attributes:
        completed (int):
        failed (int):
        in_progress (int):
        not_started (int):
        queued (int):
        total (int):
    """

    completed: int
    failed: int
    in_progress: int
    not_started: int
    queued: int
    total: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        completed = self.completed

        failed = self.failed

        in_progress = self.in_progress

        not_started = self.not_started

        queued = self.queued

        total = self.total

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "completed": completed,
                "failed": failed,
                "in_progress": in_progress,
                "not_started": not_started,
                "queued": queued,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        completed = d.pop("completed")

        failed = d.pop("failed")

        in_progress = d.pop("in_progress")

        not_started = d.pop("not_started")

        queued = d.pop("queued")

        total = d.pop("total")

        agent_runbook_steps = cls(
            completed=completed,
            failed=failed,
            in_progress=in_progress,
            not_started=not_started,
            queued=queued,
            total=total,
        )

        agent_runbook_steps.additional_properties = d
        return agent_runbook_steps

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
