"""What the server is told about clients that take it for their proxy, or speak TLS to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mockserver.interception.opening import Opening
from mockserver.interception.targets import PORTS, Targets
from mockserver.pipeline.tunnels import Strike, Unprepared, Verdict
from mockserver.text.mistakes import Refused

if TYPE_CHECKING:
    import ssl


class Interceptor:
    """``owners`` are the providers by their hosts; ``strike`` has the rules of the sandbox with a
    code strike a handshake with a provider, None for none.
    """

    def __init__(
        self,
        opening: Opening,
        targets: Targets,
        owners: Mapping[str, str],
        strike: Callable[[str | None, str | None], Strike | None],
    ) -> None:
        self._opening = opening
        self._targets = targets
        self._owners = owners
        self._strike = strike

    def judge_tunnel(self, authority: str, peer: str, own_port: int) -> Verdict:
        """A tunnel that would need TLS is refused where there can be none: inside it nobody could
        tell why.
        """
        verdict = self._targets.judge(authority, None, peer, own_port)
        if verdict.place == "here" and verdict.port == PORTS["https"]:
            try:
                self._opening.open()
            except Refused as refused:
                status, hint = refused.status, refused.hint
                return verdict._replace(
                    place="refused", status=status, reason=refused.message, hint=hint
                )
        return verdict

    def judge_call(self, scheme: str, authority: str, peer: str, own_port: int) -> Verdict:
        return self._targets.judge(authority, scheme, peer, own_port)

    def context_for(self, name: str, flaw: str | None) -> ssl.SSLContext:
        try:
            return self._opening.open().context_for(name or None, flaw)
        except Refused as refused:
            raise Unprepared(refused.message, refused.hint) from None

    def strike(self, code: str | None, host: str) -> Strike | None:
        return self._strike(code, self._owners.get(host.removesuffix(".")))
