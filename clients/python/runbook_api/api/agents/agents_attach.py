from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.terminal_news_type_0 import TerminalNewsType0
from ...models.terminal_news_type_1 import TerminalNewsType1
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id_path: str,
    *,
    id_query: int | Unset = UNSET,
    rows: int | Unset = UNSET,
    columns: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["id"] = id_query

    params["rows"] = rows

    params["columns"] = columns

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/agents/{id_path}/terminal".format(
            id_path=quote(str(id_path), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | TerminalNewsType0 | TerminalNewsType1 | None:
    if response.status_code == 101:

        def _parse_response_101(data: object) -> TerminalNewsType0 | TerminalNewsType1:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_terminal_news_type_0 = TerminalNewsType0.from_dict(
                    data
                )

                return componentsschemas_terminal_news_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_terminal_news_type_1 = TerminalNewsType1.from_dict(data)

            return componentsschemas_terminal_news_type_1

        response_101 = _parse_response_101(response.json())

        return response_101

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 426:
        response_426 = Problem.from_dict(response.json())

        return response_426

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
) -> Response[Problem | TerminalNewsType0 | TerminalNewsType1]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id_path: str,
    *,
    client: AuthenticatedClient,
    id_query: int | Unset = UNSET,
    rows: int | Unset = UNSET,
    columns: int | Unset = UNSET,
) -> Response[Problem | TerminalNewsType0 | TerminalNewsType1]:
    """Opens a terminal in the checkout of an agent session, or comes back to one, over a WebSocket. A
    sandbox that sleeps
    is made ready first, which may take as long as cloning the repository.

    Args:
        id_path (str):
        id_query (int | Unset):
        rows (int | Unset):
        columns (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | TerminalNewsType0 | TerminalNewsType1]
    """

    kwargs = _get_kwargs(
        id_path=id_path,
        id_query=id_query,
        rows=rows,
        columns=columns,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id_path: str,
    *,
    client: AuthenticatedClient,
    id_query: int | Unset = UNSET,
    rows: int | Unset = UNSET,
    columns: int | Unset = UNSET,
) -> Problem | TerminalNewsType0 | TerminalNewsType1 | None:
    """Opens a terminal in the checkout of an agent session, or comes back to one, over a WebSocket. A
    sandbox that sleeps
    is made ready first, which may take as long as cloning the repository.

    Args:
        id_path (str):
        id_query (int | Unset):
        rows (int | Unset):
        columns (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | TerminalNewsType0 | TerminalNewsType1
    """

    return sync_detailed(
        id_path=id_path,
        client=client,
        id_query=id_query,
        rows=rows,
        columns=columns,
    ).parsed


async def asyncio_detailed(
    id_path: str,
    *,
    client: AuthenticatedClient,
    id_query: int | Unset = UNSET,
    rows: int | Unset = UNSET,
    columns: int | Unset = UNSET,
) -> Response[Problem | TerminalNewsType0 | TerminalNewsType1]:
    """Opens a terminal in the checkout of an agent session, or comes back to one, over a WebSocket. A
    sandbox that sleeps
    is made ready first, which may take as long as cloning the repository.

    Args:
        id_path (str):
        id_query (int | Unset):
        rows (int | Unset):
        columns (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | TerminalNewsType0 | TerminalNewsType1]
    """

    kwargs = _get_kwargs(
        id_path=id_path,
        id_query=id_query,
        rows=rows,
        columns=columns,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id_path: str,
    *,
    client: AuthenticatedClient,
    id_query: int | Unset = UNSET,
    rows: int | Unset = UNSET,
    columns: int | Unset = UNSET,
) -> Problem | TerminalNewsType0 | TerminalNewsType1 | None:
    """Opens a terminal in the checkout of an agent session, or comes back to one, over a WebSocket. A
    sandbox that sleeps
    is made ready first, which may take as long as cloning the repository.

    Args:
        id_path (str):
        id_query (int | Unset):
        rows (int | Unset):
        columns (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | TerminalNewsType0 | TerminalNewsType1
    """

    return (
        await asyncio_detailed(
            id_path=id_path,
            client=client,
            id_query=id_query,
            rows=rows,
            columns=columns,
        )
    ).parsed
