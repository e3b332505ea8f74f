"""Calls of the administration API of a running server."""

import http.client
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any


class Unreachable(Exception):
    """The server does not answer, or refuses: one line that says why."""


NEXT = re.compile(r'<(\?[^>]{1,200})>; rel="next"\Z')
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past all proxies: the server is near."""

TOKEN = "MOCKSERVER_ADMIN_TOKEN"
"""The variable whose value, where it has one, is sent as the administration's token."""


def ask(url: str, method: str, path: str, body: Any = None, timeout: float = 10) -> str:
    """The text of the answer to a call of the administration API. Raises Unreachable."""
    return _ask(url, method, path, body, timeout)[0]


def ask_for_pages(url: str, sandbox: str, path: str) -> Iterator[str]:
    """The text of every page of what a sandbox lists, as their ``Link`` leads on.

    Raises Unreachable.
    """
    here = f"/sandboxes/{quote_name(sandbox)}{path}"
    query: str | None = ""
    while query is not None:
        text, link = _ask(url, "GET", here + query, None, 10)
        yield text
        found = NEXT.match(link)
        query = found[1] if found else None


def _ask(url: str, method: str, path: str, body: Any, timeout: float) -> tuple[str, str]:
    """The text of the answer, and its ``Link``. Raises Unreachable."""
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
    return text, answer.headers.get("Link", "")


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
