"""Calling an application as a WSGI server does, and all that it answers."""

import io
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver.web.flask_app import App
from tests.calls import ValidCall
from tests.conftest import NOW

Environ = dict[str, Any]


class Seen(NamedTuple):
    """An answer to the byte. ``broken`` is the error that ends the connection, if one does."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    broken: str = ""

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


def make_environ(
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    **more: Any,
) -> Environ:
    """What a server makes of a request whose target is still percent-encoded."""
    path, _, query = target.partition("?")
    named = {
        f"HTTP_{key.upper().replace('-', '_')}": value for key, value in (headers or {}).items()
    }
    content_type = named.pop("HTTP_CONTENT_TYPE", "")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8080",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **named,
        **more,
    }


def environ_of(call: ValidCall, prefix: str = "", now: int = NOW, **headers: str) -> Environ:
    """A valid call, signed by the clock that stands still."""
    sent = {**call.headers, **call.signature(now=now), **headers}
    return make_environ(call.method, f"{prefix}{call.path}", sent, call.body)


def ask(app: App, environ: Environ) -> Seen:
    """Call the application through its front door, and close the answer as servers do."""
    begun: list[Any] = []
    body, broken = b"", ""
    try:
        parts = app(environ, lambda status, headers, *_: begun.extend((status, headers)))
        try:
            for part in parts:
                body += part
        finally:
            getattr(parts, "close", lambda: None)()
    except ConnectionError as error:
        broken = repr(error)
    status, headers = begun or ("", [])
    return Seen(status, headers, body, broken)
