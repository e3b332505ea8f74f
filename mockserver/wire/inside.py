"""A channel within another: what it has of that one."""

from mockserver.wire.channel import Channel, Receiver


class Inside:
    """``below`` is the channel that it goes through."""

    __slots__ = ("_added", "_below", "depth", "line", "own", "peer", "receiver", "scheme")

    receiver: Receiver

    def __init__(self, below: Channel, scheme: str) -> None:
        self._below = below
        self._added = 0
        """Bytes that were added to what was sent last."""
        self.line, self.peer, self.own = below.line, below.peer, below.own
        self.scheme = scheme
        self.depth = below.depth + 1

    @property
    def full(self) -> bool:
        return self._below.full

    @property
    def unsent(self) -> int:
        return max(0, self._below.unsent - self._added)

    @property
    def closing(self) -> bool:
        return self._below.closing

    def acknowledge(self) -> None:
        self._below.acknowledge()
