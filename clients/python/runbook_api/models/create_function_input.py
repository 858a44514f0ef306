from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.code_language import CodeLanguage
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateFunctionInput")


@_attrs_define
class CreateFunctionInput:
    """A function to be made.

    Attributes:
        language (CodeLanguage): A language as tinirun names it; the names of runtimes are understood too.
        name (str):
        cpu_limit (float | None | Unset): Processors of a call.
        keep_warm (int | None | Unset): Seconds for which an instance waits for the next call; 0 keeps none.
        mem_limit_mb (int | None | Unset): Memory of a call, in MiB.
        network (list[str] | Unset): Hosts that it reaches, such as `api.example.com:443`, as far as the operator offers
            them.
        secrets (list[str] | Unset): Names of my secrets that it finds in its environment.
        timeout (int | None | Unset): Seconds that a call may take; 60 if left out.
        code (None | str | Unset): Defines `run(input)`. Without code the function greets its input.
        dependencies (list[str] | None | Unset):
        description (None | str | Unset):
    """

    language: CodeLanguage
    name: str
    cpu_limit: float | None | Unset = UNSET
    keep_warm: int | None | Unset = UNSET
    mem_limit_mb: int | None | Unset = UNSET
    network: list[str] | Unset = UNSET
    secrets: list[str] | Unset = UNSET
    timeout: int | None | Unset = UNSET
    code: None | str | Unset = UNSET
    dependencies: list[str] | None | Unset = UNSET
    description: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        language = self.language.value

        name = self.name

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

        code: None | str | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code

        dependencies: list[str] | None | Unset
        if isinstance(self.dependencies, Unset):
            dependencies = UNSET
        elif isinstance(self.dependencies, list):
            dependencies = self.dependencies

        else:
            dependencies = self.dependencies

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "language": language,
                "name": name,
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
        if code is not UNSET:
            field_dict["code"] = code
        if dependencies is not UNSET:
            field_dict["dependencies"] = dependencies
        if description is not UNSET:
            field_dict["description"] = description

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        language = CodeLanguage(d.pop("language"))

        name = d.pop("name")

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

        def _parse_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        code = _parse_code(d.pop("code", UNSET))

        def _parse_dependencies(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                dependencies_type_0 = cast(list[str], data)

                return dependencies_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        dependencies = _parse_dependencies(d.pop("dependencies", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        create_function_input = cls(
            language=language,
            name=name,
            cpu_limit=cpu_limit,
            keep_warm=keep_warm,
            mem_limit_mb=mem_limit_mb,
            network=network,
            secrets=secrets,
            timeout=timeout,
            code=code,
            dependencies=dependencies,
            description=description,
        )

        create_function_input.additional_properties = d
        return create_function_input

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
