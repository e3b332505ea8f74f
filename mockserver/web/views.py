"""What stands in the routing table: views that need no Flask, and the table itself."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from wsgiref.types import WSGIEnvironment

import flask
from flask import Response
from werkzeug.routing import BaseConverter, Map, Rule, RuleFactory

from mockserver.api.call import Call
from mockserver.pipeline.answer import Answer, bug_answer
from mockserver.web.request import read_call
from mockserver.web.waiting import wait_for_answer

log = logging.getLogger("mockserver")

Work = Callable[[Call], Answer]
Respond = Callable[[Answer, WSGIEnvironment], Response]
"""Makes one of Flask's responses of an answer."""


class Rest(BaseConverter):
    """All that is left of a path, whatever it is: also nothing, slashes and line feeds."""

    regex = r"[\s\S]*"
    part_isolating = False


class OwnRule(Rule):
    """A rule whose address is seldom built: it learns how when that is first asked for.

    Werkzeug compiles two functions for that a rule. Not doing so saves 12 ms of every start; it is
    the only private part of Werkzeug that is touched, for which its release is held.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder = super()._compile_builder
        built: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, *args: Any, **values: Any) -> tuple[str, str]:
            if not built:
                built.append(compile_builder(append_unknown))
            return built[0](rule, *args, **values)

        return build


class View:
    """What answers at a route. ``path`` is the documented one, with ``{name}`` as placeholders."""

    def __init__(self, work: Work, path: str, respond: Respond) -> None:
        self._work = work
        self._path = path
        self._respond = respond

    def __call__(self, **args: str) -> Response:
        """As Flask calls it, in a request context."""
        environ = flask.request.environ
        answer = self.answer(environ, self.fill(args), tuple(args.values()))
        return self._respond(answer, environ)

    def fill(self, args: Mapping[str, str]) -> str:
        """The documented path of a call."""
        return self._path.format_map(args)

    def answer(self, environ: WSGIEnvironment, path: str, segments: tuple[str, ...]) -> Answer:
        try:
            answer = self._work(read_call(environ, path, segments))
            return answer if answer.waiting is None else wait_for_answer(answer, environ)
        except Exception as bug:
            log.exception("a bug in the server itself, at %s", environ["PATH_INFO"])
            return bug_answer(bug)


class Routed(NamedTuple):
    """Where a request leads: to a view of ours, with the documented path and what fills it."""

    view: View
    path: str
    segments: tuple[str, ...]


class Routes(Map):
    """The routing table, and the newest of what was ``found`` in it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.found: dict[tuple[str, str], Routed] = {}
        super().__init__(*args, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        super().add(rulefactory)
        self.found = {}  # another one: what is being looked up now goes into the old one
