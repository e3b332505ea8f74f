"""From a request to a WSGI environment."""

import io
import re
import sys
from functools import lru_cache
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIEnvironment

from mockserver.pipeline.keys import CODE
from mockserver.wire.channel import Channel
from mockserver.wire.request import Request

PLAIN = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
TOO_LARGE = str(2**40)
"""The length of a body that never was whole, and is too large for any path."""
ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


def make_environ(channel: Channel, request: Request, code: str | None) -> WSGIEnvironment:
    """``code`` is that of the sandbox which the tunnel is for. Of a body that is too large all that
    is told is a length that is.
    """
    target, host = request.target, None
    if target[:1] != b"/":
        target, host = split_target(target)
    path, _, query = target.partition(b"#")[0].partition(b"?")
    raw_path = path.decode("latin-1")
    environ: WSGIEnvironment = {
        "SCRIPT_NAME": "",
        "SERVER_NAME": channel.own[0],
        "SERVER_PORT": str(channel.own[1]),
        "REMOTE_ADDR": channel.peer[0],
        "REMOTE_PORT": str(channel.peer[1]),
        "REQUEST_METHOD": request.method.decode("latin-1"),
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1") if "%" in raw_path else raw_path,
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": raw_path,
        "SERVER_PROTOCOL": "HTTP/1.1" if request.version == "1.1" else "HTTP/1.0",
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": channel.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if code is not None:
        environ[CODE] = code
    for name, value in request.headers:
        key = _key_of(name)
        if key:
            text = value.decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if key in environ else text
    if host is not None:
        environ["HTTP_HOST"] = host
        if request.code is not None:
            environ[CODE] = request.code
    if request.too_large:  # otherwise a view of Flask would be given as much as is allowed
        environ.setdefault("CONTENT_LENGTH", TOO_LARGE)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    elif request.body or "HTTP_TRANSFER_ENCODING" in environ:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def split_target(target: bytes) -> tuple[bytes, str | None]:
    """The path and query of an absolute target, and its authority, which wins over Host: RFC 9112
    3.2.2. Any other is left as it is.
    """
    found = ABSOLUTE.match(target)
    if found is None:
        return target, None
    authority, path = found.groups()
    path = path if path[:1] == b"/" else b"/" + path
    return path, authority.rpartition(b"@")[2].decode("latin-1")


@lru_cache(maxsize=512)
def _key_of(name: bytes) -> str:
    """The key of a header, empty where it is not to be told: one with ``_`` could pose as another.

    Cached: clients send the same ones.
    """
    if name in PLAIN or b"_" in name:
        return PLAIN.get(name, "")
    return "HTTP_" + name.decode("latin-1").replace("-", "_").upper()
