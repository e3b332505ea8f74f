"""Where a call was sent to, read again of its target and its Host."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from mockserver.api.call import Call
from mockserver.api.provider import Provider
from mockserver.pipeline.endpoint import PLACEHOLDER, Endpoint, endpoints_of, fill_path

SANDBOX = re.compile(r"/~([^/]*)(?=/|\Z)")
ORIGIN = re.compile(r"\Ahttps?://[^/]*", re.IGNORECASE)
DEEPEST = 64  # parts of a path that is looked at


class Placed(NamedTuple):
    """``by`` is how the provider was addressed: ``prefix``, ``host`` or ``path``, its own path at
    the root. ``provider`` is None there. ``code`` is the sandbox's where the path names it.
    """

    by: str
    provider: str | None
    code: str | None
    path: str
    query: str


def place_call(providers: Mapping[str, Provider], call: Call) -> Placed:
    """How a call was addressed, and its path as documented."""
    target, _, query = call.target.partition("?")
    path = unquote(ORIGIN.sub("", target, count=1))
    found = SANDBOX.match(path)
    code = found[1] if found else None
    if found:
        path = path[found.end() :] or "/"
    host = call.header("host").partition(":")[0].strip().lower().removesuffix(".")
    named = next((each.id for each in providers.values() if host in each.hosts), None)
    if named is not None:
        return Placed("host", named, code, path, query)
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    if first in providers:
        return Placed("prefix", first, code, path[len(first) + 1 :], query)
    return Placed("path", None, code, path, query)


def find_endpoint(provider: Provider, call: Call, path: str) -> tuple[Endpoint, Call]:
    """What the provider has at a path, and the call with what stands in the path."""
    parts = path.split("/", DEEPEST)
    for template, endpoint in endpoints_of(provider).items():
        segments = fill_path(template, parts)
        if segments is not None:
            return endpoint, call._replace(path=path, segments=segments)
    for each in provider.not_emulated:
        segments = fill_path(each.path, parts)
        if segments is not None:
            endpoint = Endpoint(provider, tuple(PLACEHOLDER.findall(each.path)))
            return endpoint, call._replace(path=path, segments=segments)
    return Endpoint(provider), call._replace(path=path, segments=())


def list_templates(provider: Provider) -> Iterator[tuple[str, str]]:
    """Method and documented path of all that the provider's operations are called by."""
    for operation in provider.operations:
        for path in operation.paths:
            yield operation.method, path
