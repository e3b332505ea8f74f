"""The Flask application, on which providers' views need no Flask to be answered."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import flask
from flask import Flask, Response, signals
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import MapAdapter

from mockserver.pipeline.answer import Answer
from mockserver.web.request import BODY_LIMIT, address, keep_body, read_path
from mockserver.web.response import Approximate, Plain, hand_over, make_response, send_answer
from mockserver.web.views import OwnRule, Rest, Routed, Routes, View, Work

FOREIGN = (
    "this is not the built-in server: delays occupy a worker, and faults of the connection "
    "are as near to it as WSGI allows"
)
SIGNALS = (
    signals.request_started,
    signals.request_finished,
    signals.request_tearing_down,
    signals.got_request_exception,
    signals.appcontext_pushed,
    signals.appcontext_popped,
    signals.appcontext_tearing_down,
)

PRESERVE = "werkzeug.debug.preserve_context"
"""Key of the environment of a test client that wants to look at the request afterwards."""

REMEMBERED = 512  # paths whose view is known without looking
LONGEST = 512  # characters of a path that is remembered

log = logging.getLogger("mockserver")


class App(Flask):
    """A true Flask application: whatever a user adds works as on any other.

    ``hosts`` are the providers' own host names and the prefix that each stands for;
    ``work_unknown`` answers where no route leads. ``opening`` is how a server of ours has the
    authority that it speaks TLS by.
    """

    url_map_class = Routes
    url_map: Routes
    opening: Any = None

    def __init__(self, sandboxes: Any, hosts: Mapping[str, str], work_unknown: Work) -> None:
        super().__init__("mockserver", static_folder=None, template_folder=None)
        self.url_map.converters["rest"] = Rest
        self.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT  # more does not come through our own server
        self.sandboxes = sandboxes
        self._hosts = hosts
        self._unknown = View(work_unknown, "", self.respond)
        self._told = False
        # Its own method would encode no name as a name of a host, for which it loads much.
        self._adapter = MapAdapter(self.url_map, "", "/", None, "http", "/", "GET")
        self._receivers = tuple(signal.receivers for signal in SIGNALS)

    def add_view(self, endpoint: str, rule: str, path: str, work: Work) -> None:
        """Send every method of a rule to a view; ``path`` is the documented one."""
        self.url_map.add(OwnRule(rule, endpoint=endpoint, merge_slashes=False))
        self.view_functions[endpoint] = View(work, path, self.respond)

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from a view of ours right after routing, or else go Flask's whole way.

        That way is taken as soon as a user has something to say on it. It costs some 35 µs more.
        """
        address(environ, self._hosts)
        routed = self._route(read_path(environ), environ["REQUEST_METHOD"])
        if routed is None:
            return super().wsgi_app(environ, start_response)
        if PRESERVE in environ or self._is_watched():
            keep_body(environ)
            return super().wsgi_app(environ, start_response)
        view, documented, segments = routed
        answer = view.answer(environ, documented, segments)
        if hand_over(answer, environ):
            return send_answer(answer, environ, start_response)
        return self.respond(answer, environ)(environ, start_response)

    def _route(self, path: str, method: str) -> Routed | None:
        """The view of ours that a path leads to, None where it leads to one of a user's.

        The newest are remembered: most clients call the same few paths. That saves 6 to 11 µs.
        """
        found = self.url_map.found
        routed = found.get((path, method))
        if routed is not None:
            return routed
        try:
            endpoint, args = self._adapter.match(path, method)
        except NotFound:
            routed = Routed(self._unknown, path, ())
        except HTTPException:
            return None
        else:
            view = self.view_functions.get(endpoint)
            if not isinstance(view, View):
                return None
            routed = Routed(view, view.fill(args), tuple(args.values()))
        if len(found) >= REMEMBERED:
            found.clear()
        if len(path) <= LONGEST:
            found[path, method] = routed
        return routed

    def respond(self, answer: Answer, environ: WSGIEnvironment) -> Response:
        """An answer as one of Flask's responses."""
        if hand_over(answer, environ):
            return make_response(answer, environ)
        if not self._told:
            self._told = True
            log.warning(FOREIGN)
        assert answer.delivery is not None, "what is usual is always handed over"
        return Approximate(answer, answer.delivery)

    def make_response(self, rv: flask.typing.ResponseReturnValue) -> Response:
        """An answer of ours is a response already, whatever the class of a user's own."""
        return rv if isinstance(rv, Plain) else super().make_response(rv)

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        """Routing to views of ours looks at the path alone: not at what is no host for Flask,
        unless a user says which hosts are to be trusted, and not at a wish for a web socket.
        """
        try:
            adapter = super().create_url_adapter(request)
        except BadRequest:
            if request is None or self.config["TRUSTED_HOSTS"] is not None:
                raise
            adapter = self.url_map.bind("", request.root_path, default_method=request.method)
            adapter.path_info = read_path(request.environ)
        if request is not None and adapter is not None and adapter.websocket:
            adapter.websocket = self._route(adapter.path_info, request.method) is None
        return adapter

    def dispatch_request(self) -> flask.typing.ResponseReturnValue:
        """Where no route leads say what is near, unless a user has a handler for that."""
        if isinstance(flask.request.routing_exception, NotFound):
            raise UnknownPath(self)
        return super().dispatch_request()

    def answer_unknown(self, environ: WSGIEnvironment) -> Response:
        return self.respond(self._unknown.answer(environ, read_path(environ), ()), environ)

    def _is_watched(self) -> bool:
        """Whether a user has hooks, signal receivers or error handlers for all requests, or hosts
        to be trusted.
        """
        return bool(
            None in self.before_request_funcs
            or None in self.after_request_funcs
            or None in self.teardown_request_funcs
            or None in self.url_value_preprocessors
            or self.teardown_appcontext_funcs
            or any(self.error_handler_spec[None].values())
            or any(self._receivers)
            or self.config["TRUSTED_HOSTS"] is not None
        )


class UnknownPath(NotFound):
    """A path without a route, which answers as the server does at such paths."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app

    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        return self._app.answer_unknown(flask.request.environ)
