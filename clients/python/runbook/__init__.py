"""A client of a Runbook hub.

`Hub` runs code and reads streams. `Hub.api` is the client of all other routes, generated from the
hub's OpenAPI document: `runbook_api.api.runbooks.runbooks_list.sync(client=hub.api)`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from runbook_api import AuthenticatedClient

__all__ = ["Event", "Hub", "RunbookError"]


class RunbookError(Exception):
    """The hub refused a request, or an execution failed by the hub's own fault."""

    def __init__(self, code: str, message: str, status: int | None) -> None:
        super().__init__(message)
        self.code = code
        """Of the problem or of the `error` event: what to decide by."""
        self.status = status
        """Of the response; `None` if the failure came as an event."""


@dataclass(frozen=True)
class Event:
    """One event of an execution; exactly one `result` or `error` ends a stream."""

    seq: int
    at: str
    event: str
    data: Any
    encoding: str | None = None

    @property
    def bytes(self) -> bytes:
        """What a `stdout` or `stderr` event carries, also where it is no text."""
        if self.encoding == "base64":
            return base64.b64decode(self.data)
        return str(self.data).encode()


class Hub:
    """A hub, and who asks it."""

    def __init__(self, base_url: str, token: str) -> None:
        self.api = AuthenticatedClient(base_url=base_url, token=token, timeout=httpx.Timeout(30, read=None))

    @contextmanager
    def run_code(self, lang: str, code: str, **order: Any) -> Iterator[Iterator[Event]]:
        """Runs code; its events come as they happen. Leaving the block kills the program.

        `order` takes what `POST /api/code/run` takes: `dependencies`, `files`, `stdin`, `timeout`, ...
        """
        body = {"lang": lang, "code": code, **order}
        with self.api.get_httpx_client().stream("POST", "/api/code/run", json=body) as response:
            yield events(response)

    def result(self, lang: str, code: str, **order: Any) -> dict[str, Any]:
        """Runs code to its end: how it ended, with what it wrote."""
        with self.run_code(lang, code, **order) as stream:
            for event in stream:
                if event.event == "result":
                    return event.data
                if event.event == "error":
                    raise RunbookError(event.data["error"], event.data["message"], None)
        raise RunbookError("interrupted", "the stream broke off before its last event", None)

    @contextmanager
    def jobs_events(self, job: str, *, after: int = 0) -> Iterator[Iterator[Event]]:
        """The events of a job, live until its last one, from the one after number `after` on."""
        path = f"/api/v1/jobs/{quote(job, safe='')}/events"
        with self.api.get_httpx_client().stream("GET", path, params={"from": after + 1}) as response:
            yield events(response)


def events(response: httpx.Response) -> Iterator[Event]:
    """The events of an answer of any route that streams them."""
    if response.is_error:
        raise refusal(response)
    for line in response.iter_lines():
        if line:
            yield Event(**json.loads(line))


def refusal(response: httpx.Response) -> RunbookError:
    response.read()
    try:
        problem = response.json()
        return RunbookError(problem["code"], problem["detail"], response.status_code)
    except (ValueError, KeyError):
        return RunbookError("unknown", response.text or response.reason_phrase, response.status_code)
