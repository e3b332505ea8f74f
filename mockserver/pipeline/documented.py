"""What to tell of a call that its provider documents and this server does not emulate.

It is looked for where no operation was found, and costs the calls to operations nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple

from mockserver.api.call import Call
from mockserver.api.not_emulated import NotEmulated
from mockserver.api.provider import Provider
from mockserver.pipeline.endpoint import PLACEHOLDER, Endpoint, fill_path

DEEPEST = 32  # parts of a path that is looked at; no provider's has so many


class Documented(NamedTuple):
    """One such call, what would stand at its path, and the call with what stands in the path."""

    what: NotEmulated
    endpoint: Endpoint
    call: Call


def find_not_emulated(provider: Provider, call: Call) -> NotEmulated | None:
    """What the provider documents at the path: by the call's method, or else by any other."""
    parts = _split(call)
    here = [each for each in provider.not_emulated if fill_path(each.path, parts) is not None]
    return next((each for each in here if each.method == call.method), next(iter(here), None))


def explain_not_emulated(provider: Provider, found: NotEmulated, call: Call) -> str:
    """That it is documented, and not emulated yet."""
    other = "" if found.method == call.method else f", not {call.method},"
    what = f"{found.method} {found.path} ({found.name})"
    return f"{provider.title} documents {what}{other} and that is not emulated yet"


def list_emulated(provider: Provider) -> str:
    """The operations that are emulated, in a clause."""
    told = (f"{each.method} {each.paths[0]} ({each.name})" for each in provider.operations)
    return f"emulated are {', '.join(told)}"


def find_documented(providers: Iterable[Provider], call: Call) -> Documented | None:
    """What a provider documents at a path where none has an operation.

    Of several it is the one whose kind of credential the call carries, or else the first.
    """
    first = None
    for provider in providers:
        found = find_not_emulated(provider, call)
        if found is not None:
            filled = call._replace(segments=fill_path(found.path, _split(call)) or ())
            endpoint = Endpoint(provider, tuple(PLACEHOLDER.findall(found.path)))
            if provider.claim(filled, endpoint.read_arguments(filled)).credential is not None:
                return Documented(found, endpoint, filled)
            first = first or Documented(found, endpoint, filled)
    return first


def _split(call: Call) -> list[str]:
    return call.path.split("/", DEEPEST)
