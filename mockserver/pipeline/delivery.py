"""How an answer goes over the wire, where that is not the usual way."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Sent = Literal["all", "part", "garbage", "nothing"]


Part = bytes | memoryview
"""Some of the octets of an answer, or a view of them: many calls may share one body."""


def send_nothing(head: bytes, body: bytes) -> tuple[Part, Part]:
    return b"", b""


class Ending(NamedTuple):
    """The connection ends instead of carrying a whole answer.

    ``data`` makes what is sent in place of head and body of the answer, and ``sent`` says in a
    word what that is. ``hold_ms`` is how long the connection then stays open and silent, None
    until the client gives up. ``reset`` ends it with a TCP reset rather than a clean close.
    """

    data: Callable[[bytes, bytes], tuple[Part, Part]] = send_nothing
    sent: Sent = "nothing"
    reset: bool = False
    hold_ms: float | None = 0.0


PIECES = 20  # of a body that is to take a certain time
PER_SECOND = 10  # pieces of a body that comes at a certain rate


class Drip(NamedTuple):
    """A body that comes in pieces: at so many bytes a second, or over so many milliseconds."""

    bytes_per_second: float | None = None
    over_ms: float | None = None

    def size(self, length: int) -> int:
        """Bytes of a piece."""
        if self.bytes_per_second is not None:
            return max(1, int(self.bytes_per_second / PER_SECOND))
        return max(1, math.ceil(length / PIECES))

    def gap_ms(self, length: int) -> float:
        """Milliseconds before each piece."""
        size = self.size(length)
        if self.bytes_per_second is not None:
            return size / self.bytes_per_second * 1000
        return (self.over_ms or 0.0) / max(1, math.ceil(length / size))


@dataclass(slots=True, eq=False, repr=False)
class Delivery:
    """``before_ms`` until the first byte, ``between_ms`` between head and body of the answer."""

    before_ms: float = 0.0
    between_ms: float = 0.0
    drip: Drip | None = None
    ending: Ending | None = None

    def cut(self, length: int) -> Iterator[tuple[int, int, float]]:
        """Where each piece of a body begins and ends, and the milliseconds before it."""
        if self.drip is None:
            yield 0, length, 0.0
            return
        size, gap = self.drip.size(length), self.drip.gap_ms(length)
        for begin in range(0, length, size):
            yield begin, min(begin + size, length), gap

    @property
    def sent(self) -> Sent:
        """What of the answer the client gets."""
        return "all" if self.ending is None else self.ending.sent

    @property
    def planned_ms(self) -> float:
        """How long the client is made to wait, as far as that does not depend on the body."""
        waits = [self.before_ms, self.between_ms]
        if self.ending is not None:
            waits.append(self.ending.hold_ms or 0.0)
        if self.drip is not None and self.sent in ("all", "part"):
            waits.append(self.drip.over_ms or 0.0)
        return sum(waits)

    @property
    def usual(self) -> bool:
        return not (self.before_ms or self.between_ms or self.drip or self.ending)
