"""Asking a running server, where a refusal ends the program with one line."""

from collections.abc import Iterator
from typing import Any

from mockserver.cli.base import stop
from mockserver.client import Unreachable, ask, ask_for_pages, ask_sandbox


def ask_server(url: str, method: str, path: str, body: Any = None) -> str:
    """The text of the answer."""
    try:
        return ask(url, method, path, body)
    except Unreachable as error:
        stop(str(error), code=1)


def ask_about(url: str, sandbox: str, method: str, path: str, body: Any = None) -> str:
    """The same about a sandbox; ``path`` is what follows its id."""
    try:
        return ask_sandbox(url, sandbox, method, path, body)
    except Unreachable as error:
        stop(str(error), code=1)


def ask_for_all(url: str, sandbox: str, path: str) -> Iterator[str]:
    """The text of every page of a list."""
    try:
        yield from ask_for_pages(url, sandbox, path)
    except Unreachable as error:
        stop(str(error), code=1)
