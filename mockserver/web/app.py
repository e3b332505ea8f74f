"""The Flask application, on which providers' views need no Flask to be answered."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import flask
from flask import Flask, Response, signals
from werkzeug.exceptions import HTTPException, NotFound, SecurityError
from werkzeug.routing import BaseConverter, MapAdapter

from mockserver.api.call import Call
from mockserver.pipeline.answer import Answer, bug_answer
from mockserver.web.request import address, read_call, read_path
from mockserver.web.response import Approximate, hand_over, make_response, send_answer

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

REMEMBERED = 512  # paths whose view is known without looking
LONGEST = 512  # characters of a path that is remembered

log = logging.getLogger("mockserver")

Work = Callable[[Call], Answer]


class Rest(BaseConverter):
    """All that is left of a path, whatever it is: also nothing, slashes and line feeds."""

    regex = r"[\s\S]*"
    part_isolating = False


class View:
    """What answers at a route. ``prefix`` is what stands in front of the documented path."""

    def __init__(self, work: Work, prefix: str) -> None:
        self._work = work
        self._prefix = prefix

    def __call__(self, **args: str) -> Response:
        """As Flask calls it, in a request context."""
        app, environ = flask.current_app, flask.request.environ
        assert isinstance(app, App), "a view stands in its own application"
        return app.respond(self.answer(environ, args), environ)

    def answer(self, environ: WSGIEnvironment, args: Mapping[str, str]) -> Answer:
        try:
            return self._work(read_call(environ, self._prefix, tuple(args.values())))
        except Exception as bug:
            log.exception("a bug in the server itself, at %s", environ["PATH_INFO"])
            return bug_answer(bug)


class App(Flask):
    """A true Flask application: whatever a user adds works as on any other.

    ``hosts`` are the providers' own host names and the prefix that each stands for;
    ``work_unknown`` answers where no route leads.
    """

    def __init__(self, sandboxes: Any, hosts: Mapping[str, str], work_unknown: Work) -> None:
        super().__init__("mockserver", static_folder=None, template_folder=None)
        self.url_map.merge_slashes = False
        self.url_map.converters["rest"] = Rest
        self.sandboxes = sandboxes
        self._hosts = hosts
        self._unknown = View(work_unknown, "")
        self._told = False
        self._adapter = self.url_map.bind("")
        self._routed: dict[tuple[str, str], tuple[View, dict[str, Any]]] = {}
        self._receivers = tuple(signal.receivers for signal in SIGNALS)

    def add_view(self, rule: str, endpoint: str, view: View) -> None:
        """Send every method of a path to a view."""
        self.url_map.add(self.url_rule_class(rule, endpoint=endpoint))
        self.view_functions[endpoint] = view

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from a view of ours right after routing, or else go Flask's whole way.

        That way is taken as soon as a user has something to say on it. It costs some 35 µs more.
        """
        address(environ, self._hosts)
        if self._is_watched():
            return super().wsgi_app(environ, start_response)
        routed = self._route(read_path(environ), environ["REQUEST_METHOD"])
        if routed is None:
            return super().wsgi_app(environ, start_response)
        answer = routed[0].answer(environ, routed[1])
        if hand_over(answer.delivery, environ):
            return send_answer(answer, environ, start_response)
        return self.respond(answer, environ)(environ, start_response)

    def add_url_rule(self, *args: Any, **options: Any) -> None:
        self._routed.clear()
        super().add_url_rule(*args, **options)

    def _route(self, path: str, method: str) -> tuple[View, dict[str, Any]] | None:
        """The view of ours that a path leads to, None where it leads to one of a user's.

        The newest are remembered: most clients call the same few paths. That saves 6 to 11 µs.
        """
        known = self._routed.get((path, method))
        if known is not None:
            return known
        try:
            endpoint, args = self._adapter.match(path, method)
            view = self.view_functions[endpoint]
        except NotFound:
            view, args = self._unknown, {}
        except HTTPException:
            return None
        if not isinstance(view, View):
            return None
        if len(self._routed) >= REMEMBERED:
            self._routed.clear()
        if len(path) <= LONGEST:
            self._routed[path, method] = view, dict(args)
        return view, dict(args)

    def respond(self, answer: Answer, environ: WSGIEnvironment) -> Response:
        """An answer as one of Flask's responses."""
        if hand_over(answer.delivery, environ):
            return make_response(answer)
        if not self._told:
            self._told = True
            log.warning(FOREIGN)
        assert answer.delivery is not None, "what is usual is always handed over"
        return Approximate(answer, answer.delivery)

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        """Routing looks at the path alone, so a name that is none for Flask will do as well."""
        try:
            return super().create_url_adapter(request)
        except SecurityError:
            assert request is not None, "a host is looked at in a request alone"
            return self.url_map.bind("", path_info=request.path, default_method=request.method)

    def dispatch_request(self) -> flask.typing.ResponseReturnValue:
        """Where no route leads say what is near, unless a user has a handler for that."""
        if isinstance(flask.request.routing_exception, NotFound):
            raise UnknownPath(self)
        return super().dispatch_request()

    def answer_unknown(self, environ: WSGIEnvironment) -> Response:
        return self.respond(self._unknown.answer(environ, {}), environ)

    def _is_watched(self) -> bool:
        """Whether a user has hooks, signal receivers or error handlers for all requests."""
        return bool(
            None in self.before_request_funcs
            or None in self.after_request_funcs
            or None in self.teardown_request_funcs
            or None in self.url_value_preprocessors
            or self.teardown_appcontext_funcs
            or any(self.error_handler_spec[None].values())
            or any(self._receivers)
        )


class UnknownPath(NotFound):
    """A path without a route, which answers as the server does at such paths."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app

    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        return self._app.answer_unknown(flask.request.environ)
