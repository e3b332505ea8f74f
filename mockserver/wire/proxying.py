"""Requests of clients that take this server for their proxy: tunnels, and absolute targets."""

import re
from base64 import b64decode
from collections.abc import Callable
from functools import partial

from mockserver.pipeline.tunnels import Verdict
from mockserver.wire.channel import Channel, Receiver
from mockserver.wire.environ import split_target
from mockserver.wire.forwarding import drop_for_proxies, rewrite
from mockserver.wire.hub import Hub
from mockserver.wire.one_answer import OneAnswer
from mockserver.wire.ports import Interception, WayOn
from mockserver.wire.refusing import (
    NO_CODE,
    TOO_LARGE_TO_PASS_ON,
    TOO_MANY_TUNNELS,
    Refused,
    refuse_unreachable,
)
from mockserver.wire.request import PROXY_USER, Request, describe_refusal
from mockserver.wire.tunnel import Tunnel

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
CODE = re.compile(rb"[0-9]{8}")
NOBODY = (b"", b"default")
SHARE = 1 / 4  # of all connections may be tunnels to other servers: each takes two descriptors


class Proxy:
    """Of one server. ``open`` makes what listens where a tunnel's inside begins, given the host
    that it is for and the sandbox's code.
    """

    def __init__(
        self,
        interception: Interception,
        hub: Hub,
        open: Callable[[Channel, Hub, str, str | None], Receiver],
    ) -> None:
        self.interception = interception
        self._hub = hub
        self._open = open

    def judge(
        self, request: Request, channel: Channel, code: str | None
    ) -> Request | Refused | WayOn:
        """What is to be answered here, as it then is, or why nothing is, or else where it leads.

        ``code`` is that of the sandbox which the channel is for, unless the request names one.
        """
        path, authority = (b"", None) if request.opens_tunnel else split_target(request.target)
        if authority is None and not request.opens_tunnel:
            return request
        try:
            code = read_code(request, code)
        except ValueError:
            return NO_CODE
        verdict = self._judge(request, authority, channel)
        if verdict.place == "refused":
            return Refused(verdict.status, verdict.reason, verdict.hint, verdict.host, code)
        if verdict.place == "there":
            if request.too_large:
                return TOO_LARGE_TO_PASS_ON._replace(code=code)
            if self._hub.tunnels >= self._hub.most * SHARE:
                return TOO_MANY_TUNNELS._replace(code=code)
            first = b"" if authority is None else rewrite(request, path, authority)
            return partial(self._lead_there, request, channel, verdict, code, first)
        if authority is None:
            return partial(self._lead_inside, channel, verdict.host, code)
        return request._replace(headers=drop_for_proxies(request.headers), code=code)

    def _judge(self, request: Request, authority: str | None, channel: Channel) -> Verdict:
        peer, own_port = channel.peer[0], channel.own[1]
        if authority is None:
            target = request.target.decode("latin-1")
            return self.interception.judge_tunnel(target, peer, own_port)
        scheme = "https" if request.target[:5].lower() == b"https" else "http"
        return self.interception.judge_call(scheme, authority, peer, own_port)

    def _lead_inside(
        self, channel: Channel, host: str, code: str | None, came: bytes, ended: bool
    ) -> None:
        """The client speaks with this server, as if it were the one that it wants.

        Later, as what came may be another such request, and so on.
        """
        channel.send(ESTABLISHED)
        channel.pause()
        channel.receiver = self._open(channel, self._hub, host, code)

        def go_on() -> None:
            if channel.closing:
                return
            channel.resume()
            if came:
                channel.receiver.receive(came)
            if ended and not channel.receiver.receive_end():
                channel.close()

        self._hub.loop.call_soon(go_on)

    def _lead_there(
        self,
        request: Request,
        channel: Channel,
        verdict: Verdict,
        code: str | None,
        first: bytes,
        came: bytes,
        ended: bool,
    ) -> None:
        """The client speaks with another server; ``first`` is what this one says in its place."""
        tunnel = OneAnswer(channel, self._hub) if first else Tunnel(channel, self._hub)
        channel.pause()
        channel.receiver = tunnel

        def begin() -> None:
            tunnel.begin(b"" if first else ESTABLISHED, first or came)
            if ended:
                tunnel.receive_end()

        def fail(reason: str) -> None:
            refused = refuse_unreachable(verdict.host, verdict.port, reason, code)
            transfer = self._hub.refuse(describe_refusal(refused, request, channel.peer[0]))
            data = refused.write(self._hub.date)
            channel.send(data)
            if transfer is not None:
                transfer.finish(len(data) - channel.unsent, channel.line)
            channel.line.closed_by = "server"
            channel.close()

        tunnel.connect(verdict.host, verdict.port, begin, fail)


def read_code(request: Request, otherwise: str | None) -> str | None:
    """The sandbox's, which the proxy's user name is; None for ``default``. Raises ValueError."""
    told = [value for name, value in request.headers if name == PROXY_USER]
    if not told:
        return otherwise
    scheme, _, credential = told[0].strip().partition(b" ")
    user = b64decode(credential.strip(), validate=True).partition(b":")[0]
    if len(told) > 1 or scheme.lower() != b"basic" or not credential:
        raise ValueError
    if user in NOBODY:
        return None
    if not CODE.fullmatch(user):
        raise ValueError
    return user.decode()
