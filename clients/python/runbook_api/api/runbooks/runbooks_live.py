from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.editor_event_type_0 import EditorEventType0
from ...models.editor_event_type_1 import EditorEventType1
from ...models.editor_event_type_2 import EditorEventType2
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/runbooks/{id}/live".format(
            id=quote(str(id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem | None:
    if response.status_code == 101:

        def _parse_response_101(
            data: object,
        ) -> EditorEventType0 | EditorEventType1 | EditorEventType2:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_editor_event_type_0 = EditorEventType0.from_dict(data)

                return componentsschemas_editor_event_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_editor_event_type_1 = EditorEventType1.from_dict(data)

                return componentsschemas_editor_event_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_editor_event_type_2 = EditorEventType2.from_dict(data)

            return componentsschemas_editor_event_type_2

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
) -> Response[EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
) -> Response[EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem]:
    """Edits the text of a runbook, live.

     A WebSocket. Binary frames are messages of y-protocols as y-websocket sends them: sync (0),
    awareness (1)
    and the question for awareness (3), one in each frame, of a document with one `Y.Text` named
    `content`. An
    editor says first what it has. Text frames are JSON: `EditorEvent` from the server, `EditorRequest`
    to it.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient,
) -> EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem | None:
    """Edits the text of a runbook, live.

     A WebSocket. Binary frames are messages of y-protocols as y-websocket sends them: sync (0),
    awareness (1)
    and the question for awareness (3), one in each frame, of a document with one `Y.Text` named
    `content`. An
    editor says first what it has. Text frames are JSON: `EditorEvent` from the server, `EditorRequest`
    to it.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem
    """

    return sync_detailed(
        id=id,
        client=client,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
) -> Response[EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem]:
    """Edits the text of a runbook, live.

     A WebSocket. Binary frames are messages of y-protocols as y-websocket sends them: sync (0),
    awareness (1)
    and the question for awareness (3), one in each frame, of a document with one `Y.Text` named
    `content`. An
    editor says first what it has. Text frames are JSON: `EditorEvent` from the server, `EditorRequest`
    to it.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
) -> EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem | None:
    """Edits the text of a runbook, live.

     A WebSocket. Binary frames are messages of y-protocols as y-websocket sends them: sync (0),
    awareness (1)
    and the question for awareness (3), one in each frame, of a document with one `Y.Text` named
    `content`. An
    editor says first what it has. Text frames are JSON: `EditorEvent` from the server, `EditorRequest`
    to it.

    Args:
        id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EditorEventType0 | EditorEventType1 | EditorEventType2 | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
        )
    ).parsed
