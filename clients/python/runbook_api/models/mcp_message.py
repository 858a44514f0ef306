from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="McpMessage")


@_attrs_define
class McpMessage:
    """A message of JSON-RPC 2.0, as the Model Context Protocol has them: a request, a notification, or an answer.

    Attributes:
        jsonrpc (str):  Example: 2.0.
        error (Any | Unset):
        id (Any | Unset): Text or number; none in a notification.
        method (None | str | Unset):  Example: tools/list.
        params (Any | Unset):
        result (Any | Unset):
    """

    jsonrpc: str
    error: Any | Unset = UNSET
    id: Any | Unset = UNSET
    method: None | str | Unset = UNSET
    params: Any | Unset = UNSET
    result: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        jsonrpc = self.jsonrpc

        error = self.error

        id = self.id

        method: None | str | Unset
        if isinstance(self.method, Unset):
            method = UNSET
        else:
            method = self.method

        params = self.params

        result = self.result

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "jsonrpc": jsonrpc,
            }
        )
        if error is not UNSET:
            field_dict["error"] = error
        if id is not UNSET:
            field_dict["id"] = id
        if method is not UNSET:
            field_dict["method"] = method
        if params is not UNSET:
            field_dict["params"] = params
        if result is not UNSET:
            field_dict["result"] = result

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        jsonrpc = d.pop("jsonrpc")

        error = d.pop("error", UNSET)

        id = d.pop("id", UNSET)

        def _parse_method(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        method = _parse_method(d.pop("method", UNSET))

        params = d.pop("params", UNSET)

        result = d.pop("result", UNSET)

        mcp_message = cls(
            jsonrpc=jsonrpc,
            error=error,
            id=id,
            method=method,
            params=params,
            result=result,
        )

        mcp_message.additional_properties = d
        return mcp_message

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
