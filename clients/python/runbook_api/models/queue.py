from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.worker import Worker


T = TypeVar("T", bound="Queue")


@_attrs_define
class Queue:
    """The queue in figures.

    Attributes:
        ended_last_minute (int):
        held (int): Jobs behind a bound that they share.
        leased (int):
        oldest_ms (int): How long the longest-waiting ready job has been due.
        ready (int): Jobs that a worker may take.
        running (int):
        scheduled (int): Jobs whose time has not come.
        waiting (int): Jobs that come after others.
        workers (list[Worker]):
    """

    ended_last_minute: int
    held: int
    leased: int
    oldest_ms: int
    ready: int
    running: int
    scheduled: int
    waiting: int
    workers: list[Worker]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ended_last_minute = self.ended_last_minute

        held = self.held

        leased = self.leased

        oldest_ms = self.oldest_ms

        ready = self.ready

        running = self.running

        scheduled = self.scheduled

        waiting = self.waiting

        workers = []
        for workers_item_data in self.workers:
            workers_item = workers_item_data.to_dict()
            workers.append(workers_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ended_last_minute": ended_last_minute,
                "held": held,
                "leased": leased,
                "oldest_ms": oldest_ms,
                "ready": ready,
                "running": running,
                "scheduled": scheduled,
                "waiting": waiting,
                "workers": workers,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.worker import Worker

        d = dict(src_dict)
        ended_last_minute = d.pop("ended_last_minute")

        held = d.pop("held")

        leased = d.pop("leased")

        oldest_ms = d.pop("oldest_ms")

        ready = d.pop("ready")

        running = d.pop("running")

        scheduled = d.pop("scheduled")

        waiting = d.pop("waiting")

        workers = []
        _workers = d.pop("workers")
        for workers_item_data in _workers:
            workers_item = Worker.from_dict(workers_item_data)

            workers.append(workers_item)

        queue = cls(
            ended_last_minute=ended_last_minute,
            held=held,
            leased=leased,
            oldest_ms=oldest_ms,
            ready=ready,
            running=running,
            scheduled=scheduled,
            waiting=waiting,
            workers=workers,
        )

        queue.additional_properties = d
        return queue

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
