from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.code_language import CodeLanguage
from ..models.input_encoding import InputEncoding
from ..models.on_output_limit import OnOutputLimit
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.code_file import CodeFile
    from ..models.code_run_env_type_0 import CodeRunEnvType0


T = TypeVar("T", bound="CodeRun")


@_attrs_define
class CodeRun:
    """Code to run. Fields that are not listed here are ignored.

    Attributes:
        code (str): The program; not empty. Example: print('hello').
        lang (CodeLanguage): A language as tinirun names it; the names of runtimes are understood too.
        args (list[str] | None | Unset):
        cpu_limit (float | None | Unset): Processors. The operator's limit for a sandbox if left out.
        dependencies (list[str] | None | Unset): As the language's package manager names them, with versions:
            `numpy>=1.0,<3`,
            `@scope/pkg@^1`, `serde@1`.
        env (CodeRunEnvType0 | None | Unset): Environment variables, added to those of the runtime.
        files (list[CodeFile] | None | Unset): Written beside the program before it starts, and once more beneath
            `files/`.
        mem_limit_mb (int | None | Unset): Memory of all its processes and files, in MiB. The operator's limit for a
            sandbox if left out.
        network (list[str] | None | str | Unset):
        on_output_limit (None | OnOutputLimit | Unset):
        output_limit (int | None | Unset): Bytes of stdout and stderr together that are sent. The operator's limit if
            left out.
        stdin (None | str | Unset): What the program reads on standard input; by default nothing.
        stdin_encoding (InputEncoding | None | Unset):
        timeout (int | None | Unset): Seconds from the program's start until it is killed. Default: 60.
    """

    code: str
    lang: CodeLanguage
    args: list[str] | None | Unset = UNSET
    cpu_limit: float | None | Unset = UNSET
    dependencies: list[str] | None | Unset = UNSET
    env: CodeRunEnvType0 | None | Unset = UNSET
    files: list[CodeFile] | None | Unset = UNSET
    mem_limit_mb: int | None | Unset = UNSET
    network: list[str] | None | str | Unset = UNSET
    on_output_limit: None | OnOutputLimit | Unset = UNSET
    output_limit: int | None | Unset = UNSET
    stdin: None | str | Unset = UNSET
    stdin_encoding: InputEncoding | None | Unset = UNSET
    timeout: int | None | Unset = 60
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.code_run_env_type_0 import CodeRunEnvType0

        code = self.code

        lang = self.lang.value

        args: list[str] | None | Unset
        if isinstance(self.args, Unset):
            args = UNSET
        elif isinstance(self.args, list):
            args = self.args

        else:
            args = self.args

        cpu_limit: float | None | Unset
        if isinstance(self.cpu_limit, Unset):
            cpu_limit = UNSET
        else:
            cpu_limit = self.cpu_limit

        dependencies: list[str] | None | Unset
        if isinstance(self.dependencies, Unset):
            dependencies = UNSET
        elif isinstance(self.dependencies, list):
            dependencies = self.dependencies

        else:
            dependencies = self.dependencies

        env: dict[str, Any] | None | Unset
        if isinstance(self.env, Unset):
            env = UNSET
        elif isinstance(self.env, CodeRunEnvType0):
            env = self.env.to_dict()
        else:
            env = self.env

        files: list[dict[str, Any]] | None | Unset
        if isinstance(self.files, Unset):
            files = UNSET
        elif isinstance(self.files, list):
            files = []
            for files_type_0_item_data in self.files:
                files_type_0_item = files_type_0_item_data.to_dict()
                files.append(files_type_0_item)

        else:
            files = self.files

        mem_limit_mb: int | None | Unset
        if isinstance(self.mem_limit_mb, Unset):
            mem_limit_mb = UNSET
        else:
            mem_limit_mb = self.mem_limit_mb

        network: list[str] | None | str | Unset
        if isinstance(self.network, Unset):
            network = UNSET
        elif isinstance(self.network, list):
            network = self.network

        else:
            network = self.network

        on_output_limit: None | str | Unset
        if isinstance(self.on_output_limit, Unset):
            on_output_limit = UNSET
        elif isinstance(self.on_output_limit, OnOutputLimit):
            on_output_limit = self.on_output_limit.value
        else:
            on_output_limit = self.on_output_limit

        output_limit: int | None | Unset
        if isinstance(self.output_limit, Unset):
            output_limit = UNSET
        else:
            output_limit = self.output_limit

        stdin: None | str | Unset
        if isinstance(self.stdin, Unset):
            stdin = UNSET
        else:
            stdin = self.stdin

        stdin_encoding: None | str | Unset
        if isinstance(self.stdin_encoding, Unset):
            stdin_encoding = UNSET
        elif isinstance(self.stdin_encoding, InputEncoding):
            stdin_encoding = self.stdin_encoding.value
        else:
            stdin_encoding = self.stdin_encoding

        timeout: int | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "lang": lang,
            }
        )
        if args is not UNSET:
            field_dict["args"] = args
        if cpu_limit is not UNSET:
            field_dict["cpu_limit"] = cpu_limit
        if dependencies is not UNSET:
            field_dict["dependencies"] = dependencies
        if env is not UNSET:
            field_dict["env"] = env
        if files is not UNSET:
            field_dict["files"] = files
        if mem_limit_mb is not UNSET:
            field_dict["mem_limit_mb"] = mem_limit_mb
        if network is not UNSET:
            field_dict["network"] = network
        if on_output_limit is not UNSET:
            field_dict["on_output_limit"] = on_output_limit
        if output_limit is not UNSET:
            field_dict["output_limit"] = output_limit
        if stdin is not UNSET:
            field_dict["stdin"] = stdin
        if stdin_encoding is not UNSET:
            field_dict["stdin_encoding"] = stdin_encoding
        if timeout is not UNSET:
            field_dict["timeout"] = timeout

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.code_file import CodeFile
        from ..models.code_run_env_type_0 import CodeRunEnvType0

        d = dict(src_dict)
        code = d.pop("code")

        lang = CodeLanguage(d.pop("lang"))

        def _parse_args(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                args_type_0 = cast(list[str], data)

                return args_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        args = _parse_args(d.pop("args", UNSET))

        def _parse_cpu_limit(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cpu_limit = _parse_cpu_limit(d.pop("cpu_limit", UNSET))

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

        def _parse_env(data: object) -> CodeRunEnvType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                env_type_0 = CodeRunEnvType0.from_dict(data)

                return env_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CodeRunEnvType0 | None | Unset, data)

        env = _parse_env(d.pop("env", UNSET))

        def _parse_files(data: object) -> list[CodeFile] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                files_type_0 = []
                _files_type_0 = data
                for files_type_0_item_data in _files_type_0:
                    files_type_0_item = CodeFile.from_dict(files_type_0_item_data)

                    files_type_0.append(files_type_0_item)

                return files_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[CodeFile] | None | Unset, data)

        files = _parse_files(d.pop("files", UNSET))

        def _parse_mem_limit_mb(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        mem_limit_mb = _parse_mem_limit_mb(d.pop("mem_limit_mb", UNSET))

        def _parse_network(data: object) -> list[str] | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemas_code_network_type_1 = cast(list[str], data)

                return componentsschemas_code_network_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | str | Unset, data)

        network = _parse_network(d.pop("network", UNSET))

        def _parse_on_output_limit(data: object) -> None | OnOutputLimit | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                on_output_limit_type_0 = OnOutputLimit(data)

                return on_output_limit_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OnOutputLimit | Unset, data)

        on_output_limit = _parse_on_output_limit(d.pop("on_output_limit", UNSET))

        def _parse_output_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        output_limit = _parse_output_limit(d.pop("output_limit", UNSET))

        def _parse_stdin(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        stdin = _parse_stdin(d.pop("stdin", UNSET))

        def _parse_stdin_encoding(data: object) -> InputEncoding | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                stdin_encoding_type_0 = InputEncoding(data)

                return stdin_encoding_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(InputEncoding | None | Unset, data)

        stdin_encoding = _parse_stdin_encoding(d.pop("stdin_encoding", UNSET))

        def _parse_timeout(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        code_run = cls(
            code=code,
            lang=lang,
            args=args,
            cpu_limit=cpu_limit,
            dependencies=dependencies,
            env=env,
            files=files,
            mem_limit_mb=mem_limit_mb,
            network=network,
            on_output_limit=on_output_limit,
            output_limit=output_limit,
            stdin=stdin,
            stdin_encoding=stdin_encoding,
            timeout=timeout,
        )

        code_run.additional_properties = d
        return code_run

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
