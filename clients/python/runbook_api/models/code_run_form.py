from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import UNSET, File, FileTypes, Unset

if TYPE_CHECKING:
    from ..models.code_run import CodeRun


T = TypeVar("T", bound="CodeRunForm")


@_attrs_define
class CodeRunForm:
    """The same as a form: `request` first, `stdin` last.

    Attributes:
        request (CodeRun): Code to run. Fields that are not listed here are ignored.
        file (list[File] | None | Unset): Its path is its file name.
        stdin (File | None | Unset):
    """

    request: CodeRun
    file: list[File] | None | Unset = UNSET
    stdin: File | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        request = self.request.to_dict()

        file: list[FileTypes] | None | Unset
        if isinstance(self.file, Unset):
            file = UNSET
        elif isinstance(self.file, list):
            file = []
            for file_type_0_item_data in self.file:
                file_type_0_item = file_type_0_item_data.to_tuple()

                file.append(file_type_0_item)

        else:
            file = self.file

        stdin: FileTypes | None | Unset
        if isinstance(self.stdin, Unset):
            stdin = UNSET
        elif isinstance(self.stdin, File):
            stdin = self.stdin.to_tuple()

        else:
            stdin = self.stdin

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "request": request,
            }
        )
        if file is not UNSET:
            field_dict["file"] = file
        if stdin is not UNSET:
            field_dict["stdin"] = stdin

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(
            (
                "request",
                (None, json.dumps(self.request.to_dict()).encode(), "application/json"),
            )
        )

        if not isinstance(self.file, Unset):
            if isinstance(self.file, list):
                for file_type_0_item_element in self.file:
                    files.append(("file", file_type_0_item_element.to_tuple()))
            else:
                files.append(("file", (None, str(self.file).encode(), "text/plain")))

        if not isinstance(self.stdin, Unset):
            if isinstance(self.stdin, File):
                files.append(("stdin", self.stdin.to_tuple()))
            else:
                files.append(("stdin", (None, str(self.stdin).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))

        return files

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.code_run import CodeRun

        d = dict(src_dict)
        request = CodeRun.from_dict(d.pop("request"))

        def _parse_file(data: object) -> list[File] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                file_type_0 = []
                _file_type_0 = data
                for file_type_0_item_data in _file_type_0:
                    file_type_0_item = File(payload=BytesIO(file_type_0_item_data))

                    file_type_0.append(file_type_0_item)

                return file_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[File] | None | Unset, data)

        file = _parse_file(d.pop("file", UNSET))

        def _parse_stdin(data: object) -> File | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, bytes):
                    raise TypeError()
                stdin_type_0 = File(payload=BytesIO(data))

                return stdin_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(File | None | Unset, data)

        stdin = _parse_stdin(d.pop("stdin", UNSET))

        code_run_form = cls(
            request=request,
            file=file,
            stdin=stdin,
        )

        code_run_form.additional_properties = d
        return code_run_form

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
