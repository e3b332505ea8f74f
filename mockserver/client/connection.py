"""A connection to the administration API of a running server, kept from one question to the next.

Past all proxies, whatever the environment says: the server is near. The library keeps a pool of
connections, so several threads may ask through one of these.
"""

import http.client
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import quote

import requests

from mockserver.client.failures import Refusal, Unreachable, find_reason, is_told_in_words

__tracebackhide__ = is_told_in_words

NEXT = re.compile(r'<(\?[^>]{1,200})>; rel="next"\Z')
PATIENCE = 10.0
"""Seconds that an answer may take where nothing else is said."""
SILENCE = 40.0
"""The same between parts of one that goes on: the server says something every 15."""

TOKEN = "MOCKSERVER_ADMIN_TOKEN"
"""The variable whose value, where it has one, is sent as the administration's token."""


class Answer(NamedTuple):
    """The server's answer: its status, its text, and what its ``Link`` leads on with."""

    status: int
    text: str
    next: str | None

    def json(self) -> Any:
        """What the text says, None where there is none."""
        return json.loads(self.text) if self.text else None


class Connection:
    """Where the server is, and the connection to it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # no proxies, no .netrc

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        timeout: float = PATIENCE,
        allowed: int | None = None,
    ) -> Answer:
        """Ask the administration; ``path`` is what follows ``/_mock``, ``body`` is sent as JSON.

        Raises Unreachable, and Refusal for a status from 400 on that is not the ``allowed`` one.
        """
        with self._telling():
            answer = self._send(self._prepare(method, path, body), timeout)
            text = answer.content.decode("utf-8", "replace")
        self._require_ours(answer)
        if answer.status_code >= 400 and answer.status_code != allowed:
            raise _read_refusal(answer.status_code, text)
        found = NEXT.match(answer.headers.get("Link", ""))
        return Answer(answer.status_code, text, found[1] if found else None)

    def open_stream(self, path: str, after: str = "") -> requests.Response:
        """An answer that goes on, to be read and closed; ``after`` is the id of the event to go on
        after. Raises as ``ask`` does.
        """
        with self._telling():
            request = self._prepare("GET", path, None)
            if after:
                request.headers["Last-Event-ID"] = after
            answer = self._send(request, (PATIENCE, SILENCE), stream=True)
            text = "" if answer.ok else answer.content.decode("utf-8", "replace")
        self._require_ours(answer)
        if not answer.ok:
            raise _read_refusal(answer.status_code, text)
        return answer

    def ask_for_pages(self, path: str) -> Iterator[Answer]:
        """Every page of what is listed there. Raises as ``ask`` does."""
        query: str | None = ""
        while query is not None:
            answer = self.ask("GET", path + query)
            yield answer
            query = answer.next

    def close(self) -> None:
        """Let go of it; another question opens one again."""
        self._session.close()

    def _prepare(self, method: str, path: str, body: Any) -> requests.PreparedRequest:
        """Raises Unreachable for a token that no header can carry."""
        data = None if body is None else json.dumps(body).encode()
        headers = {}
        if token := _read_token():
            headers["Authorization"] = f"Bearer {token}"
        wanted = requests.Request(method, self.url, headers=headers, data=data)
        prepared = self._session.prepare_request(wanted)
        # As it stands: the library takes an id such as ".." for a step up.
        prepared.url = f"{(prepared.url or '').rstrip('/')}/_mock{path}"
        return prepared

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell in words why no answer comes."""
        try:
            yield
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = find_reason(error)
            raise Unreachable(f"no server answers at {self.url}: {reason}") from None

    def _require_ours(self, answer: requests.Response) -> None:
        if "X-Mock-Request-Id" not in answer.headers:
            answer.close()
            raise Unreachable(f"what answers at {self.url} is no mockserver")

    def _send(
        self,
        request: requests.PreparedRequest,
        timeout: float | tuple[float, float],
        *,
        stream: bool = False,
    ) -> requests.Response:
        """Once more where the server closed a kept connection at the moment that this was sent."""
        try:
            return self._session.send(request, timeout=timeout, stream=stream)
        except requests.ConnectionError as error:
            if not isinstance(find_reason(error), http.client.RemoteDisconnected):
                raise
        return self._session.send(request, timeout=timeout, stream=stream)


def quote_name(name: str) -> str:
    """An id or a name as one step of a path, or one value of a query."""
    return quote(name, safe="", errors="surrogateescape")


def _read_token() -> str | None:
    """Raises Unreachable for what no header can carry, without showing it."""
    token = os.environ.get(TOKEN)
    if token and not all("!" <= character <= "~" for character in token):
        raise Unreachable(f"{TOKEN}: expected visible ASCII characters")
    return token


def _read_refusal(status: int, text: str) -> Refusal:
    try:
        told = json.loads(text)["error"]
        return Refusal(status, told["code"], told["message"], told["hint"])
    except (ValueError, KeyError, TypeError):
        return Refusal(status, "unreadable", f"the server answered {status}: {text[:200]}", "")
