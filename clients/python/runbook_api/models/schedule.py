from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.missed import Missed
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_job import NewJob


T = TypeVar("T", bound="Schedule")


@_attrs_define
class Schedule:
    """A schedule.

    Attributes:
        created_at (datetime.datetime):
        cron (str):
        id (str):
        job (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`, `runbook` and `function` is
            given.
        missed (Missed): What becomes of runs whose time passed while nobody was there to submit them.
        name (str):
        paused (bool):
        time_zone (str):
        last_job (None | str | Unset):
        next_at (datetime.datetime | None | Unset):
    """

    created_at: datetime.datetime
    cron: str
    id: str
    job: NewJob
    missed: Missed
    name: str
    paused: bool
    time_zone: str
    last_job: None | str | Unset = UNSET
    next_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at.isoformat()

        cron = self.cron

        id = self.id

        job = self.job.to_dict()

        missed = self.missed.value

        name = self.name

        paused = self.paused

        time_zone = self.time_zone

        last_job: None | str | Unset
        if isinstance(self.last_job, Unset):
            last_job = UNSET
        else:
            last_job = self.last_job

        next_at: None | str | Unset
        if isinstance(self.next_at, Unset):
            next_at = UNSET
        elif isinstance(self.next_at, datetime.datetime):
            next_at = self.next_at.isoformat()
        else:
            next_at = self.next_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "cron": cron,
                "id": id,
                "job": job,
                "missed": missed,
                "name": name,
                "paused": paused,
                "time_zone": time_zone,
            }
        )
        if last_job is not UNSET:
            field_dict["last_job"] = last_job
        if next_at is not UNSET:
            field_dict["next_at"] = next_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.new_job import NewJob

        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        cron = d.pop("cron")

        id = d.pop("id")

        job = NewJob.from_dict(d.pop("job"))

        missed = Missed(d.pop("missed"))

        name = d.pop("name")

        paused = d.pop("paused")

        time_zone = d.pop("time_zone")

        def _parse_last_job(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_job = _parse_last_job(d.pop("last_job", UNSET))

        def _parse_next_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        next_at = _parse_next_at(d.pop("next_at", UNSET))

        schedule = cls(
            created_at=created_at,
            cron=cron,
            id=id,
            job=job,
            missed=missed,
            name=name,
            paused=paused,
            time_zone=time_zone,
            last_job=last_job,
            next_at=next_at,
        )

        schedule.additional_properties = d
        return schedule

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
