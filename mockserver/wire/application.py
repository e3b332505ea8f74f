"""Calling the application."""

import logging
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication, WSGIEnvironment

from mockserver.pipeline.answer import Answer
from mockserver.pipeline.keys import ANSWERS

SURELY_SHORT = 65_536
"""Bytes of a body whose length is told, which is read at once whatever makes it."""
ERROR_BODY = b"Internal Server Error"
ERROR_HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(ERROR_BODY)))]

log = logging.getLogger("mockserver")


class Rest(NamedTuple):
    """A body that is still to be read, in the context of the call."""

    parts: Iterable[bytes]
    context: Context

    def close(self) -> None:
        """Nobody wants it."""
        if hasattr(self.parts, "close"):
            self.context.run(self.parts.close)


class Called(NamedTuple):
    """What the application answered.

    Where that was one of our own answers it is ``ours`` too, though a user's hook or middleware may
    have changed what is to be sent. Of a body that may take its time there is a ``rest`` instead.
    """

    status: int
    headers: Iterable[tuple[str, str]]
    body: bytes
    ours: Answer | None = None
    rest: Rest | None = None


def call_application(app: WSGIApplication, environ: WSGIEnvironment) -> Called:
    """What goes wrong in it is told in the log, and answered with 500."""
    try:
        return _call(app, environ)
    except Exception:
        log.exception("an error in the application, at %s", environ["PATH_INFO"])
        return Called(500, ERROR_HEADERS, ERROR_BODY)


def _call(app: WSGIApplication, environ: WSGIEnvironment) -> Called:
    """The rest of a body is read in the same context: Flask pops what it pushed where it did."""
    answers: list[Answer] = []
    environ[ANSWERS] = answers
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        started[:] = int(status[:3]), headers
        return written.append  # for old applications; Flask never calls it

    context = copy_context()
    parts = context.run(app, environ, start_response)
    if answers:
        body = parts[0] if type(parts) is list and len(parts) == 1 else _read_whole(parts)
        return Called(started[0], started[1], body, answers[-1])
    if started and not written and not _is_short(started[1]):
        return Called(started[0], started[1], b"", None, Rest(parts, context))
    body = context.run(_read_whole, parts)
    return Called(started[0], started[1], b"".join((*written, body)))


def _is_short(headers: Iterable[tuple[str, str]]) -> bool:
    for name, value in headers:
        if name.lower() == "content-length":
            return int(value) <= SURELY_SHORT
    return False


def _read_whole(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
