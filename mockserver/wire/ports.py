"""What the wire needs of whoever knows names, certificates and rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mockserver.pipeline.tunnels import Strike, Verdict
from mockserver.wire.channel import Channel
from mockserver.wire.refusing import Refused
from mockserver.wire.request import Request

if TYPE_CHECKING:
    import ssl


WayOn = Callable[[bytes, bool], None]
"""Has somebody else listen on a channel, who is told what came there beyond the request, and
whether the client has ended its side since.
"""


class Interception(Protocol):
    """Who is who, and what goes wrong with whom."""

    def judge_tunnel(self, authority: str, peer: str, own_port: int) -> Verdict:
        """Of a CONNECT to ``host:port`` by a client at the address ``peer``, who reached this
        server at its ``own_port``.
        """

    def judge_call(self, scheme: str, authority: str, peer: str, own_port: int) -> Verdict:
        """The same of a call whose target is absolute; without a port it is that of the scheme."""

    def context_for(self, name: str, flaw: str | None) -> ssl.SSLContext:
        """Certificate and key for a name, empty where the client told none; ``flaw`` is what is to
        be wrong with it. Raises Unprepared.
        """

    def strike(self, code: str | None, host: str) -> Strike | None:
        """Let the rules of the sandbox with that code, or of ``default``, strike a TLS handshake
        for a host, which counts. Nothing strikes one with a code that is no sandbox's.
        """


class Proxying(Protocol):
    """What becomes of the requests of clients that take this server for their proxy."""

    interception: Interception

    def judge(
        self, request: Request, channel: Channel, code: str | None
    ) -> Request | Refused | WayOn: ...
