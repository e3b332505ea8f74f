"""What an outsider can make long, many or late on the wire, and how far."""

from typing import NamedTuple

KIB, MIB = 1_024, 1_048_576


class Limits(NamedTuple):
    """Bytes and seconds. What is over a limit is refused, or the connection ends."""

    head_bytes: int = 64 * KIB
    """Of a call's address and headers; of what stands between the parts of a body; of trailers."""
    headers: int = 500
    """Of a call: the smallest take a hundred times as much memory as they have bytes."""
    head_seconds: float = 10.0
    """From the first byte of a head to its last one."""
    body_seconds: float = 30.0
    """From one part of a body to the next."""
    keep_alive_seconds: float = 75.0
    """Between two calls: longer than clients keep idle connections, so that they never race us."""
    write_seconds: float = 60.0
    """In which a client reads nothing of what was sent."""
    drain_bytes: int = 8 * MIB
    """Of a body that was refused, which are still read so that the client comes to see why."""
    drain_seconds: float = 2.0
    withheld_bytes: int = 64 * MIB
    """Of the bodies of all connections that are not whole yet."""
    behind_bytes: int = 64 * KIB
    """Read of one connection beyond the call that is being answered."""
    grace_seconds: float = 10.0
    """For answers under way when the server ends."""
    streams: int = 100
    """Answers of a user's own views that are read in a thread each at the same time."""
