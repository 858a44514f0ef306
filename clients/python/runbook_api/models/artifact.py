from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Artifact")


@_attrs_define
class Artifact:
    """An artifact. Its content never changes.

    Attributes:
        created_at (datetime.datetime):
        digest (str):
        id (str):
        media_type (str):
        name (str):
        reference (str): What its owner downloads it with, or names in a job.
        reference_expires_at (datetime.datetime):
        size (int): In bytes.
        expires_at (datetime.datetime | None | Unset):
        job (None | str | Unset):
    """

    created_at: datetime.datetime
    digest: str
    id: str
    media_type: str
    name: str
    reference: str
    reference_expires_at: datetime.datetime
    size: int
    expires_at: datetime.datetime | None | Unset = UNSET
    job: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at.isoformat()

        digest = self.digest

        id = self.id

        media_type = self.media_type

        name = self.name

        reference = self.reference

        reference_expires_at = self.reference_expires_at.isoformat()

        size = self.size

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        job: None | str | Unset
        if isinstance(self.job, Unset):
            job = UNSET
        else:
            job = self.job

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "digest": digest,
                "id": id,
                "media_type": media_type,
                "name": name,
                "reference": reference,
                "reference_expires_at": reference_expires_at,
                "size": size,
            }
        )
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if job is not UNSET:
            field_dict["job"] = job

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        digest = d.pop("digest")

        id = d.pop("id")

        media_type = d.pop("media_type")

        name = d.pop("name")

        reference = d.pop("reference")

        reference_expires_at = datetime.datetime.fromisoformat(
            d.pop("reference_expires_at")
        )

        size = d.pop("size")

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

        def _parse_job(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        job = _parse_job(d.pop("job", UNSET))

        artifact = cls(
            created_at=created_at,
            digest=digest,
            id=id,
            media_type=media_type,
            name=name,
            reference=reference,
            reference_expires_at=reference_expires_at,
            size=size,
            expires_at=expires_at,
            job=job,
        )

        artifact.additional_properties = d
        return artifact

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
