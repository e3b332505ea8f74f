"""Calls of the administration API of a running server."""

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any


class Unreachable(Exception):
    """The server does not answer, or refuses: one line that says why."""


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past all proxies: the server is near."""

TOKEN = "MOCKSERVER_ADMIN_TOKEN"
"""The variable whose value, where it has one, is sent as the administration's token."""


def ask(url: str, method: str, path: str, body: Any = None, timeout: float = 10) -> str:
    """The text of the answer to a call of the administration API. Raises Unreachable."""
    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(f"{url}/_mock{path}", data, method=method)
        if token := _read_token():
            # Unredirected: a redirection must not take it elsewhere.
            request.add_unredirected_header("Authorization", f"Bearer {token}")
        try:
            answer = OPENER.open(request, timeout=timeout)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            text: str = answer.read().decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise Unreachable(f"no server answers at {url}: {reason}") from None
    if "X-Mock-Request-Id" not in answer.headers:
        raise Unreachable(f"what answers at {url} is no mockserver")
    if answer.status >= 400:
        told = json.loads(text)["error"]
        raise Unreachable(f"{told['message']}; {told['hint']}")
    return text


def _read_token() -> str | None:
    """Raises Unreachable for what no header can carry, without showing it."""
    token = os.environ.get(TOKEN)
    if token and not all("!" <= character <= "~" for character in token):
        raise Unreachable(f"{TOKEN}: expected visible ASCII characters")
    return token


def ask_sandbox(url: str, sandbox: str, method: str, path: str, body: Any = None) -> str:
    """The same about one sandbox, by its id; ``path`` is what follows the id."""
    return ask(url, method, f"/sandboxes/{quote_name(sandbox)}{path}", body)


def quote_name(name: str) -> str:
    """An id or a name as one step of a path, or one value of a query."""
    return urllib.parse.quote(name, safe="", errors="surrogateescape")
