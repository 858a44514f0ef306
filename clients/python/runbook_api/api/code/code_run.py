from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.code_run import CodeRun
from ...models.code_run_form import CodeRunForm
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CodeRun | CodeRunForm | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/code/run",
    }

    if isinstance(body, CodeRun):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, CodeRunForm):
        _kwargs["files"] = body.to_multipart()

        headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | None:
    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())

        return response_406

    if response.status_code == 408:
        response_408 = Problem.from_dict(response.json())

        return response_408

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
) -> Response[Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CodeRun | CodeRunForm | Unset = UNSET,
) -> Response[Problem]:
    """Runs code in a sandbox of its own and streams its events: NDJSON, or SSE if `Accept` prefers it.

     The stream ends with one `result` or one `error`. When the caller goes away, the program is killed.
    `multipart/form-data` sends the same: first the part `request`, the JSON; then parts named `file`,
    whose file names are their paths; last the part `stdin`, which the program reads as it arrives.

    Args:
        body (CodeRun): Code to run. Fields that are not listed here are ignored.
        body (CodeRunForm): The same as a form: `request` first, `stdin` last.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem]
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
    body: CodeRun | CodeRunForm | Unset = UNSET,
) -> Problem | None:
    """Runs code in a sandbox of its own and streams its events: NDJSON, or SSE if `Accept` prefers it.

     The stream ends with one `result` or one `error`. When the caller goes away, the program is killed.
    `multipart/form-data` sends the same: first the part `request`, the JSON; then parts named `file`,
    whose file names are their paths; last the part `stdin`, which the program reads as it arrives.

    Args:
        body (CodeRun): Code to run. Fields that are not listed here are ignored.
        body (CodeRunForm): The same as a form: `request` first, `stdin` last.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CodeRun | CodeRunForm | Unset = UNSET,
) -> Response[Problem]:
    """Runs code in a sandbox of its own and streams its events: NDJSON, or SSE if `Accept` prefers it.

     The stream ends with one `result` or one `error`. When the caller goes away, the program is killed.
    `multipart/form-data` sends the same: first the part `request`, the JSON; then parts named `file`,
    whose file names are their paths; last the part `stdin`, which the program reads as it arrives.

    Args:
        body (CodeRun): Code to run. Fields that are not listed here are ignored.
        body (CodeRunForm): The same as a form: `request` first, `stdin` last.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CodeRun | CodeRunForm | Unset = UNSET,
) -> Problem | None:
    """Runs code in a sandbox of its own and streams its events: NDJSON, or SSE if `Accept` prefers it.

     The stream ends with one `result` or one `error`. When the caller goes away, the program is killed.
    `multipart/form-data` sends the same: first the part `request`, the JSON; then parts named `file`,
    whose file names are their paths; last the part `stdin`, which the program reads as it arrives.

    Args:
        body (CodeRun): Code to run. Fields that are not listed here are ignored.
        body (CodeRunForm): The same as a form: `request` first, `stdin` last.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
