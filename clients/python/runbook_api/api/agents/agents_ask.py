from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.graph_ql_request import GraphQlRequest
from ...models.graph_ql_response import GraphQlResponse
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    *,
    body: GraphQlRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/graphql",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> GraphQlResponse | Problem | None:
    if response.status_code == 200:
        response_200 = GraphQlResponse.from_dict(response.json())

        return response_200

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
) -> Response[GraphQlResponse | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: GraphQlRequest,
) -> Response[GraphQlResponse | Problem]:
    """Asks one operation of GraphQL: agent sessions, and what they are equipped with.

     The schema is `crates/server/schema.graphql`, and introspection tells it. A document is at most 12
    fields deep, asks
    for at most 1,000 fields, 20 of them at the top, and makes at most one change, for which a token
    needs `agent:write`.
    What is wrong with an operation is among `errors`, each with the code of a problem.

    Args:
        body (GraphQlRequest): An operation of a document, with its variables.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GraphQlResponse | Problem]
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
    body: GraphQlRequest,
) -> GraphQlResponse | Problem | None:
    """Asks one operation of GraphQL: agent sessions, and what they are equipped with.

     The schema is `crates/server/schema.graphql`, and introspection tells it. A document is at most 12
    fields deep, asks
    for at most 1,000 fields, 20 of them at the top, and makes at most one change, for which a token
    needs `agent:write`.
    What is wrong with an operation is among `errors`, each with the code of a problem.

    Args:
        body (GraphQlRequest): An operation of a document, with its variables.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GraphQlResponse | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: GraphQlRequest,
) -> Response[GraphQlResponse | Problem]:
    """Asks one operation of GraphQL: agent sessions, and what they are equipped with.

     The schema is `crates/server/schema.graphql`, and introspection tells it. A document is at most 12
    fields deep, asks
    for at most 1,000 fields, 20 of them at the top, and makes at most one change, for which a token
    needs `agent:write`.
    What is wrong with an operation is among `errors`, each with the code of a problem.

    Args:
        body (GraphQlRequest): An operation of a document, with its variables.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GraphQlResponse | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: GraphQlRequest,
) -> GraphQlResponse | Problem | None:
    """Asks one operation of GraphQL: agent sessions, and what they are equipped with.

     The schema is `crates/server/schema.graphql`, and introspection tells it. A document is at most 12
    fields deep, asks
    for at most 1,000 fields, 20 of them at the top, and makes at most one change, for which a token
    needs `agent:write`.
    What is wrong with an operation is among `errors`, each with the code of a problem.

    Args:
        body (GraphQlRequest): An operation of a document, with its variables.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GraphQlResponse | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
