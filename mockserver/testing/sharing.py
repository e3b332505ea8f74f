"""One server for all processes of a test run: the first of them starts it when another asks.

That is the one that outlives the others, whichever of them crash; it alone knows that the run ends.
"""

import json
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import Any

BACKLOG = 64
"""So many processes may ask at once, as all do when a run begins: the server is only starting."""

PATIENCE_SECONDS = 10
"""How long one that connects may take to tell the key."""


class NotShared(Exception):
    """The process that has the server could not start it, or is gone."""


class Sharing:
    """Answers whoever knows the key with what ``find_url`` gives, or why it fails."""

    def __init__(self, find_url: Callable[[], str]) -> None:
        self._find_url = find_url
        self._finding = Lock()
        self._key = secrets.token_hex(16)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        Thread(target=self._listen, daemon=True).start()

    @property
    def invitation(self) -> dict[str, Any]:
        """What another process needs to ask."""
        return {"port": self._listener.getsockname()[1], "key": self._key}

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        """A thread for each that connects: one that says nothing holds up no other."""
        while True:
            try:
                wire, _ = self._listener.accept()
            except ConnectionError:
                continue
            except OSError:
                return  # it was closed
            Thread(target=self._answer, args=(wire,), daemon=True).start()

    def _answer(self, wire: socket.socket) -> None:
        """Nothing, to whoever does not know the key."""
        wire.settimeout(PATIENCE_SECONDS)
        with wire, suppress(OSError), wire.makefile("rb") as questions:
            key = questions.readline(len(self._key) + 1).rstrip(b"\n")
            if secrets.compare_digest(key, self._key.encode()):
                wire.sendall(json.dumps(self._find_answer()).encode())

    def _find_answer(self) -> tuple[str, str]:
        try:
            with self._finding:
                return self._find_url(), ""
        except Exception as error:  # whatever it is, the one who asks shall tell it
            return "", f"{type(error).__name__}: {error}"


def ask_for_url(invitation: dict[str, Any]) -> str:
    """Raises NotShared."""
    address, question = ("127.0.0.1", invitation["port"]), f"{invitation['key']}\n".encode()
    try:
        with socket.create_connection(address) as wire, wire.makefile("rb") as answers:
            wire.sendall(question)
            url, problem = json.loads(answers.read())
    except (OSError, ValueError) as error:  # an answer that is cut is no JSON
        raise NotShared(f"the process that has the server is gone: {error}") from None
    if problem:
        raise NotShared(problem)
    return str(url)
