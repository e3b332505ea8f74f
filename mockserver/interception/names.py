"""The names and addresses that certificates are made for."""

from collections.abc import Iterable
from ipaddress import ip_address

LOCAL = ("localhost", "127.0.0.1", "::1")
"""What a client of this machine reaches a server by. All of them are in one certificate."""


def simplify(name: str) -> str:
    """Names that differ in letter case or a final dot are one, as are spellings of an address."""
    simple = name.lower().removesuffix(".")
    return ip_address(simple).compressed if is_address(simple) else simple


def is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def gather(names: Iterable[str]) -> tuple[str, ...]:
    """Each once and simplified, those of this machine too."""
    return tuple(sorted({*LOCAL, *map(simplify, names)}))
