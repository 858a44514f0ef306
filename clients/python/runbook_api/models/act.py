from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Act")


@_attrs_define
class Act:
    """What somebody did, or tried to do.

    Attributes:
        action (str): What they did, named like the operation of the API: `tokens_create`, `jobs_cancel`.
        from_ (str): Address of the peer that asked, or `command line`.
        name (str): What they called themselves then.
        status (int): What they were answered, as a status of HTTP.
        actor (None | str | Unset):
        object_ (None | str | Unset): What they did it to: an id, a name or a path.
        token (None | str | Unset):
    """

    action: str
    from_: str
    name: str
    status: int
    actor: None | str | Unset = UNSET
    object_: None | str | Unset = UNSET
    token: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action = self.action

        from_ = self.from_

        name = self.name

        status = self.status

        actor: None | str | Unset
        if isinstance(self.actor, Unset):
            actor = UNSET
        else:
            actor = self.actor

        object_: None | str | Unset
        if isinstance(self.object_, Unset):
            object_ = UNSET
        else:
            object_ = self.object_

        token: None | str | Unset
        if isinstance(self.token, Unset):
            token = UNSET
        else:
            token = self.token

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
                "from": from_,
                "name": name,
                "status": status,
            }
        )
        if actor is not UNSET:
            field_dict["actor"] = actor
        if object_ is not UNSET:
            field_dict["object"] = object_
        if token is not UNSET:
            field_dict["token"] = token

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        action = d.pop("action")

        from_ = d.pop("from")

        name = d.pop("name")

        status = d.pop("status")

        def _parse_actor(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        actor = _parse_actor(d.pop("actor", UNSET))

        def _parse_object_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        object_ = _parse_object_(d.pop("object", UNSET))

        def _parse_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        token = _parse_token(d.pop("token", UNSET))

        act = cls(
            action=action,
            from_=from_,
            name=name,
            status=status,
            actor=actor,
            object_=object_,
            token=token,
        )

        act.additional_properties = d
        return act

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
