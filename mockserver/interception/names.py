"""The names and addresses that certificates are made for."""

from collections.abc import Iterable

from mockserver.text.targets import simplify

LOCAL = ("localhost", "127.0.0.1", "::1")
"""What a client of this machine reaches a server by. All of them are in one certificate."""


def gather(names: Iterable[str]) -> tuple[str, ...]:
    """Each once and simplified, those of this machine too."""
    return tuple(sorted({*LOCAL, *map(simplify, names)}))
