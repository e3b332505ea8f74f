"""The first byte of a connection, which tells what is spoken on it."""

from mockserver.late import LateModule
from mockserver.pipeline.refusal import Refusal
from mockserver.wire.channel import Channel
from mockserver.wire.http import HTTP
from mockserver.wire.hub import Hub
from mockserver.wire.refusing import NO_ROOM

HANDSHAKE = LateModule("mockserver.wire.handshake")  # which many a server never needs
TLS = 22
"""The first byte of a ClientHello: the record is one of the handshake (RFC 8446 5.1)."""
MOST_LAYERS = 3
"""Of TLS inside of TLS: a proxy that is reached by TLS takes two."""


class Opening:
    """Waits for the first byte, and hands over. Inside of a tunnel ``host`` is what it is for, and
    ``code`` the sandbox's.
    """

    __slots__ = ("_channel", "_code", "_host", "_hub", "deadline")

    idle = True
    waits_for_answer = False

    def __init__(self, channel: Channel, hub: Hub, host: str = "", code: str | None = None) -> None:
        self._channel = channel
        self._hub = hub
        self._host = host
        self._code = code
        self.deadline = hub.loop.time() + hub.limits.keep_alive_seconds
        if not hub.add(self):
            self._refuse()

    def _refuse(self) -> None:
        """There is no room for one more."""
        channel = self._channel
        told = Refusal(
            NO_ROOM.reason, NO_ROOM.hint, NO_ROOM.status, code=self._code, peer=channel.peer[0]
        )
        transfer = self._hub.refuse(told)
        data = NO_ROOM.write(self._hub.date)
        channel.send(data)
        if transfer is not None:
            transfer.finish(len(data) - channel.unsent, channel.line)
        self.expire()

    def receive(self, data: bytes) -> None:
        self._hub.remove(self)
        channel, hub = self._channel, self._hub
        if data[0] == TLS and hub.proxy is not None and channel.depth < MOST_LAYERS:
            channel.receiver = HANDSHAKE.Handshake(
                channel, hub, hub.proxy, Opening, self._host, self._code
            )
        else:
            channel.receiver = HTTP(channel, hub, self._code)
        self._channel.receiver.receive(data)

    def receive_end(self) -> bool:
        return False

    def drain(self) -> None: ...

    def lose(self) -> None:
        self._hub.remove(self)

    def expire(self) -> None:
        self._channel.line.closed_by = "server"
        self._channel.close()

    leave = hurry = abort = expire
