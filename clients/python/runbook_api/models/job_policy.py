from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.payload_kind import PayloadKind
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.program_pattern import ProgramPattern


T = TypeVar("T", bound="JobPolicy")


@_attrs_define
class JobPolicy:
    """What jobs may be. What is left out is not restricted.

    Attributes:
        payloads (list[PayloadKind] | None | Unset): Only these kinds of payloads.
        programs (list[ProgramPattern] | None | Unset): Of commands, only those that fit one of these. A line for the
            shell fits none.
    """

    payloads: list[PayloadKind] | None | Unset = UNSET
    programs: list[ProgramPattern] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        payloads: list[str] | None | Unset
        if isinstance(self.payloads, Unset):
            payloads = UNSET
        elif isinstance(self.payloads, list):
            payloads = []
            for payloads_type_0_item_data in self.payloads:
                payloads_type_0_item = payloads_type_0_item_data.value
                payloads.append(payloads_type_0_item)

        else:
            payloads = self.payloads

        programs: list[dict[str, Any]] | None | Unset
        if isinstance(self.programs, Unset):
            programs = UNSET
        elif isinstance(self.programs, list):
            programs = []
            for programs_type_0_item_data in self.programs:
                programs_type_0_item = programs_type_0_item_data.to_dict()
                programs.append(programs_type_0_item)

        else:
            programs = self.programs

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if payloads is not UNSET:
            field_dict["payloads"] = payloads
        if programs is not UNSET:
            field_dict["programs"] = programs

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.program_pattern import ProgramPattern

        d = dict(src_dict)

        def _parse_payloads(data: object) -> list[PayloadKind] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                payloads_type_0 = []
                _payloads_type_0 = data
                for payloads_type_0_item_data in _payloads_type_0:
                    payloads_type_0_item = PayloadKind(payloads_type_0_item_data)

                    payloads_type_0.append(payloads_type_0_item)

                return payloads_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[PayloadKind] | None | Unset, data)

        payloads = _parse_payloads(d.pop("payloads", UNSET))

        def _parse_programs(data: object) -> list[ProgramPattern] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                programs_type_0 = []
                _programs_type_0 = data
                for programs_type_0_item_data in _programs_type_0:
                    programs_type_0_item = ProgramPattern.from_dict(
                        programs_type_0_item_data
                    )

                    programs_type_0.append(programs_type_0_item)

                return programs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ProgramPattern] | None | Unset, data)

        programs = _parse_programs(d.pop("programs", UNSET))

        job_policy = cls(
            payloads=payloads,
            programs=programs,
        )

        return job_policy
