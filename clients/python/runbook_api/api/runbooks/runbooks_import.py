from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.import_url import ImportUrl
from ...models.list_body_imported import ListBodyImported
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ImportUrl | list[int] | Unset = UNSET,
    name: str | Unset = UNSET,
    outputs: bool | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["name"] = name

    params["outputs"] = outputs

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/runbooks/import",
        "params": params,
    }

    if isinstance(body, ImportUrl):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, list[int]):
        _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/octet-stream"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ListBodyImported | Problem | None:
    if response.status_code == 201:
        response_201 = ListBodyImported.from_dict(response.json())

        return response_201

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ListBodyImported | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ImportUrl | list[int] | Unset = UNSET,
    name: str | Unset = UNSET,
    outputs: bool | Unset = UNSET,
) -> Response[ListBodyImported | Problem]:
    """Makes runbooks of a file or an address: a document in Markdown, MDX, Quarto or Livebook, a notebook
    of
    Jupyter, a zip of such, or a git repository with them. JSON names a URL; any other body is the file,
    which
    `name` names. Nothing of what is imported runs.

    Args:
        name (str | Unset):
        outputs (bool | Unset):
        body (ImportUrl):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListBodyImported | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        name=name,
        outputs=outputs,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: ImportUrl | list[int] | Unset = UNSET,
    name: str | Unset = UNSET,
    outputs: bool | Unset = UNSET,
) -> ListBodyImported | Problem | None:
    """Makes runbooks of a file or an address: a document in Markdown, MDX, Quarto or Livebook, a notebook
    of
    Jupyter, a zip of such, or a git repository with them. JSON names a URL; any other body is the file,
    which
    `name` names. Nothing of what is imported runs.

    Args:
        name (str | Unset):
        outputs (bool | Unset):
        body (ImportUrl):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListBodyImported | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        name=name,
        outputs=outputs,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ImportUrl | list[int] | Unset = UNSET,
    name: str | Unset = UNSET,
    outputs: bool | Unset = UNSET,
) -> Response[ListBodyImported | Problem]:
    """Makes runbooks of a file or an address: a document in Markdown, MDX, Quarto or Livebook, a notebook
    of
    Jupyter, a zip of such, or a git repository with them. JSON names a URL; any other body is the file,
    which
    `name` names. Nothing of what is imported runs.

    Args:
        name (str | Unset):
        outputs (bool | Unset):
        body (ImportUrl):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListBodyImported | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        name=name,
        outputs=outputs,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ImportUrl | list[int] | Unset = UNSET,
    name: str | Unset = UNSET,
    outputs: bool | Unset = UNSET,
) -> ListBodyImported | Problem | None:
    """Makes runbooks of a file or an address: a document in Markdown, MDX, Quarto or Livebook, a notebook
    of
    Jupyter, a zip of such, or a git repository with them. JSON names a URL; any other body is the file,
    which
    `name` names. Nothing of what is imported runs.

    Args:
        name (str | Unset):
        outputs (bool | Unset):
        body (ImportUrl):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListBodyImported | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            name=name,
            outputs=outputs,
        )
    ).parsed
