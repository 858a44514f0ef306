from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="JobRetries")


@_attrs_define
class JobRetries:
    """How often a job is tried again after its program ran and failed.

    Attributes:
        max_ (int): Attempts after the first.
        backoff (float | None | Unset): Seconds before the second attempt, doubled before each further one, of which a
            random part of up to
            a half is left out; 1 if left out.
    """

    max_: int
    backoff: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        max_ = self.max_

        backoff: float | None | Unset
        if isinstance(self.backoff, Unset):
            backoff = UNSET
        else:
            backoff = self.backoff

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "max": max_,
            }
        )
        if backoff is not UNSET:
            field_dict["backoff"] = backoff

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        max_ = d.pop("max")

        def _parse_backoff(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        backoff = _parse_backoff(d.pop("backoff", UNSET))

        job_retries = cls(
            max_=max_,
            backoff=backoff,
        )

        return job_retries
