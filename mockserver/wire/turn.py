"""One answer that takes its time: whose turn it is on a connection until it is out."""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from mockserver.pipeline.transfer import Transfer
from mockserver.wire.channel import Channel
from mockserver.wire.course import Course, Steps
from mockserver.wire.hub import Hub
from mockserver.wire.sides import Sides, State


class Stage(Enum):
    """What a client or a server that wants to end may expect of an answer under way."""

    ANSWERING = "it is on its way: it goes out to a client that has ended its own side, too"
    WAITING = "it is not there yet: a client that has ended its side cannot be told from one gone"
    STREAMING = "it has no end of its own: it ends with the client's side, and with the server"
    BREAKING = "it is broken off on purpose: the server may do so at any time"
    SILENT = "nothing more of it is sent, and nothing is read but the client's end"

    @property
    def ends_with_client(self) -> bool:
        return self in (Stage.WAITING, Stage.STREAMING, Stage.SILENT)


class Talk(Protocol):
    """The conversation that a turn is part of."""

    channel: Channel
    hub: Hub
    sides: Sides

    def end(self) -> None:
        """End the connection so that the client sees what was sent."""


class Turn:
    """``transfer`` is told what becomes of the answer, if it wants to know; the connection
    ``closes`` after it, or goes on.
    """

    __slots__ = ("_course", "_talk", "_transfer", "closes", "sent", "stage")

    def __init__(self, talk: Talk, transfer: Transfer | None, *, closes: bool) -> None:
        self._talk = talk
        self._transfer = transfer
        self.closes = closes
        self.sent = 0
        """Bytes of head and body."""
        self.stage = Stage.ANSWERING

    def begin(self, steps: Steps, finish: Callable[["Turn", Exception | None], None]) -> None:
        """Do the steps; ``finish`` is told when they are over, and of the error that ended them."""
        channel, loop = self._talk.channel, self._talk.hub.loop
        self._course = Course(loop, steps, lambda: channel.full, lambda error: finish(self, error))
        self._course.run()

    # What the steps need

    @property
    def half_closed(self) -> bool:
        return self._talk.sides.state is State.HALF_CLOSED

    @property
    def leaving(self) -> bool:
        """Whether the server ends."""
        return self._talk.hub.leaving

    @property
    def hurried(self) -> bool:
        return self._course.hurried

    def time(self) -> float:
        return self._talk.hub.loop.time()

    def call_from_thread(self, work: Callable[[], None]) -> None:
        self._talk.hub.loop.call_soon_threadsafe(work)

    def send(self, data: bytes) -> None:
        if data:
            self.count(len(data))
            self._talk.channel.send(data)
            if self._talk.channel.full:
                self._talk.sides.wait_for_room()

    def count(self, length: int) -> None:
        """So many bytes more go out now."""
        if self.sent == 0 and self._transfer is not None:
            self._transfer.begin()
        self.sent += length

    def follow(self, transfer: Transfer | None) -> None:
        """The answer is there only now: it is this one that is told what becomes of it."""
        self._transfer = transfer

    def fall_silent(self) -> None:
        """Take no notice any more of what comes, so that the client's end is noticed."""
        self.stage = Stage.SILENT
        self._talk.channel.resume()

    def break_off(self, *, reset: bool) -> None:
        """End the connection as a fault wants it, with a TCP reset or a clean close."""
        self._talk.sides.blame("fault")
        if reset:
            self._talk.channel.reset()
        else:
            self._talk.end()

    # What the conversation tells

    def wake(self) -> None:
        self._course.wake()

    def drain(self) -> None:
        self._course.drain()

    def hurry(self) -> None:
        self._course.hurry()

    @property
    def is_given_up(self) -> bool:
        """Whether nobody misses it: it was to be broken off, or is held back from a client that
        has most likely given up.
        """
        if self.stage in (Stage.BREAKING, Stage.SILENT):
            return True
        return self.half_closed and not self._course.waits_for_client

    def leave(self) -> None:
        """The server ends, and this is its last answer here."""
        self.closes = True
        self._course.wake()

    def lose(self) -> None:
        """The connection is no more."""
        self._course.stop()
        self.tell()

    def tell(self) -> None:
        """Have it known what was sent, as far as it went out, and that nothing more will be."""
        channel = self._talk.channel
        if self._transfer is not None:
            self._transfer.finish(self.sent - channel.unsent, channel.line)
