"""The one seam to Flask: rules from operations, request → Call, Reply → response."""

import errno
import logging
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
from flask import Flask, Request, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import BaseConverter, MapAdapter, Rule

from mockserver.core.call import JSON, Call, Reply
from mockserver.core.delivery import Delivery, Ending
from mockserver.core.pipeline import Endpoint, bug_reply
from mockserver.core.provider import Provider
from mockserver.core.sandbox import Sandbox

BODY_LIMIT = 1_048_576
DELIVERY = "mockserver.delivery"
"""Key of the environment: a list, where the server can deliver an answer in an unusual way."""

LONGEST_HOLD_MS = 30_000  # on a foreign server, where a silent connection occupies a worker

Work = Callable[[Call], Reply]
NO_BODY = (204, 304)
WAITRESS = "waitress.client_disconnected"
"""Key of the environment of a server that makes a whole 500 of whatever happens before the head."""
WERKZEUG = "werkzeug.socket"
"""Key of the environment of a server that would keep the connection and wait for the next call."""
FOREIGN = (
    "this is not the built-in server: delays occupy a worker, and faults of the connection "
    "are as near to it as WSGI allows"
)
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

log = logging.getLogger("mockserver")


class Rest(BaseConverter):
    """All that is left of a path, whatever it is: also nothing, slashes and line feeds."""

    regex = r"[\s\S]*"
    part_isolating = False


