"""One server for all processes of a test run: the first of them starts it when another asks.

That is the one that outlives the others, whichever of them crash; it alone knows that the run ends.
"""

import secrets
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from threading import Thread
from typing import Any


class NotShared(Exception):
    """The process that has the server could not start it, or is gone."""


class Sharing:
    """Answers whoever knows the key with what ``find_url`` gives, or why it fails."""

    def __init__(self, find_url: Callable[[], str]) -> None:
        self._find_url = find_url
        self._key = secrets.token_bytes(16)
        self._listener = Listener(("127.0.0.1", 0), authkey=self._key)
        Thread(target=self._answer_all, daemon=True).start()

    @property
    def invitation(self) -> dict[str, Any]:
        """What another process needs to ask."""
        return {"port": self._listener.address[1], "key": self._key.hex()}

    def close(self) -> None:
        self._listener.close()

    def _answer_all(self) -> None:
        while True:
            try:
                with self._listener.accept() as connection:
                    connection.send(self._find_answer())
            except (AuthenticationError, EOFError, ConnectionError):
                continue
            except OSError:
                return  # it was closed

    def _find_answer(self) -> tuple[str, str]:
        try:
            return self._find_url(), ""
        except Exception as error:  # whatever it is, the one who asks shall tell it
            return "", f"{type(error).__name__}: {error}"


def ask_for_url(invitation: dict[str, Any]) -> str:
    """Raises NotShared."""
    address, key = ("127.0.0.1", invitation["port"]), bytes.fromhex(invitation["key"])
    try:
        with Client(address, authkey=key) as connection:
            url, problem = connection.recv()
    except (OSError, EOFError, AuthenticationError) as error:
        raise NotShared(f"the process that has the server is gone: {error}") from None
    if problem:
        raise NotShared(problem)
    return str(url)
