from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_status import SessionStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.execution import Execution
    from ..models.isolation import Isolation
    from ..models.session_usage import SessionUsage
    from ..models.walk import Walk


T = TypeVar("T", bound="ListedSession")


@_attrs_define
class ListedSession:
    """A session in a list.

    Attributes:
        created_at (datetime.datetime):
        executions (int): Executions of it since the server started; who knows one less than the latest has missed some.
        id (str):
        isolation (Isolation): What isolates a session's programs on this machine.
        last_activity_at (datetime.datetime):
        paused (bool): Whether nothing in it moves until it is resumed.
        runbook_id (str):
        status (SessionStatus): Where a session is in its life. `TERMINATED` is what the user asked for.
        user_id (str):
        runbook_title (str): Of its runbook, as it is now.
        username (str): Name of its user.
        expires_at (datetime.datetime | None | Unset):
        latest (Execution | None | Unset):
        message (None | str | Unset): Why it ended or could not start, for people.
        queue_position (int | None | Unset): Place in the queue for a sandbox, 1 for the next; null when it is not
            waiting.
        ready_ms (int | None | Unset): How long it took until it was ready; null before, and once it has ended.
        walk (None | Unset | Walk):
        usage (None | SessionUsage | Unset):
    """

    created_at: datetime.datetime
    executions: int
    id: str
    isolation: Isolation
    last_activity_at: datetime.datetime
    paused: bool
    runbook_id: str
    status: SessionStatus
    user_id: str
    runbook_title: str
    username: str
    expires_at: datetime.datetime | None | Unset = UNSET
    latest: Execution | None | Unset = UNSET
    message: None | str | Unset = UNSET
    queue_position: int | None | Unset = UNSET
    ready_ms: int | None | Unset = UNSET
    walk: None | Unset | Walk = UNSET
    usage: None | SessionUsage | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.execution import Execution
        from ..models.session_usage import SessionUsage
        from ..models.walk import Walk

        created_at = self.created_at.isoformat()

        executions = self.executions

        id = self.id

        isolation = self.isolation.to_dict()

        last_activity_at = self.last_activity_at.isoformat()

        paused = self.paused

        runbook_id = self.runbook_id

        status = self.status.value

        user_id = self.user_id

        runbook_title = self.runbook_title

        username = self.username

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        latest: dict[str, Any] | None | Unset
        if isinstance(self.latest, Unset):
            latest = UNSET
        elif isinstance(self.latest, Execution):
            latest = self.latest.to_dict()
        else:
            latest = self.latest

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        queue_position: int | None | Unset
        if isinstance(self.queue_position, Unset):
            queue_position = UNSET
        else:
            queue_position = self.queue_position

        ready_ms: int | None | Unset
        if isinstance(self.ready_ms, Unset):
            ready_ms = UNSET
        else:
            ready_ms = self.ready_ms

        walk: dict[str, Any] | None | Unset
        if isinstance(self.walk, Unset):
            walk = UNSET
        elif isinstance(self.walk, Walk):
            walk = self.walk.to_dict()
        else:
            walk = self.walk

        usage: dict[str, Any] | None | Unset
        if isinstance(self.usage, Unset):
            usage = UNSET
        elif isinstance(self.usage, SessionUsage):
            usage = self.usage.to_dict()
        else:
            usage = self.usage

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "executions": executions,
                "id": id,
                "isolation": isolation,
                "last_activity_at": last_activity_at,
                "paused": paused,
                "runbook_id": runbook_id,
                "status": status,
                "user_id": user_id,
                "runbook_title": runbook_title,
                "username": username,
            }
        )
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if latest is not UNSET:
            field_dict["latest"] = latest
        if message is not UNSET:
            field_dict["message"] = message
        if queue_position is not UNSET:
            field_dict["queue_position"] = queue_position
        if ready_ms is not UNSET:
            field_dict["ready_ms"] = ready_ms
        if walk is not UNSET:
            field_dict["walk"] = walk
        if usage is not UNSET:
            field_dict["usage"] = usage

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.execution import Execution
        from ..models.isolation import Isolation
        from ..models.session_usage import SessionUsage
        from ..models.walk import Walk

        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        executions = d.pop("executions")

        id = d.pop("id")

        isolation = Isolation.from_dict(d.pop("isolation"))

        last_activity_at = datetime.datetime.fromisoformat(d.pop("last_activity_at"))

        paused = d.pop("paused")

        runbook_id = d.pop("runbook_id")

        status = SessionStatus(d.pop("status"))

        user_id = d.pop("user_id")

        runbook_title = d.pop("runbook_title")

        username = d.pop("username")

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_latest(data: object) -> Execution | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                latest_type_0 = Execution.from_dict(data)

                return latest_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Execution | None | Unset, data)

        latest = _parse_latest(d.pop("latest", UNSET))

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_queue_position(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        queue_position = _parse_queue_position(d.pop("queue_position", UNSET))

        def _parse_ready_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        ready_ms = _parse_ready_ms(d.pop("ready_ms", UNSET))

        def _parse_walk(data: object) -> None | Unset | Walk:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                walk_type_0 = Walk.from_dict(data)

                return walk_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | Walk, data)

        walk = _parse_walk(d.pop("walk", UNSET))

        def _parse_usage(data: object) -> None | SessionUsage | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                usage_type_0 = SessionUsage.from_dict(data)

                return usage_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SessionUsage | Unset, data)

        usage = _parse_usage(d.pop("usage", UNSET))

        listed_session = cls(
            created_at=created_at,
            executions=executions,
            id=id,
            isolation=isolation,
            last_activity_at=last_activity_at,
            paused=paused,
            runbook_id=runbook_id,
            status=status,
            user_id=user_id,
            runbook_title=runbook_title,
            username=username,
            expires_at=expires_at,
            latest=latest,
            message=message,
            queue_position=queue_position,
            ready_ms=ready_ms,
            walk=walk,
            usage=usage,
        )

        listed_session.additional_properties = d
        return listed_session

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
