from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.job_standing import JobStanding


T = TypeVar("T", bound="Account")


@_attrs_define
class Account:
    """An account, with what it may ask of the queue and what it has.

    Attributes:
        administrator (bool):
        created_at (datetime.datetime):
        email (str):
        id (str):
        jobs (JobStanding): How much somebody may ask of the queue, and how much they have.
        username (str):
        disabled_at (datetime.datetime | None | Unset):
    """

    administrator: bool
    created_at: datetime.datetime
    email: str
    id: str
    jobs: JobStanding
    username: str
    disabled_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        administrator = self.administrator

        created_at = self.created_at.isoformat()

        email = self.email

        id = self.id

        jobs = self.jobs.to_dict()

        username = self.username

        disabled_at: None | str | Unset
        if isinstance(self.disabled_at, Unset):
            disabled_at = UNSET
        elif isinstance(self.disabled_at, datetime.datetime):
            disabled_at = self.disabled_at.isoformat()
        else:
            disabled_at = self.disabled_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "administrator": administrator,
                "created_at": created_at,
                "email": email,
                "id": id,
                "jobs": jobs,
                "username": username,
            }
        )
        if disabled_at is not UNSET:
            field_dict["disabled_at"] = disabled_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.job_standing import JobStanding

        d = dict(src_dict)
        administrator = d.pop("administrator")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        email = d.pop("email")

        id = d.pop("id")

        jobs = JobStanding.from_dict(d.pop("jobs"))

        username = d.pop("username")

        def _parse_disabled_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_at_type_0 = datetime.datetime.fromisoformat(data)

                return disabled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        disabled_at = _parse_disabled_at(d.pop("disabled_at", UNSET))

        account = cls(
            administrator=administrator,
            created_at=created_at,
            email=email,
            id=id,
            jobs=jobs,
            username=username,
            disabled_at=disabled_at,
        )

        account.additional_properties = d
        return account

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
