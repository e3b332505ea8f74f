"""Asking a running server, where a refusal ends the program with one line."""

from collections.abc import Iterator
from typing import Any

from mockserver.cli.base import stop
from mockserver.client import Connection, MockError, quote_name


def ask_server(url: str, method: str, path: str, body: Any = None) -> str:
    """The text of the answer."""
    try:
        return Connection(url).ask(method, path, body).text
    except MockError as error:
        stop(str(error), code=1)


def ask_about(url: str, sandbox: str, method: str, path: str, body: Any = None) -> str:
    """The same about a sandbox; ``path`` is what follows its id."""
    return ask_server(url, method, f"/sandboxes/{quote_name(sandbox)}{path}", body)


def ask_for_all(url: str, sandbox: str, path: str) -> Iterator[str]:
    """The text of every page of a list."""
    try:
        for page in Connection(url).ask_for_pages(f"/sandboxes/{quote_name(sandbox)}{path}"):
            yield page.text
    except MockError as error:
        stop(str(error), code=1)
