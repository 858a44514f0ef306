from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.job_limits import JobLimits
    from ..models.job_usage import JobUsage


T = TypeVar("T", bound="JobStanding")


@_attrs_define
class JobStanding:
    """How much somebody may ask of the queue, and how much they have.

    Attributes:
        limits (JobLimits): Bounds of a user or a token; what is left out is as the one above says: the token's user,
            then the
            server's default.
        own (JobLimits): Bounds of a user or a token; what is left out is as the one above says: the token's user, then
            the
            server's default.
        usage (JobUsage): What a user or a token has used of its limits.
    """

    limits: JobLimits
    own: JobLimits
    usage: JobUsage
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        limits = self.limits.to_dict()

        own = self.own.to_dict()

        usage = self.usage.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "limits": limits,
                "own": own,
                "usage": usage,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.job_limits import JobLimits
        from ..models.job_usage import JobUsage

        d = dict(src_dict)
        limits = JobLimits.from_dict(d.pop("limits"))

        own = JobLimits.from_dict(d.pop("own"))

        usage = JobUsage.from_dict(d.pop("usage"))

        job_standing = cls(
            limits=limits,
            own=own,
            usage=usage,
        )

        job_standing.additional_properties = d
        return job_standing

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
