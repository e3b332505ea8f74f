"""A sandbox's clock, told and moved over HTTP, in process or on a running server."""

import time
from collections.abc import Callable
from typing import Any

import requests

from tests.conftest import Server
from tests.sandbox.worlds import ALL

Document = dict[str, Any]
PATIENCE_SECONDS = 20


def move(client: Any, sandbox: str = "default", **how: Any) -> Document:
    """Move it in one way, such as ``advance="PT61S"``; what it is like then."""
    answer = client.put(f"{ALL}/{sandbox}/clock", json=how)
    assert answer.status_code == 200, answer.text
    document: Document = answer.json
    return document


def tell(client: Any, sandbox: str = "default") -> Document:
    answer = client.get(f"{ALL}/{sandbox}/clock")
    assert answer.status_code == 200, answer.text
    document: Document = answer.json
    return document


def move_remote(server: Server, **how: Any) -> Document:
    answer = requests.put(f"{server.state}/clock", json=how, timeout=10)
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again: for what another process or thread does when it gets to it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not come about"
