"""The one seam to Flask: rules from operations, request → Call, Reply → response."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
from flask import Flask, Request, Response, request
from werkzeug.routing import BaseConverter, MapAdapter, Rule

from mockserver.core.call import JSON, Call, Reply
from mockserver.core.pipeline import Target, bug_reply
from mockserver.core.provider import Provider
from mockserver.core.sandbox import Sandbox

BODY_LIMIT = 1_048_576
SLEEP = "mockserver.sleep"
"""Key of the environment: who holds an answer back, called with seconds. Default: this thread."""

Answer = Callable[[Call], Reply]

log = logging.getLogger("mockserver")


class Rest(BaseConverter):
    """All that is left of a path, whatever it is: also nothing, slashes and line feeds."""

    regex = r"[\s\S]*"
    part_isolating = False


class LeanResponse(Response):
    """A whole body whose headers are final: nothing is left to work out when it is sent."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self.status, self.headers.to_wsgi_list())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.get_data()]


class App(Flask):
    """A Flask app without what no provider has: templates, static files, redirects.

    ``hosts`` are the providers' own host names and the prefix that each stands for.
    """

    response_class = LeanResponse

    def __init__(self, sandbox: Sandbox, hosts: Mapping[str, str]) -> None:
        super().__init__("mockserver", static_folder=None, template_folder=None)
        self.url_map.merge_slashes = False
        self.url_map.converters["rest"] = Rest
        self.sandbox = sandbox
        self._hosts = hosts
        self.register_error_handler(Exception, self._bug)

    def route_to(self, path: str, answer: Answer) -> None:
        """Send every method of a path, whose placeholders are written ``{name}``, to ``answer``."""
        rule = re.sub(r"\{(\w+)(?::(\w+))?\}", _placeholder, path)
        self.url_map.add(Rule(rule, endpoint=path))
        self.view_functions[path] = lambda **args: self._respond(answer(self._call(args)))

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A provider's own host name is the same as its prefix."""
        name = environ.get("HTTP_HOST", "").partition(":")[0].lower().removesuffix(".")
        prefix = self._hosts.get(name)
        if prefix and not f"{environ['PATH_INFO']}/".startswith("/_mock/"):
            environ.setdefault("RAW_URI", environ["PATH_INFO"])
            environ["PATH_INFO"] = f"{prefix}{environ['PATH_INFO']}"
        return super().wsgi_app(environ, start_response)

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

    def _respond(self, reply: Reply) -> Response:
        if reply.delay_ms:
            request.environ.get(SLEEP, time.sleep)(reply.delay_ms / 1000)
        return respond(reply)

    def _bug(self, error: Exception) -> Response:
        log.exception("a bug in the server itself, at %s %s", request.method, request.path)
        return respond(bug_reply(error))


def respond(reply: Reply) -> Response:
    if reply.status == 204:
        return LeanResponse(status=204, headers=reply.headers)
    body = orjson.dumps(reply.body) if reply.media_type == JSON else reply.body.encode()
    headers = {"Content-Type": reply.media_type, "Content-Length": str(len(body)), **reply.headers}
    return LeanResponse(body, reply.status, headers)


def shared_paths(providers: Iterable[Provider]) -> dict[str, list[Target]]:
    """The targets by path: each provider's under its prefix, and all of them at the root.

    Paths that differ in the names of their placeholders only are one path at the root.
    """
    targets: dict[str, list[Target]] = {}
    shapes: dict[str, str] = {}
    for provider in providers:
        for path, target in _targets(provider).items():
            shape = re.sub(r"\{\w+\}", "{}", path)
            targets.setdefault(shapes.setdefault(shape, path), []).append(target)
            targets[f"/{provider.id}{path}"] = [target]
    return targets


def _targets(provider: Provider) -> dict[str, Target]:
    operations: dict[str, dict[str, Any]] = {}
    for operation in provider.operations:
        for path in operation.paths:
            operations.setdefault(path, {})[operation.method] = operation
    return {
        path: Target(provider, tuple(re.findall(r"\{(\w+)\}", path)), by_method)
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
    headers = {
        key[5:].replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(key):
            headers[key.replace("_", "-").lower()] = environ[key]
    return headers
