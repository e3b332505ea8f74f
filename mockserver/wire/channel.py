"""What octets go through: a connection, the inside of TLS, the inside of a tunnel.

Whoever speaks over one does not know which it is, so each may be wrapped into another.
"""

from typing import Protocol

from mockserver.pipeline.transfer import Line, Transfer


class Receiver(Protocol):
    """What listens at the end of a channel."""

    def receive(self, data: bytes) -> None: ...

    def receive_end(self) -> bool:
        """The client has ended its own side. Whether ours is to stay open."""

    def drain(self) -> None:
        """All that was sent is out: the channel is not ``full`` any more."""

    def lose(self) -> None:
        """The channel is no more: it was closed by either side. Called once."""


class Channel(Protocol):
    """What sends, and tells its ``receiver`` what comes."""

    receiver: Receiver
    line: Line
    scheme: str
    """``http``, or ``https`` inside of TLS."""
    depth: int
    """How many channels this one goes through."""
    peer: tuple[str, int]
    """The client's address."""
    own: tuple[str, int]
    """The server's."""

    @property
    def full(self) -> bool:
        """Whether some of what was sent is still waiting for the client to read."""

    @property
    def unsent(self) -> int:
        """Of what was sent last, bytes that were still waiting when it was."""

    @property
    def closing(self) -> bool: ...

    def send(self, data: bytes) -> None:
        """At once, as far as the client reads."""

    def gather(self, data: bytes, size: int, transfer: Transfer | None) -> None:
        """Send with whatever else is gathered in this turn of the loop, after it: ``size`` bytes,
        of which ``transfer`` is told when they are out. Others' calls are answered meanwhile, so
        that reading, answering and writing are done many at a time: 5 to 10 µs a call.
        """

    def pause(self) -> None:
        """Read nothing until ``resume``; the client's end is not noticed meanwhile."""

    def resume(self) -> None: ...

    def acknowledge(self) -> None:
        """Have the client know now that what came is here: until it does, it may hold back what is
        still to come (RFC 896), and our side may wait for an answer to tell it with.
        """

    def send_end(self) -> None:
        """End our own side once all is out."""

    def close(self) -> None:
        """End the connection once all is out. ``line.closed_by`` is the caller's to set."""

    def abort(self) -> None:
        """End the connection at once, whatever was not out yet."""

    def reset(self) -> None:
        """End the connection at once, with a TCP reset."""


class NobodyListens:
    """The receiver of a channel that is no more, so that it holds on to nothing."""

    def receive(self, data: bytes) -> None: ...

    def receive_end(self) -> bool:
        return False

    def drain(self) -> None: ...

    def lose(self) -> None: ...


NOBODY_LISTENS = NobodyListens()


NOBODY_LISTENS = NobodyListens()
