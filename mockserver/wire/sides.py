"""The two sides of a connection that speaks HTTP: how they end, and how long ours waits."""

from enum import Enum
from math import inf
from typing import Literal

from mockserver.wire.channel import Channel
from mockserver.wire.hub import Hub
from mockserver.wire.request import Phase


class State(Enum):
    OPEN = "both go on"
    HALF_CLOSED = "the client has ended its own, and waits for the rest of its answers"
    LEFT = "somebody else listens on the channel"
    DRAINING = "ours has ended: what still comes is read, so that the client sees what was sent"


class Sides:
    """``deadline``, of the loop's time, is when the client's time is over."""

    __slots__ = ("_channel", "_drained", "_hub", "_phase", "deadline", "state")

    def __init__(self, channel: Channel, hub: Hub) -> None:
        self._channel = channel
        self._hub = hub
        self._phase = Phase.OVER
        self._drained = 0
        self.state = State.OPEN
        self.deadline = inf

    @property
    def over(self) -> bool:
        """Whether no further call is answered."""
        return self.state in (State.DRAINING, State.LEFT) or self._channel.closing

    def blame(self, whom: Literal["client", "server", "fault"]) -> None:
        """Tell who ended the connection, unless somebody did before."""
        if self._channel.line.closed_by is None:
            self._channel.line.closed_by = whom

    def wait_for(self, phase: Phase) -> None:
        """A head has its time as a whole; parts of a body and pauses between calls have each."""
        if phase is Phase.HEAD and self._phase is Phase.HEAD:
            return
        limits = self._hub.limits
        seconds = limits.keep_alive_seconds
        if phase is not Phase.BETWEEN:
            seconds = limits.head_seconds if phase is Phase.HEAD else limits.body_seconds
        self._phase = phase
        self.deadline = self._hub.loop.time() + seconds

    def wait_for_room(self) -> None:
        """The client is to read what was sent."""
        self.deadline = self._hub.loop.time() + self._hub.limits.write_seconds

    def wait_for_nothing(self) -> None:
        self._phase = Phase.OVER
        self.deadline = inf

    def end(self, behind: int, *, more: bool) -> None:
        """End the connection so that the client sees what was sent.

        A close is a reset to a client that is still sending: where ``more`` may come it is heard
        out for a while. ``behind`` are bytes that came and were not read.
        """
        self.blame("server")
        if not more or self.state is not State.OPEN:
            self._channel.close()
            return
        self.state = State.DRAINING
        self.deadline = self._hub.loop.time() + self._hub.limits.drain_seconds
        self._channel.send_end()
        self._channel.resume()
        self.drain_off(behind)

    def drain_off(self, length: int) -> None:
        """So much came that nobody wants."""
        self._drained += length
        if self._drained > self._hub.limits.drain_bytes:
            self._channel.close()

    def abort(self) -> None:
        self.blame("server")
        self._channel.abort()
