from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.mcp_message import McpMessage
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    *,
    body: McpMessage,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/mcp",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | McpMessage | Problem | None:
    if response.status_code == 200:
        response_200 = McpMessage.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = cast(Any, None)
        return response_202

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

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

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
) -> Response[Any | McpMessage | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: McpMessage,
) -> Response[Any | McpMessage | Problem]:
    """One message of the Model Context Protocol: which tools there are, and calls of them.

     Both generations of the protocol are spoken: with the handshake `initialize`, and without one as
    since 2026-07-28.
    Nothing is kept between requests, and each answer is one JSON object. A tool asks other routes as
    the caller,
    whose scopes count there; those that a token may not use are not listed. A call ends with its
    request.

    Args:
        body (McpMessage): A message of JSON-RPC 2.0, as the Model Context Protocol has them: a
            request, a notification, or an answer.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | McpMessage | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: McpMessage,
) -> Any | McpMessage | Problem | None:
    """One message of the Model Context Protocol: which tools there are, and calls of them.

     Both generations of the protocol are spoken: with the handshake `initialize`, and without one as
    since 2026-07-28.
    Nothing is kept between requests, and each answer is one JSON object. A tool asks other routes as
    the caller,
    whose scopes count there; those that a token may not use are not listed. A call ends with its
    request.

    Args:
        body (McpMessage): A message of JSON-RPC 2.0, as the Model Context Protocol has them: a
            request, a notification, or an answer.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | McpMessage | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: McpMessage,
) -> Response[Any | McpMessage | Problem]:
    """One message of the Model Context Protocol: which tools there are, and calls of them.

     Both generations of the protocol are spoken: with the handshake `initialize`, and without one as
    since 2026-07-28.
    Nothing is kept between requests, and each answer is one JSON object. A tool asks other routes as
    the caller,
    whose scopes count there; those that a token may not use are not listed. A call ends with its
    request.

    Args:
        body (McpMessage): A message of JSON-RPC 2.0, as the Model Context Protocol has them: a
            request, a notification, or an answer.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | McpMessage | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: McpMessage,
) -> Any | McpMessage | Problem | None:
    """One message of the Model Context Protocol: which tools there are, and calls of them.

     Both generations of the protocol are spoken: with the handshake `initialize`, and without one as
    since 2026-07-28.
    Nothing is kept between requests, and each answer is one JSON object. A tool asks other routes as
    the caller,
    whose scopes count there; those that a token may not use are not listed. A call ends with its
    request.

    Args:
        body (McpMessage): A message of JSON-RPC 2.0, as the Model Context Protocol has them: a
            request, a notification, or an answer.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | McpMessage | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
