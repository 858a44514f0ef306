from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.artifact import Artifact


T = TypeVar("T", bound="Upload")


@_attrs_define
class Upload:
    """An artifact that arrives in parts.

    Attributes:
        id (str):
        name (str):
        received (int): Bytes that have arrived: where the next part begins.
        artifact (Artifact | None | Unset):
        size (int | None | Unset): In bytes.
    """

    id: str
    name: str
    received: int
    artifact: Artifact | None | Unset = UNSET
    size: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.artifact import Artifact

        id = self.id

        name = self.name

        received = self.received

        artifact: dict[str, Any] | None | Unset
        if isinstance(self.artifact, Unset):
            artifact = UNSET
        elif isinstance(self.artifact, Artifact):
            artifact = self.artifact.to_dict()
        else:
            artifact = self.artifact

        size: int | None | Unset
        if isinstance(self.size, Unset):
            size = UNSET
        else:
            size = self.size

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "received": received,
            }
        )
        if artifact is not UNSET:
            field_dict["artifact"] = artifact
        if size is not UNSET:
            field_dict["size"] = size

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.artifact import Artifact

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        received = d.pop("received")

        def _parse_artifact(data: object) -> Artifact | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                artifact_type_0 = Artifact.from_dict(data)

                return artifact_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Artifact | None | Unset, data)

        artifact = _parse_artifact(d.pop("artifact", UNSET))

        def _parse_size(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        size = _parse_size(d.pop("size", UNSET))

        upload = cls(
            id=id,
            name=name,
            received=received,
            artifact=artifact,
            size=size,
        )

        upload.additional_properties = d
        return upload

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
