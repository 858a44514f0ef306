from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.function_status_type_0 import FunctionStatusType0
    from ..models.function_status_type_1 import FunctionStatusType1
    from ..models.function_status_type_2 import FunctionStatusType2


T = TypeVar("T", bound="FunctionVersion")


@_attrs_define
class FunctionVersion:
    """
    Attributes:
        code (str):
        created_at (datetime.datetime):
        dependencies (list[str]):
        logs (str): What its build said.
        serving (bool): Whether it is the one that answers calls.
        status (FunctionStatusType0 | FunctionStatusType1 | FunctionStatusType2): How the current version is.
        version (str):
        cpu_limit (float | None | Unset): Processors of a call.
        keep_warm (int | None | Unset): Seconds for which an instance waits for the next call; 0 keeps none.
        mem_limit_mb (int | None | Unset): Memory of a call, in MiB.
        network (list[str] | Unset): Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers
            them.
        secrets (list[str] | Unset): Names of my secrets that it finds in its environment.
        timeout (int | None | Unset): Seconds that a call may take; 60 if left out.
        built_at (datetime.datetime | None | Unset):
        description (None | str | Unset):
    """

    code: str
    created_at: datetime.datetime
    dependencies: list[str]
    logs: str
    serving: bool
    status: FunctionStatusType0 | FunctionStatusType1 | FunctionStatusType2
    version: str
    cpu_limit: float | None | Unset = UNSET
    keep_warm: int | None | Unset = UNSET
    mem_limit_mb: int | None | Unset = UNSET
    network: list[str] | Unset = UNSET
    secrets: list[str] | Unset = UNSET
    timeout: int | None | Unset = UNSET
    built_at: datetime.datetime | None | Unset = UNSET
    description: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.function_status_type_0 import FunctionStatusType0
        from ..models.function_status_type_1 import FunctionStatusType1

        code = self.code

        created_at = self.created_at.isoformat()

        dependencies = self.dependencies

        logs = self.logs

        serving = self.serving

        status: dict[str, Any]
        if isinstance(self.status, FunctionStatusType0) or isinstance(
            self.status, FunctionStatusType1
        ):
            status = self.status.to_dict()
        else:
            status = self.status.to_dict()

        version = self.version

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

        built_at: None | str | Unset
        if isinstance(self.built_at, Unset):
            built_at = UNSET
        elif isinstance(self.built_at, datetime.datetime):
            built_at = self.built_at.isoformat()
        else:
            built_at = self.built_at

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "created_at": created_at,
                "dependencies": dependencies,
                "logs": logs,
                "serving": serving,
                "status": status,
                "version": version,
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
        if built_at is not UNSET:
            field_dict["built_at"] = built_at
        if description is not UNSET:
            field_dict["description"] = description

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.function_status_type_0 import FunctionStatusType0
        from ..models.function_status_type_1 import FunctionStatusType1
        from ..models.function_status_type_2 import FunctionStatusType2

        d = dict(src_dict)
        code = d.pop("code")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        dependencies = cast(list[str], d.pop("dependencies"))

        logs = d.pop("logs")

        serving = d.pop("serving")

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

        version = d.pop("version")

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

        def _parse_built_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                built_at_type_0 = datetime.datetime.fromisoformat(data)

                return built_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        built_at = _parse_built_at(d.pop("built_at", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        function_version = cls(
            code=code,
            created_at=created_at,
            dependencies=dependencies,
            logs=logs,
            serving=serving,
            status=status,
            version=version,
            cpu_limit=cpu_limit,
            keep_warm=keep_warm,
            mem_limit_mb=mem_limit_mb,
            network=network,
            secrets=secrets,
            timeout=timeout,
            built_at=built_at,
            description=description,
        )

        function_version.additional_properties = d
        return function_version

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
