from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.missed import Missed
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_job import NewJob


T = TypeVar("T", bound="NewSchedule")


@_attrs_define
class NewSchedule:
    """Submits a job at set times.

    Attributes:
        cron (str): Minute, hour, day of the month, month, day of the week. Example: 30 2 * * 1-5.
        job (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`, `runbook` and `function` is
            given.
        name (str):
        missed (Missed | None | Unset):
        paused (bool | None | Unset): Whether it rests.
        time_zone (None | str | Unset): Whose hours these are: `Europe/Vienna`. UTC if left out.
    """

    cron: str
    job: NewJob
    name: str
    missed: Missed | None | Unset = UNSET
    paused: bool | None | Unset = UNSET
    time_zone: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        cron = self.cron

        job = self.job.to_dict()

        name = self.name

        missed: None | str | Unset
        if isinstance(self.missed, Unset):
            missed = UNSET
        elif isinstance(self.missed, Missed):
            missed = self.missed.value
        else:
            missed = self.missed

        paused: bool | None | Unset
        if isinstance(self.paused, Unset):
            paused = UNSET
        else:
            paused = self.paused

        time_zone: None | str | Unset
        if isinstance(self.time_zone, Unset):
            time_zone = UNSET
        else:
            time_zone = self.time_zone

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "cron": cron,
                "job": job,
                "name": name,
            }
        )
        if missed is not UNSET:
            field_dict["missed"] = missed
        if paused is not UNSET:
            field_dict["paused"] = paused
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.new_job import NewJob

        d = dict(src_dict)
        cron = d.pop("cron")

        job = NewJob.from_dict(d.pop("job"))

        name = d.pop("name")

        def _parse_missed(data: object) -> Missed | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                missed_type_0 = Missed(data)

                return missed_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Missed | None | Unset, data)

        missed = _parse_missed(d.pop("missed", UNSET))

        def _parse_paused(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        paused = _parse_paused(d.pop("paused", UNSET))

        def _parse_time_zone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        time_zone = _parse_time_zone(d.pop("time_zone", UNSET))

        new_schedule = cls(
            cron=cron,
            job=job,
            name=name,
            missed=missed,
            paused=paused,
            time_zone=time_zone,
        )

        return new_schedule
