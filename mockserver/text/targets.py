"""Hosts and ports as people and clients write them."""

import re
from ipaddress import ip_address
from typing import NamedTuple

AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_.-]{1,253}))(?::([0-9]{1,5}))?")
MOST_PORT = 65_535


class Target(NamedTuple):
    """A host in its simple form, and a port, 0 where none is told."""

    host: str
    port: int


class Pattern(NamedTuple):
    """Those that somebody means: one host, or with ``*.`` all below it; port 0 is any."""

    host: str
    port: int

    def fits(self, target: Target) -> bool:
        below = self.host.startswith("*.") and target.host.endswith(self.host[1:])
        return self.port in (0, target.port) and (below or target.host == self.host)


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


def read_target(authority: str) -> Target | None:
    """Of ``host``, ``host:port`` or ``[address]:port``; None of anything else."""
    found = AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    address, name, port = found[1], found[2], int(found[3] or 0)
    if port > MOST_PORT or (address is not None and not is_address(address)):
        return None
    return Target(simplify(address or name), port)


def read_pattern(text: str) -> Pattern | None:
    """Of a target whose name may begin with ``*.``; None of anything else."""
    begin = "*." if text.startswith("*.") else ""
    target = read_target(text.removeprefix(begin))
    if target is None or (begin and is_address(target.host)):
        return None
    return Pattern(f"{begin}{target.host}", target.port)
