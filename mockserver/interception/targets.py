"""Which host is whose: what a client may ask for that takes this server for its proxy.

Nothing that a client asks for by accident reaches the real world, and nobody but a client of this
machine reaches other servers through this one.
"""

from collections.abc import Collection, Iterable
from ipaddress import ip_address

from mockserver.pipeline.tunnels import Verdict
from mockserver.text.targets import Pattern, Target, is_address, read_target, simplify

PORTS = {"http": 80, "https": 443}
LOCAL = "localhost"


class Targets:
    """``providers`` are the hosts that this server stands in for, ``own`` the names that it goes by
    itself, at whatever port, and ``passed`` what a user lets through.
    """

    def __init__(
        self, providers: Collection[str], own: Iterable[str], passed: Iterable[Pattern]
    ) -> None:
        self._providers = providers
        self._own = frozenset(map(simplify, own))
        self._passed = tuple(passed)

    def judge(self, authority: str, scheme: str | None, peer: str, own_port: int) -> Verdict:
        """What becomes of a call by its ``scheme`` or, without one, of a tunnel.

        ``peer`` is the client's address, ``own_port`` where it reached this server.
        """
        target = read_target(authority)
        if target is not None and not target.port and scheme is not None:
            target = target._replace(port=PORTS[scheme])
        if target is None or not target.port:
            return Verdict("refused", "", 0, 400, *_tell_form(scheme))
        if target.host in self._providers:
            return _judge_provider(target)
        if target.host in self._own or (target.port == own_port and is_local(target.host)):
            return Verdict("here", *target)
        if not (is_local(target.host) or any(each.fits(target) for each in self._passed)):
            return _forbid_stranger(target)
        if not is_local(peer):
            reason = f"{target.host} is for clients on the server's own machine"
            hint = f"have the client reach {target.host} past this proxy, such as by NO_PROXY"
            return _forbid(target, reason, hint)
        if scheme == "https":
            reason = "a call is passed on to http:// alone"
            return Verdict("refused", *target, 501, reason, "have the client use CONNECT")
        return Verdict("there", *target)


def is_local(host: str) -> bool:
    """Literally: no name is looked up for it."""
    return host == LOCAL or (is_address(host) and ip_address(host).is_loopback)


def _judge_provider(target: Target) -> Verdict:
    if target.port in PORTS.values():
        return Verdict("here", *target)
    reason = f"{target.host} is a provider's host, and has nothing at port {target.port}"
    return _forbid(target, reason, "it answers at 443 (https) and at 80 (http)")


def _forbid_stranger(target: Target) -> Verdict:
    hint = (
        "nothing reaches the real world by accident: GET /_mock/providers lists the hosts that "
        f"are answered here; --pass {target.host} lets this one through"
    )
    return _forbid(target, f"{target.host} is no provider's host", hint)


def _forbid(target: Target, reason: str, hint: str) -> Verdict:
    return Verdict("refused", *target, 403, reason, hint)


def _tell_form(scheme: str | None) -> tuple[str, str]:
    """Reason and hint."""
    if scheme is None:
        return "CONNECT has no host and port", "expected something like CONNECT localhost:443"
    return f"what follows {scheme}:// is no host", f"expected something like {scheme}://localhost/"