class Answer:
    """A whole answer as a WSGI application: all that Flask asks of a response.

    Its own response class works out and checks what is certain here, for every answer again.
    """

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = STATUS_LINES.get(status) or f"{status} Unknown"
        self.headers = headers
        self.body = body

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self.status, list(self.headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


class NoSessions(SessionInterface):
    """No provider has sessions."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NO_SESSION


NO_SESSION = NullSession()


class App(Flask):
    """A Flask app without what no provider has: templates, static files, redirects.

    ``hosts`` are the providers' own host names and the prefix that each stands for.
    """

    session_interface = NoSessions()
    response_class = Answer  # type: ignore[assignment]

    def __init__(self, sandbox: Sandbox, hosts: Mapping[str, str]) -> None:
        super().__init__("mockserver", static_folder=None, template_folder=None)
        self.url_map.merge_slashes = False
        self.url_map.converters["rest"] = Rest
        self.sandbox = sandbox
        self._hosts = hosts
        self._told = False
        self._sync: dict[Callable[..., Any], Callable[..., Any]] = {}
        self.register_error_handler(Exception, self._bug)

    def route_to(self, path: str, work: Work) -> None:
        """Send every method of a path, whose placeholders are written ``{name}``, to ``work``."""
        rule = re.sub(r"\{(\w+)(?::(\w+))?\}", _placeholder, path)
        self.url_map.add(Rule(rule, endpoint=path))
        self.view_functions[path] = lambda **args: self._respond(work(self._call(args)))

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A provider's own host name is the same as its prefix."""
        name = environ.get("HTTP_HOST", "").partition(":")[0].lower().removesuffix(".")
        prefix = self._hosts.get(name)
        if prefix and not f"{environ['PATH_INFO']}/".startswith("/_mock/"):
            environ.setdefault("RAW_URI", environ["PATH_INFO"])
            environ["PATH_INFO"] = f"{prefix}{environ['PATH_INFO']}"
        return super().wsgi_app(environ, start_response)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Looked into once a function, not once a call: that takes longer than many a handler."""
        if func not in self._sync:
            self._sync[func] = super().ensure_sync(func)
        return self._sync[func]

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Routing looks at the path alone: hosts were turned into prefixes, and any will do."""
        if request is None:
            return None
        return self.url_map.bind("", path_info=request.path, default_method=request.method)

    def _call(self, args: Mapping[str, str]) -> Call:
        environ = request.environ
        body, too_large = _body(environ)
        query = environ.get("QUERY_STRING", "")
        return Call(
            id=f"req_{self.sandbox.ids.crockford()}",
            method=environ["REQUEST_METHOD"],
            target=_target(environ, query),
            headers=_headers(environ),
            body=body,
            received_at=self.sandbox.clock.now(),
            decode=orjson.loads,
            segments=tuple(args.values()),
            args=args,
            query=query,
            base_url=_base_url(environ),
            too_large=too_large,
        )

    def _respond(self, reply: Reply) -> Answer:
        if reply.delivery is None or reply.delivery.usual:
            return respond(reply)
        if DELIVERY in request.environ:
            request.environ[DELIVERY].append(reply.delivery)
            return respond(reply)
        if not self._told:
            self._told = True
            log.warning(FOREIGN)
        return Approximate(*_encoded(reply), reply.delivery)

    def _bug(self, error: Exception) -> Answer:
        log.exception("a bug in the server itself, at %s %s", request.method, request.path)
        return respond(bug_reply(error))


def respond(reply: Reply) -> Answer:
    return Answer(*_encoded(reply))


def _encoded(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    if reply.status in NO_BODY:
        return reply.status, reply.headers, b""
    body = reply.raw
    if body is None:
        body = orjson.dumps(reply.body) if reply.media_type == JSON else reply.body.encode()
    headers = {"Content-Type": reply.media_type, "Content-Length": str(len(body)), **reply.headers}
    return reply.status, headers, body


class Approximate(Answer):
    """The nearest to a delivery that any WSGI server can do: wait in this thread, break off."""

    def __init__(
        self, status: int, headers: dict[str, str], body: bytes, delivery: Delivery
    ) -> None:
        super().__init__(status, headers, body)
        self._delivery = delivery

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        time.sleep(self._delivery.before_ms / 1000)
        ending = self._delivery.ending
        if ending is not None:
            hold = LONGEST_HOLD_MS if ending.hold_ms is None else ending.hold_ms
            time.sleep(min(hold, LONGEST_HOLD_MS) / 1000)
        if ending is not None and ending.sent == "nothing" and WAITRESS not in environ:
            if WERKZEUG in environ:
                environ[WERKZEUG].shutdown(socket.SHUT_RDWR)
            raise _broken_off()
        start_response(self.status, list(self.headers.items()))
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else self.body
        return self._slowly(body) if ending is None else self._broken(ending, body)

    def _slowly(self, content: bytes) -> Iterator[bytes]:
        time.sleep(self._delivery.between_ms / 1000)
        for piece, milliseconds in self._delivery.pieces(content):
            time.sleep(milliseconds / 1000)
            yield piece

    def _broken(self, ending: Ending, body: bytes) -> Iterator[bytes]:
        """Never all of the length that the head tells, and never nothing: that would be a 500."""
        kept = ending.data(b"", body)[: max(0, len(body) - 1)]
        yield from self._slowly(kept or body[:1])
        raise _broken_off()


def _broken_off() -> ConnectionResetError:
    """An error that servers take for the client's, and close the connection without a word."""
    return ConnectionResetError(errno.ECONNRESET, "a fault rule ends the connection here")


def shared_paths(providers: Iterable[Provider]) -> dict[str, list[Endpoint]]:
    """The endpoints by path: each provider's under its prefix, and all of them at the root.

    Paths that differ in the names of their placeholders only are one path at the root.
    """
    endpoints: dict[str, list[Endpoint]] = {}
    shapes: dict[str, str] = {}
    for provider in providers:
        for path, endpoint in _endpoints(provider).items():
            shape = re.sub(r"\{\w+\}", "{}", path)
            endpoints.setdefault(shapes.setdefault(shape, path), []).append(endpoint)
            endpoints[f"/{provider.id}{path}"] = [endpoint]
    return endpoints


def _endpoints(provider: Provider) -> dict[str, Endpoint]:
    operations: dict[str, dict[str, Any]] = {}
    for operation in provider.operations:
        for path in operation.paths:
            operations.setdefault(path, {})[operation.method] = operation
    return {
        path: Endpoint(provider, tuple(re.findall(r"\{(\w+)\}", path)), by_method)
        for path, by_method in operations.items()
    }


def _placeholder(match: re.Match[str]) -> str:
    name, converter = match.groups()
    return f"<{converter}:{name}>" if converter else f"<{name}>"


def _body(environ: WSGIEnvironment) -> tuple[bytes, bool]:
    """The raw body, and whether it is larger than allowed; then no more than the limit is read."""
    declared = environ.get("CONTENT_LENGTH", "")
    if declared.isdecimal():
        if len(declared) > 9 or int(declared) > BODY_LIMIT:
            return b"", True
        return environ["wsgi.input"].read(int(declared)), False
    if not environ.get("wsgi.input_terminated"):
        return b"", False
    body: bytes = environ["wsgi.input"].read(BODY_LIMIT + 1)
    return (b"", True) if len(body) > BODY_LIMIT else (body, False)


def _target(environ: WSGIEnvironment, query: str) -> str:
    """The path and query as sent, where the server tells."""
    path: str = environ.get("RAW_URI") or environ["PATH_INFO"]
    return path if not query or "?" in path else f"{path}?{query}"


def _base_url(environ: WSGIEnvironment) -> str:
    """The server as the client calls it."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    """An empty content type or length is none: some servers always give the keys."""
    return {
        name: value
        for key, value in environ.items()
        if (name := _name_of(key)) and (value or not key.startswith("CONTENT"))
    }


@lru_cache(maxsize=1_024)
def _name_of(key: str) -> str:
    """The header of a key of the environment, empty where it is none. Cached: few are many."""
    if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        return key.replace("_", "-").lower()
    return key[5:].replace("_", "-").lower() if key.startswith("HTTP_") else ""
