from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.new_job import NewJob
from ...models.problem import Problem
from ...models.submitted_job import SubmittedJob
from ...types import Response


def _get_kwargs(
    *,
    body: NewJob,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/jobs",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | SubmittedJob | None:
    if response.status_code == 201:
        response_201 = SubmittedJob.from_dict(response.json())

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

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

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
) -> Response[Problem | SubmittedJob]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: NewJob,
) -> Response[Problem | SubmittedJob]:
    """Submits a job. It is stored when this answers, and runs once a worker has room.

     With `Idempotency-Key`, or `idempotency_key` in the body, the same submission again is answered with
    the
    job that it made first, and the header `Idempotent-Replayed`.

    Args:
        body (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`,
            `runbook` and `function` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | SubmittedJob]
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
    body: NewJob,
) -> Problem | SubmittedJob | None:
    """Submits a job. It is stored when this answers, and runs once a worker has room.

     With `Idempotency-Key`, or `idempotency_key` in the body, the same submission again is answered with
    the
    job that it made first, and the header `Idempotent-Replayed`.

    Args:
        body (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`,
            `runbook` and `function` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | SubmittedJob
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: NewJob,
) -> Response[Problem | SubmittedJob]:
    """Submits a job. It is stored when this answers, and runs once a worker has room.

     With `Idempotency-Key`, or `idempotency_key` in the body, the same submission again is answered with
    the
    job that it made first, and the header `Idempotent-Replayed`.

    Args:
        body (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`,
            `runbook` and `function` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | SubmittedJob]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: NewJob,
) -> Problem | SubmittedJob | None:
    """Submits a job. It is stored when this answers, and runs once a worker has room.

     With `Idempotency-Key`, or `idempotency_key` in the body, the same submission again is answered with
    the
    job that it made first, and the header `Idempotent-Replayed`.

    Args:
        body (NewJob): A job to be done. Of `payload`, one of `command`, `code`, `artifact`,
            `runbook` and `function` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | SubmittedJob
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
