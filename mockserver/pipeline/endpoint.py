"""What stands at a path."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from mockserver.api.call import Call
from mockserver.api.not_emulated import NotEmulated
from mockserver.api.operation import Operation
from mockserver.api.provider import Provider

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Endpoint(NamedTuple):
    """What one provider has at a path: its operations by method, none where it has no such path.

    ``lookalikes`` are calls by method that are not emulated and that only their content tells from
    such an operation.
    """

    provider: Provider
    names: tuple[str, ...] = ()
    operations: Mapping[str, Operation] = MappingProxyType({})
    lookalikes: Mapping[str, NotEmulated] = MappingProxyType({})

    def find_operation(self, call: Call) -> Operation | None:
        """The operation that the call is one of."""
        return None if self.find_lookalike(call) else self.operations.get(call.method)

    def find_lookalike(self, call: Call) -> NotEmulated | None:
        """What the call is instead of the operation at the same method and path."""
        found = self.lookalikes.get(call.method)
        return found if found and found.recognise and found.recognise(call) else None

    def read_arguments(self, call: Call) -> dict[str, str]:
        """What stands in the path for its placeholders, by name."""
        return dict(zip(self.names, call.segments, strict=True))


def endpoints_of(provider: Provider) -> dict[str, Endpoint]:
    """A provider's endpoints by documented path."""
    operations: dict[str, dict[str, Operation]] = {}
    lookalikes: dict[str, dict[str, NotEmulated]] = {}
    for operation in provider.operations:
        for path in operation.paths:
            operations.setdefault(path, {})[operation.method] = operation
    for each in provider.not_emulated:
        if each.recognise is not None:
            lookalikes.setdefault(each.path, {})[each.method] = each
    return {
        path: Endpoint(
            provider, tuple(PLACEHOLDER.findall(path)), by_method, lookalikes.get(path, {})
        )
        for path, by_method in operations.items()
    }


def endpoints_at_root(providers: Iterable[Provider]) -> dict[str, list[Endpoint]]:
    """The endpoints of all providers by path; those that share one stand in a list.

    Paths that differ in the names of their placeholders only are one path. Last in a list stand
    providers that document the path and have no operation there.
    """
    listed = list(providers)
    endpoints: dict[str, list[Endpoint]] = {}
    shapes: dict[str, str] = {}
    for provider in listed:
        for path, endpoint in endpoints_of(provider).items():
            endpoints.setdefault(shapes.setdefault(_shape(path), path), []).append(endpoint)
    for provider in listed:
        for each in provider.not_emulated:
            there = endpoints.get(shapes.get(_shape(each.path), ""), [])
            if there and provider.id not in {endpoint.provider.id for endpoint in there}:
                there.append(Endpoint(provider, tuple(PLACEHOLDER.findall(each.path))))
    return endpoints


def fill_path(template: str, parts: Sequence[str]) -> tuple[str, ...] | None:
    """What stands in a path for the placeholders of a documented one, None if it is another."""
    wanted = template.split("/")
    if len(wanted) != len(parts):
        return None
    pairs = list(zip(wanted, parts, strict=True))
    if not all((came and name[:1] == "{") or name == came for name, came in pairs[1:]):
        return None
    return tuple(came for name, came in pairs[1:] if name[:1] == "{")


def _shape(path: str) -> str:
    return PLACEHOLDER.sub("{}", path)
