from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.code_language import CodeLanguage
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.function_status_type_0 import FunctionStatusType0
    from ..models.function_status_type_1 import FunctionStatusType1
    from ..models.function_status_type_2 import FunctionStatusType2


T = TypeVar("T", bound="FunctionDetail")


@_attrs_define
class FunctionDetail:
    """
    Attributes:
        created_at (datetime.datetime):
        lang (CodeLanguage): A language as tinirun names it; the names of runtimes are understood too.
        status (FunctionStatusType0 | FunctionStatusType1 | FunctionStatusType2): How the current version is.
        updated_at (datetime.datetime):
        version (str): The current version: the one that was saved, or rolled back to, last.
        code (str):
        cpu_limit (float | None | Unset): Processors of a call.
        keep_warm (int | None | Unset): Seconds for which an instance waits for the next call; 0 keeps none.
        mem_limit_mb (int | None | Unset): Memory of a call, in MiB.
        network (list[str] | Unset): Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers
            them.
        secrets (list[str] | Unset): Names of my secrets that it finds in its environment.
        timeout (int | None | Unset): Seconds that a call may take; 60 if left out.
        description (None | str | Unset):
        serving_version (None | str | Unset): The version that answers calls; null before the first one was built.
        dependencies (None | str | Unset): With spaces between them.
    """

    created_at: datetime.datetime
    lang: CodeLanguage
    status: FunctionStatusType0 | FunctionStatusType1 | FunctionStatusType2
    updated_at: datetime.datetime
    version: str
    code: str
    cpu_limit: float | None | Unset = UNSET
    keep_warm: int | None | Unset = UNSET
    mem_limit_mb: int | None | Unset = UNSET
    network: list[str] | Unset = UNSET
    secrets: list[str] | Unset = UNSET
    timeout: int | None | Unset = UNSET
    description: None | str | Unset = UNSET
    serving_version: None | str | Unset = UNSET
    dependencies: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.function_status_type_0 import FunctionStatusType0
        from ..models.function_status_type_1 import FunctionStatusType1

        created_at = self.created_at.isoformat()

        lang = self.lang.value

        status: dict[str, Any]
        if isinstance(self.status, FunctionStatusType0) or isinstance(
            self.status, FunctionStatusType1
        ):
            status = self.status.to_dict()
        else:
            status = self.status.to_dict()

        updated_at = self.updated_at.isoformat()

        version = self.version

        code = self.code

        cpu_limit: float | None | Unset
        if isinstance(self.cpu_limit, Unset):
            cpu_limit = UNSET
        else:
            cpu_limit = self.cpu_limit

        keep_warm: int | None | Unset
        if isinstance(self.keep_warm, Unset):
            keep_warm = UNSET
        else:
            keep_warm = self.keep_warm

        mem_limit_mb: int | None | Unset
        if isinstance(self.mem_limit_mb, Unset):
            mem_limit_mb = UNSET
        else:
            mem_limit_mb = self.mem_limit_mb

        network: list[str] | Unset = UNSET
        if not isinstance(self.network, Unset):
            network = self.network

        secrets: list[str] | Unset = UNSET
        if not isinstance(self.secrets, Unset):
            secrets = self.secrets

        timeout: int | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        serving_version: None | str | Unset
        if isinstance(self.serving_version, Unset):
            serving_version = UNSET
        else:
            serving_version = self.serving_version

        dependencies: None | str | Unset
        if isinstance(self.dependencies, Unset):
            dependencies = UNSET
        else:
            dependencies = self.dependencies

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "lang": lang,
                "status": status,
                "updated_at": updated_at,
                "version": version,
                "code": code,
            }
        )
        if cpu_limit is not UNSET:
            field_dict["cpu_limit"] = cpu_limit
        if keep_warm is not UNSET:
            field_dict["keep_warm"] = keep_warm
        if mem_limit_mb is not UNSET:
            field_dict["mem_limit_mb"] = mem_limit_mb
        if network is not UNSET:
            field_dict["network"] = network
        if secrets is not UNSET:
            field_dict["secrets"] = secrets
        if timeout is not UNSET:
            field_dict["timeout"] = timeout
        if description is not UNSET:
            field_dict["description"] = description
        if serving_version is not UNSET:
            field_dict["serving_version"] = serving_version
        if dependencies is not UNSET:
            field_dict["dependencies"] = dependencies

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.function_status_type_0 import FunctionStatusType0
        from ..models.function_status_type_1 import FunctionStatusType1
        from ..models.function_status_type_2 import FunctionStatusType2

        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        lang = CodeLanguage(d.pop("lang"))

        def _parse_status(
            data: object,
        ) -> FunctionStatusType0 | FunctionStatusType1 | FunctionStatusType2:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_function_status_type_0 = (
                    FunctionStatusType0.from_dict(data)
                )

                return componentsschemas_function_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_function_status_type_1 = (
                    FunctionStatusType1.from_dict(data)
                )

                return componentsschemas_function_status_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_function_status_type_2 = FunctionStatusType2.from_dict(
                data
            )

            return componentsschemas_function_status_type_2

        status = _parse_status(d.pop("status"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        version = d.pop("version")

        code = d.pop("code")

        def _parse_cpu_limit(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cpu_limit = _parse_cpu_limit(d.pop("cpu_limit", UNSET))

        def _parse_keep_warm(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        keep_warm = _parse_keep_warm(d.pop("keep_warm", UNSET))

        def _parse_mem_limit_mb(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        mem_limit_mb = _parse_mem_limit_mb(d.pop("mem_limit_mb", UNSET))

        network = cast(list[str], d.pop("network", UNSET))

        secrets = cast(list[str], d.pop("secrets", UNSET))

        def _parse_timeout(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_serving_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        serving_version = _parse_serving_version(d.pop("serving_version", UNSET))

        def _parse_dependencies(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        dependencies = _parse_dependencies(d.pop("dependencies", UNSET))

        function_detail = cls(
            created_at=created_at,
            lang=lang,
            status=status,
            updated_at=updated_at,
            version=version,
            code=code,
            cpu_limit=cpu_limit,
            keep_warm=keep_warm,
            mem_limit_mb=mem_limit_mb,
            network=network,
            secrets=secrets,
            timeout=timeout,
            description=description,
            serving_version=serving_version,
            dependencies=dependencies,
        )

        function_detail.additional_properties = d
        return function_detail

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
