from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.block_kind import BlockKind
from ..models.expectation import Expectation
from ..models.hide import Hide
from ..models.runtime_name import RuntimeName
from ..types import UNSET, Unset

T = TypeVar("T", bound="Block")


@_attrs_define
class Block:
    """A fenced code block of a document.

    Attributes:
        background (bool): Whether it runs beside those after it.
        code (str):
        content_hash (str):
        end_line (int):
        expect (Expectation): How a block must end to pass.
        hide (Hide):
        id (str):
        kind (BlockKind):
        line (int): Line of the opening fence, counted from 1.
        manual (bool): Whether it runs only when it is asked for by itself.
        needs (list[str]): Names or ids of the blocks that run before it.
        runnable (bool):
        secrets (list[str]): Names of the secrets that it finds in its environment.
        tags (list[str]):
        index (int | None | Unset): Place among the runnable blocks, counted from 0.
        language (None | str | Unset):
        name (None | str | Unset):
        path (None | str | Unset): Where a file block is written, relative to the workspace.
        runtime (None | RuntimeName | Unset):
        timeout_ms (int | None | Unset):
    """

    background: bool
    code: str
    content_hash: str
    end_line: int
    expect: Expectation
    hide: Hide
    id: str
    kind: BlockKind
    line: int
    manual: bool
    needs: list[str]
    runnable: bool
    secrets: list[str]
    tags: list[str]
    index: int | None | Unset = UNSET
    language: None | str | Unset = UNSET
    name: None | str | Unset = UNSET
    path: None | str | Unset = UNSET
    runtime: None | RuntimeName | Unset = UNSET
    timeout_ms: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        background = self.background

        code = self.code

        content_hash = self.content_hash

        end_line = self.end_line

        expect = self.expect.value

        hide = self.hide.value

        id = self.id

        kind = self.kind.value

        line = self.line

        manual = self.manual

        needs = self.needs

        runnable = self.runnable

        secrets = self.secrets

        tags = self.tags

        index: int | None | Unset
        if isinstance(self.index, Unset):
            index = UNSET
        else:
            index = self.index

        language: None | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        path: None | str | Unset
        if isinstance(self.path, Unset):
            path = UNSET
        else:
            path = self.path

        runtime: None | str | Unset
        if isinstance(self.runtime, Unset):
            runtime = UNSET
        elif isinstance(self.runtime, RuntimeName):
            runtime = self.runtime.value
        else:
            runtime = self.runtime

        timeout_ms: int | None | Unset
        if isinstance(self.timeout_ms, Unset):
            timeout_ms = UNSET
        else:
            timeout_ms = self.timeout_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "background": background,
                "code": code,
                "content_hash": content_hash,
                "end_line": end_line,
                "expect": expect,
                "hide": hide,
                "id": id,
                "kind": kind,
                "line": line,
                "manual": manual,
                "needs": needs,
                "runnable": runnable,
                "secrets": secrets,
                "tags": tags,
            }
        )
        if index is not UNSET:
            field_dict["index"] = index
        if language is not UNSET:
            field_dict["language"] = language
        if name is not UNSET:
            field_dict["name"] = name
        if path is not UNSET:
            field_dict["path"] = path
        if runtime is not UNSET:
            field_dict["runtime"] = runtime
        if timeout_ms is not UNSET:
            field_dict["timeout_ms"] = timeout_ms

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        background = d.pop("background")

        code = d.pop("code")

        content_hash = d.pop("content_hash")

        end_line = d.pop("end_line")

        expect = Expectation(d.pop("expect"))

        hide = Hide(d.pop("hide"))

        id = d.pop("id")

        kind = BlockKind(d.pop("kind"))

        line = d.pop("line")

        manual = d.pop("manual")

        needs = cast(list[str], d.pop("needs"))

        runnable = d.pop("runnable")

        secrets = cast(list[str], d.pop("secrets"))

        tags = cast(list[str], d.pop("tags"))

        def _parse_index(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        index = _parse_index(d.pop("index", UNSET))

        def _parse_language(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_path(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        path = _parse_path(d.pop("path", UNSET))

        def _parse_runtime(data: object) -> None | RuntimeName | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                runtime_type_0 = RuntimeName(data)

                return runtime_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RuntimeName | Unset, data)

        runtime = _parse_runtime(d.pop("runtime", UNSET))

        def _parse_timeout_ms(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timeout_ms = _parse_timeout_ms(d.pop("timeout_ms", UNSET))

        block = cls(
            background=background,
            code=code,
            content_hash=content_hash,
            end_line=end_line,
            expect=expect,
            hide=hide,
            id=id,
            kind=kind,
            line=line,
            manual=manual,
            needs=needs,
            runnable=runnable,
            secrets=secrets,
            tags=tags,
            index=index,
            language=language,
            name=name,
            path=path,
            runtime=runtime,
            timeout_ms=timeout_ms,
        )

        block.additional_properties = d
        return block

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
