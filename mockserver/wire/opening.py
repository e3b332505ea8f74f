"""The first byte of a connection, which tells what is spoken on it."""

from mockserver.wire.channel import Channel
from mockserver.wire.http import HTTP
from mockserver.wire.hub import Hub


class Opening:
    """Waits for the first byte, and hands over."""

    __slots__ = ("_channel", "_hub", "deadline")

    idle = True

    def __init__(self, channel: Channel, hub: Hub) -> None:
        self._channel = channel
        self._hub = hub
        self.deadline = hub.loop.time() + hub.limits.keep_alive_seconds
        hub.add(self)

    def receive(self, data: bytes) -> None:
        self._hub.remove(self)
        self._channel.receiver = HTTP(self._channel, self._hub)
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
