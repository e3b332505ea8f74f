"""What is wrong with a call's path or method where no operation is."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mockserver.api.call import Call
from mockserver.api.diagnosis.case import Finding
from mockserver.api.provider import Provider
from mockserver.pipeline.check import find_nearest
from mockserver.pipeline.documented import explain_not_emulated, find_not_emulated
from mockserver.pipeline.endpoint import endpoints_of, fill_path
from mockserver.pipeline.explaining.placing import DEEPEST, list_templates

VERSION = re.compile(r"v[0-9]+(?:\.[0-9]+)?\Z")
Parts = Sequence[str]


def diagnose_route(
    providers: Sequence[Provider], call: Call, everybody: Iterable[Provider]
) -> Iterator[Finding]:
    """Why there is nothing at the call's path, of all that these providers document.

    ``everybody`` are all that there are, whose ids and host names base URLs end with.
    """
    parts = call.path.split("/", DEEPEST)
    there = [
        *(each for provider in providers for each in _find_method(provider, call, parts)),
        *(each for provider in providers for each in _find_not_emulated(provider, call, parts)),
    ]
    yield from there
    if not there:
        known = {name: each for each in everybody for name in (each.id, *each.hosts)}
        yield from _find_missing_version(providers, parts)
        yield from _find_doubled(providers, parts, known)
        yield _tell_nearest(providers, call)


def _find_method(provider: Provider, call: Call, parts: Parts) -> Iterator[Finding]:
    templates = list_templates(provider)
    there = [method for method, path in templates if fill_path(path, parts) is not None]
    if there and call.method not in there:
        text = f"{provider.title} has this path with {', '.join(there)}, came {call.method[:20]}"
        yield Finding("wrong_method", text, (f"send it with {there[0]}",))


def _find_not_emulated(provider: Provider, call: Call, parts: Parts) -> Iterator[Finding]:
    found = find_not_emulated(provider, call)
    if found is not None and found.recognise:
        endpoints = endpoints_of(provider).items()
        here = (each for path, each in endpoints if fill_path(path, parts) is not None)
        found = next((each.find_lookalike(call) for each in here), None)
    if found is not None:
        text = explain_not_emulated(provider, found, call)
        advice = "leave it out of what this server is to do; a rule of the type status answers it"
        yield Finding("not_emulated", text, (advice,))


def _find_missing_version(providers: Sequence[Provider], parts: Parts) -> Iterator[Finding]:
    for provider in providers:
        for method, path in list_templates(provider):
            wanted = path.split("/")
            versions = [each for each in wanted if VERSION.match(each)]
            without = "/".join(each for each in wanted if each not in versions)
            if versions and fill_path(without, parts) is not None:
                text = f"{provider.title} documents {method} {path}: {versions[0]} is missing"
                yield Finding("missing_version", text, (f"call {path}",))
                return


def _find_doubled(
    providers: Sequence[Provider], parts: Parts, known: Mapping[str, Provider]
) -> Iterator[Finding]:
    """What a base URL has already and stands in the path again."""
    for start in range(1, len(parts)):
        for size in range(1, len(parts) - start):
            doubled = parts[start : start + size]
            again = doubled == parts[start + size : start + 2 * size]
            named = known.get(doubled[-1]) if start == 1 else None
            if not again and named is None:
                continue
            meant = providers if named is None else [named]
            route = _find_route(meant, [*parts[:start], *parts[start + size :]])
            if route is not None:
                twice = f"/{'/'.join(doubled)}"
                text = f"{twice} stands there once too often; without it it is {route}"
                advice = f"leave {twice} out of the base URL, or out of the path"
                if named is not None and named not in providers:
                    whose = providers[0].title
                    text = (
                        f"{twice} stands behind the base URL of {whose}; without that it is {route}"
                    )
                    advice = f"let the base URL be that of {named.title}, which ends with {twice}"
                yield Finding("doubled_prefix", text, (advice,))
                return


def _find_route(providers: Sequence[Provider], parts: Parts) -> str | None:
    for provider in providers:
        for method, path in list_templates(provider):
            if fill_path(path, parts) is not None:
                return f"{provider.title}'s {method} {path}"
    return None


def _tell_nearest(providers: Sequence[Provider], call: Call) -> Finding:
    routes = {
        path: f"{method} {path}"
        for provider in providers
        for method, path in list_templates(provider)
    }
    near = [routes[each] for each in find_nearest(call.path, list(routes))]
    text = f"the nearest routes are {', '.join(near)}"
    return Finding("near_route", text, (f"call {near[0]}",) if near else (), {"nearest": near})
