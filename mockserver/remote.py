"""Talking to a running server from the command line."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Any


class Unreachable(Exception):
    """The server does not answer, or refuses: one line that says why."""


def ask(url: str, method: str, path: str, body: Any = None) -> str:
    """The text of the answer from the default sandbox. Raises Unreachable."""
    data = None if body is None else json.dumps(body).encode()
    address = f"{url}/_mock/sandboxes/default{path}"
    try:
        request = urllib.request.Request(address, data, method=method)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=10) as answer:
            if "X-Mock-Request-Id" not in answer.headers:
                raise Unreachable(f"what answers at {url} is no mockserver")
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise Unreachable(_reason(refusal.read())) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Unreachable(f"no server answers at {url}: {error}") from None


def _reason(body: bytes) -> str:
    try:
        error = json.loads(body)["error"]
        return f"{error['message']}; {error['hint']}"
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace")[:200]
