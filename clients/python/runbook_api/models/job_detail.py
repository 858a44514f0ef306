from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.end import End
from ..models.job_status import JobStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.artifact import Artifact
    from ..models.job_attempt import JobAttempt
    from ..models.job_result import JobResult
    from ..models.new_job import NewJob


T = TypeVar("T", bound="JobDetail")


@_attrs_define
class JobDetail:
    """A job with its earlier attempts, the beginning of its output, and what it left.

    Attributes:
        attempt (int): Times that a worker took it.
        cancelling (bool): Whether it is being cancelled: it will be, even if its program ends by itself.
        created_at (datetime.datetime):
        id (str):
        order (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`, `runbook` and `function`
            is given.
        queued_ms (int): Milliseconds that it has waited for its last start, until now if there was none.
        status (JobStatus): A [`Phase`] as the wire names it.
        artifacts (list[Artifact]):
        attempts (list[JobAttempt]): Those before the last one.
        output (str): What it printed, stdout and stderr as they came: the first 64 KiB.
        claimed_at (datetime.datetime | None | Unset):
        ended (End | None | Unset):
        finished_at (datetime.datetime | None | Unset):
        reason (None | str | Unset): Why it ended, or why its last attempt did.
        result (JobResult | None | Unset):
        retry_of (None | str | Unset):
        schedule (None | str | Unset):
        started_at (datetime.datetime | None | Unset):
        worker (None | str | Unset):
    """

    attempt: int
    cancelling: bool
    created_at: datetime.datetime
    id: str
    order: NewJob
    queued_ms: int
    status: JobStatus
    artifacts: list[Artifact]
    attempts: list[JobAttempt]
    output: str
    claimed_at: datetime.datetime | None | Unset = UNSET
    ended: End | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    reason: None | str | Unset = UNSET
    result: JobResult | None | Unset = UNSET
    retry_of: None | str | Unset = UNSET
    schedule: None | str | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    worker: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.job_result import JobResult

        attempt = self.attempt

        cancelling = self.cancelling

        created_at = self.created_at.isoformat()

        id = self.id

        order = self.order.to_dict()

        queued_ms = self.queued_ms

        status = self.status.value

        artifacts = []
        for artifacts_item_data in self.artifacts:
            artifacts_item = artifacts_item_data.to_dict()
            artifacts.append(artifacts_item)

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        output = self.output

        claimed_at: None | str | Unset
        if isinstance(self.claimed_at, Unset):
            claimed_at = UNSET
        elif isinstance(self.claimed_at, datetime.datetime):
            claimed_at = self.claimed_at.isoformat()
        else:
            claimed_at = self.claimed_at

        ended: None | str | Unset
        if isinstance(self.ended, Unset):
            ended = UNSET
        elif isinstance(self.ended, End):
            ended = self.ended.value
        else:
            ended = self.ended

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        result: dict[str, Any] | None | Unset
        if isinstance(self.result, Unset):
            result = UNSET
        elif isinstance(self.result, JobResult):
            result = self.result.to_dict()
        else:
            result = self.result

        retry_of: None | str | Unset
        if isinstance(self.retry_of, Unset):
            retry_of = UNSET
        else:
            retry_of = self.retry_of

        schedule: None | str | Unset
        if isinstance(self.schedule, Unset):
            schedule = UNSET
        else:
            schedule = self.schedule

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        elif isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        worker: None | str | Unset
        if isinstance(self.worker, Unset):
            worker = UNSET
        else:
            worker = self.worker

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempt": attempt,
                "cancelling": cancelling,
                "created_at": created_at,
                "id": id,
                "order": order,
                "queued_ms": queued_ms,
                "status": status,
                "artifacts": artifacts,
                "attempts": attempts,
                "output": output,
            }
        )
        if claimed_at is not UNSET:
            field_dict["claimed_at"] = claimed_at
        if ended is not UNSET:
            field_dict["ended"] = ended
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if reason is not UNSET:
            field_dict["reason"] = reason
        if result is not UNSET:
            field_dict["result"] = result
        if retry_of is not UNSET:
            field_dict["retry_of"] = retry_of
        if schedule is not UNSET:
            field_dict["schedule"] = schedule
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if worker is not UNSET:
            field_dict["worker"] = worker

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.artifact import Artifact
        from ..models.job_attempt import JobAttempt
        from ..models.job_result import JobResult
        from ..models.new_job import NewJob

        d = dict(src_dict)
        attempt = d.pop("attempt")

        cancelling = d.pop("cancelling")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        id = d.pop("id")

        order = NewJob.from_dict(d.pop("order"))

        queued_ms = d.pop("queued_ms")

        status = JobStatus(d.pop("status"))

        artifacts = []
        _artifacts = d.pop("artifacts")
        for artifacts_item_data in _artifacts:
            artifacts_item = Artifact.from_dict(artifacts_item_data)

            artifacts.append(artifacts_item)

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = JobAttempt.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        output = d.pop("output")

        def _parse_claimed_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                claimed_at_type_0 = datetime.datetime.fromisoformat(data)

                return claimed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        claimed_at = _parse_claimed_at(d.pop("claimed_at", UNSET))

        def _parse_ended(data: object) -> End | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_type_0 = End(data)

                return ended_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(End | None | Unset, data)

        ended = _parse_ended(d.pop("ended", UNSET))

        def _parse_finished_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        finished_at = _parse_finished_at(d.pop("finished_at", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        def _parse_result(data: object) -> JobResult | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                result_type_0 = JobResult.from_dict(data)

                return result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JobResult | None | Unset, data)

        result = _parse_result(d.pop("result", UNSET))

        def _parse_retry_of(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        retry_of = _parse_retry_of(d.pop("retry_of", UNSET))

        def _parse_schedule(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        schedule = _parse_schedule(d.pop("schedule", UNSET))

        def _parse_started_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        started_at = _parse_started_at(d.pop("started_at", UNSET))

        def _parse_worker(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        worker = _parse_worker(d.pop("worker", UNSET))

        job_detail = cls(
            attempt=attempt,
            cancelling=cancelling,
            created_at=created_at,
            id=id,
            order=order,
            queued_ms=queued_ms,
            status=status,
            artifacts=artifacts,
            attempts=attempts,
            output=output,
            claimed_at=claimed_at,
            ended=ended,
            finished_at=finished_at,
            reason=reason,
            result=result,
            retry_of=retry_of,
            schedule=schedule,
            started_at=started_at,
            worker=worker,
        )

        job_detail.additional_properties = d
        return job_detail

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
