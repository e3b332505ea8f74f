"""A body that comes in parts."""

from mockserver.wire.hub import Hub


class Body:
    """Of one request: no more than ``limit`` bytes. All connections' together have a limit, too."""

    __slots__ = ("_come", "_hub", "limit")

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        # One buffer: an object for each of half a million chunks would be forty times their size.
        self._come: bytes | bytearray = b""
        self.limit = 0

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return len(self._come)

    @property
    def is_too_large(self) -> bool:
        return len(self._come) > self.limit

    @property
    def is_one_too_many(self) -> bool:
        """Whether the bodies that are not whole yet are too large together."""
        return self._hub.withheld > self._hub.limits.withheld_bytes

    def add(self, part: bytes) -> None:
        self._hub.withheld += len(part)
        if not self._come:
            self._come = part
            return
        if isinstance(self._come, bytes):
            self._come = bytearray(self._come)
        self._come += part

    def take(self) -> bytes:
        """All of it; then there is nothing."""
        whole = bytes(self._come)
        self.release()
        return whole

    def release(self) -> None:
        """Forget what came."""
        self._hub.withheld -= len(self._come)
        self._come = b""
