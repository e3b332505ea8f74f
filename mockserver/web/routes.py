"""The one routing table: every path of every provider, at the root and under its prefix, and the
administration's."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from mockserver.api.call import Call
from mockserver.api.provider import Provider
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.elsewhere import answer_elsewhere, answer_unknown_path
from mockserver.pipeline.endpoint import Endpoint, endpoints_at_root, endpoints_of
from mockserver.pipeline.ports import CallWorlds
from mockserver.pipeline.way import answer_call
from mockserver.web.flask_app import App
from mockserver.web.views import Work

TYPED_PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")

Administration = Mapping[str, Callable[[Call], Answer]]
"""What answers at each path of the administration, whose placeholders are written ``{name}``."""


def create_routes(
    sandboxes: CallWorlds,
    providers: Mapping[str, Provider],
    administration: Administration,
    front: Work,
) -> App:
    """The application with all routes but a user's own. ``front`` is what answers at the root."""
    shared = endpoints_at_root(providers.values())
    paths = [
        *shared,
        *(f"/{each.id}{path}" for each in providers.values() for path in paths_of(each)),
    ]
    hosts = {host: f"/{each.id}" for each in providers.values() for host in each.hosts}
    unknown = partial(answer_unknown_path, sandboxes, [*providers.values()], paths)
    app = App(sandboxes, hosts, partial(answer_unrouted, front, unknown))

    def route(path: str, prefix: str, endpoints: Sequence[Endpoint]) -> None:
        work = partial(answer_call, sandboxes, endpoints)
        app.add_view(prefix + path, make_rule(prefix + path), make_template(path), work)

    for path, endpoints in shared.items():
        route(path, "", endpoints)
    for provider in providers.values():
        prefix = f"/{provider.id}"
        for path, endpoint in endpoints_of(provider).items():
            route(path, prefix, [endpoint])
        elsewhere = partial(answer_elsewhere, sandboxes, provider)
        for path in ("/{unknown:rest}", ""):
            app.add_view(prefix + path, make_rule(prefix + path), make_template(path), elsewhere)
    for path, work in administration.items():
        app.add_view(path, make_rule(path), make_template(path), work)
    return app


def answer_unrouted(front: Work, unknown: Work, call: Call) -> Answer:
    """Answer where no route leads, the root among them: so that a user's route for it wins."""
    at_root = call.path in ("", "/") and call.code is None
    return front(call) if at_root and call.method in ("GET", "HEAD") else unknown(call)


def paths_of(provider: Provider) -> list[str]:
    return [path for operation in provider.operations for path in operation.paths]


def make_rule(path: str) -> str:
    """The path as Werkzeug writes it."""
    return TYPED_PLACEHOLDER.sub(_make_placeholder, path)


def make_template(path: str) -> str:
    """The path with the names of its placeholders alone."""
    return TYPED_PLACEHOLDER.sub(r"{\1}", path)


def _make_placeholder(match: re.Match[str]) -> str:
    name, converter = match.groups()
    return f"<{converter}:{name}>" if converter else f"<{name}>"
