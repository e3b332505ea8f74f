"""An ASGI application that calls the WSGI application inline.

The work of a call is far below a millisecond and in memory, so it is done on the event loop: no
locks, an exact order for faults, and a delay is a sleep of the loop that holds up nobody else.
"""

import io
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

from mockserver.pipeline.answer import Answer, Waiting
from mockserver.pipeline.delivery import Delivery
from mockserver.wire.protocol import CONNECTION
from mockserver.wire.sending import deliver, wait

ASGIEvent = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[ASGIEvent]]
Send = Callable[[ASGIEvent], Awaitable[None]]
LimitBody = Callable[[str], int]
"""How many bytes a body to a path may have."""

SMALL = 1_024  # bytes of an answer, of which orjson's own takes four times as much memory
PLAIN = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}


class Bridge:
    """Of a body with more bytes than ``limit_body`` allows its path no more than that and one read
    are taken.

    ``delivery_key`` is the key of the environment under which the application finds the list
    that it adds a delivery to, where its answer is to go over the wire in an unusual way;
    ``waiting_key`` that of the list that it adds to what is to be waited for instead of its answer.
    """

    def __init__(
        self,
        app: WSGIApplication,
        limit_body: LimitBody,
        *,
        delivery_key: str,
        waiting_key: str,
    ) -> None:
        self._app = app
        self._limit_body = limit_body
        self._delivery_key = delivery_key
        self._waiting_key = waiting_key

    async def __call__(self, scope: ASGIEvent, receive: Receive, send: Send) -> None:
        environ = _environ(scope)
        limit = self._limit_body(environ["PATH_INFO"])
        body = await _read_body(environ, receive, limit)
        if body is None:
            return  # the client hung up half way
        environ["wsgi.input"] = io.BytesIO(body)
        deliveries: list[Delivery] = []
        environ[self._delivery_key] = deliveries
        waiting: list[Waiting] = []
        environ[self._waiting_key] = waiting
        start, content = _run(self._app, environ)
        if waiting:
            answer = await wait(waiting[0], scope[CONNECTION])
            if answer is None:
                return  # the client hung up
            start, content = _start(answer), answer.body
        if len(body) > limit:
            start["headers"].append((b"connection", b"close"))
        if deliveries:
            del environ, body  # which a call that takes an hour would hold on to
            if len(content) < SMALL:
                content = bytes(memoryview(content))
            await deliver(deliveries[0], scope[CONNECTION], start, content, send)
            return
        await send(start)
        await send({"type": "http.response.body", "body": content})


async def _read_body(environ: WSGIEnvironment, receive: Receive, limit: int) -> bytes | None:
    """The body, more than the limit where it is too large, None where it was cut off."""
    if int(environ.get("CONTENT_LENGTH", 0)) > limit:
        return bytes(limit + 1)
    parts: list[bytes] = []
    length = 0
    more = True
    while more and length <= limit:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        parts.append(event["body"])
        length += len(event["body"])
        more = event["more_body"]
    environ["CONTENT_LENGTH"] = str(length)
    if length > limit:  # otherwise a view of Flask would be given as much as is allowed
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    return b"".join(parts)


def _environ(scope: ASGIEvent) -> WSGIEnvironment:
    raw_path: bytes = scope["raw_path"]
    host, port = scope["server"] or ("", 0)
    client = scope["client"] or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw_path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "RAW_URI": raw_path.decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name, value.decode("latin-1"))
    return environ


def _add_header(environ: WSGIEnvironment, name: bytes, value: str) -> None:
    """A repeated header is joined; one with ``_`` is dropped, as it could pose as another."""
    key = _key_of(name)
    if key:
        environ[key] = f"{environ[key]},{value}" if key in environ else value


@lru_cache(maxsize=512)
def _key_of(name: bytes) -> str:
    """The key of a header, empty where it is not to be told. Cached: clients send the same ones."""
    if name in PLAIN or b"_" in name:
        return PLAIN.get(name, "")
    return "HTTP_" + name.decode("latin-1").replace("-", "_").upper()


@lru_cache(maxsize=512)
def _name_of(header: str) -> bytes:
    return header.lower().encode("latin-1")


def _start(answer: Answer) -> ASGIEvent:
    """The start of the response, as an ASGI event."""
    headers = [(_name_of(name), value.encode("latin-1")) for name, value in answer.head.items()]
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


def _run(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[ASGIEvent, bytes]:
    """The start of the response as an ASGI event, and its content, which is then closed."""
    started: ASGIEvent = {"type": "http.response.start"}
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        started["status"] = int(status[:3])
        started["headers"] = [(_name_of(name), value.encode("latin-1")) for name, value in headers]
        return written.append  # for old applications; Flask never calls it

    parts = app(environ, start_response)
    try:
        content = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return started, b"".join(written) + content if written else content
