"""A client of whom no call is known yet."""

from mockserver.pipeline.refusal import Refusal
from mockserver.wire.channel import Channel
from mockserver.wire.hub import Hub


class Unmet:
    """``host`` is the name that a tunnel is for, ``code`` that of the sandbox it was asked for."""

    __slots__ = ("_channel", "_code", "_host", "_hub", "_told")

    def __init__(self, channel: Channel, hub: Hub, host: str, code: str | None) -> None:
        self._channel = channel
        self._hub = hub
        self._host = host
        self._code = code
        self._told = False
        """Whether it is known why there will be no call."""

    def _end(self) -> None:
        self._channel.line.closed_by = self._channel.line.closed_by or "server"
        self._channel.close()

    def _refuse(self, reason: str, hint: str) -> None:
        """Once: what follows from it is no news."""
        if not self._told:
            self._told = True
            host, peer = self._host, self._channel.peer[0]
            refusal = Refusal(reason, hint, host=host, code=self._code, peer=peer)
            transfer = self._hub.refuse(refusal)
            if transfer is not None:
                transfer.finish(0, self._channel.line)
