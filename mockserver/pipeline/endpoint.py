"""What stands at a path."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mockserver.api.call import Call
from mockserver.api.operation import Operation
from mockserver.api.provider import Provider

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one provider has at a path: its operations by method, none where it has no such path."""

    provider: Provider
    names: tuple[str, ...] = ()
    operations: Mapping[str, Operation] = field(default_factory=dict)

    def read_arguments(self, call: Call) -> dict[str, str]:
        """What stands in the path for its placeholders, by name."""
        return dict(zip(self.names, call.segments, strict=True))


def endpoints_of(provider: Provider) -> dict[str, Endpoint]:
    """A provider's endpoints by documented path."""
    operations: dict[str, dict[str, Operation]] = {}
    for operation in provider.operations:
        for path in operation.paths:
            operations.setdefault(path, {})[operation.method] = operation
    return {
        path: Endpoint(provider, tuple(PLACEHOLDER.findall(path)), by_method)
        for path, by_method in operations.items()
    }


def endpoints_at_root(providers: Iterable[Provider]) -> dict[str, list[Endpoint]]:
    """The endpoints of all providers by path; those that share one stand in a list.

    Paths that differ in the names of their placeholders only are one path.
    """
    endpoints: dict[str, list[Endpoint]] = {}
    shapes: dict[str, str] = {}
    for provider in providers:
        for path, endpoint in endpoints_of(provider).items():
            shape = PLACEHOLDER.sub("{}", path)
            endpoints.setdefault(shapes.setdefault(shape, path), []).append(endpoint)
    return endpoints
