from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.artifact import Artifact
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: list[int],
    name: str,
    keep: int | Unset = UNSET,
    digest: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["name"] = name

    params["keep"] = keep

    params["digest"] = digest

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/artifacts",
        "params": params,
    }

    _kwargs["content"] = body.payload
    headers["Content-Type"] = "application/octet-stream"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Artifact | Problem | None:
    if response.status_code == 201:
        response_201 = Artifact.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

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
) -> Response[Artifact | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: list[int],
    name: str,
    keep: int | Unset = UNSET,
    digest: str | Unset = UNSET,
) -> Response[Artifact | Problem]:
    """Keeps the body of the request as an artifact. It is streamed to the disk; what breaks off is gone,
    so
    that large files are better sent in parts. Sent again with the same `Idempotency-Key`, the same
    bytes
    give the same artifact, with a fresh reference.

    Args:
        name (str):
        keep (int | Unset):
        digest (str | Unset):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Artifact | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        name=name,
        keep=keep,
        digest=digest,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: list[int],
    name: str,
    keep: int | Unset = UNSET,
    digest: str | Unset = UNSET,
) -> Artifact | Problem | None:
    """Keeps the body of the request as an artifact. It is streamed to the disk; what breaks off is gone,
    so
    that large files are better sent in parts. Sent again with the same `Idempotency-Key`, the same
    bytes
    give the same artifact, with a fresh reference.

    Args:
        name (str):
        keep (int | Unset):
        digest (str | Unset):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Artifact | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        name=name,
        keep=keep,
        digest=digest,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: list[int],
    name: str,
    keep: int | Unset = UNSET,
    digest: str | Unset = UNSET,
) -> Response[Artifact | Problem]:
    """Keeps the body of the request as an artifact. It is streamed to the disk; what breaks off is gone,
    so
    that large files are better sent in parts. Sent again with the same `Idempotency-Key`, the same
    bytes
    give the same artifact, with a fresh reference.

    Args:
        name (str):
        keep (int | Unset):
        digest (str | Unset):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Artifact | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        name=name,
        keep=keep,
        digest=digest,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: list[int],
    name: str,
    keep: int | Unset = UNSET,
    digest: str | Unset = UNSET,
) -> Artifact | Problem | None:
    """Keeps the body of the request as an artifact. It is streamed to the disk; what breaks off is gone,
    so
    that large files are better sent in parts. Sent again with the same `Idempotency-Key`, the same
    bytes
    give the same artifact, with a fresh reference.

    Args:
        name (str):
        keep (int | Unset):
        digest (str | Unset):
        body (list[int]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Artifact | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            name=name,
            keep=keep,
            digest=digest,
        )
    ).parsed
