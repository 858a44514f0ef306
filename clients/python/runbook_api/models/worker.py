from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.worker_state import WorkerState

T = TypeVar("T", bound="Worker")


@_attrs_define
class Worker:
    """A process that takes jobs.

    Attributes:
        backends (list[str]):
        free (int):
        host (str):
        id (str):
        runtimes (list[str]):
        seen_at (datetime.datetime):
        slots (int):
        started_at (datetime.datetime):
        state (WorkerState):
        version (str):
    """

    backends: list[str]
    free: int
    host: str
    id: str
    runtimes: list[str]
    seen_at: datetime.datetime
    slots: int
    started_at: datetime.datetime
    state: WorkerState
    version: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        backends = self.backends

        free = self.free

        host = self.host

        id = self.id

        runtimes = self.runtimes

        seen_at = self.seen_at.isoformat()

        slots = self.slots

        started_at = self.started_at.isoformat()

        state = self.state.value

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "backends": backends,
                "free": free,
                "host": host,
                "id": id,
                "runtimes": runtimes,
                "seen_at": seen_at,
                "slots": slots,
                "started_at": started_at,
                "state": state,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        backends = cast(list[str], d.pop("backends"))

        free = d.pop("free")

        host = d.pop("host")

        id = d.pop("id")

        runtimes = cast(list[str], d.pop("runtimes"))

        seen_at = datetime.datetime.fromisoformat(d.pop("seen_at"))

        slots = d.pop("slots")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        state = WorkerState(d.pop("state"))

        version = d.pop("version")

        worker = cls(
            backends=backends,
            free=free,
            host=host,
            id=id,
            runtimes=runtimes,
            seen_at=seen_at,
            slots=slots,
            started_at=started_at,
            state=state,
            version=version,
        )

        worker.additional_properties = d
        return worker

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
