"""A body that comes in parts."""

from mockserver.wire.hub import Hub


class Body:
    """Of one request: no more than ``limit`` bytes. All connections' together have a limit, too."""

    __slots__ = ("_hub", "_parts", "_size", "limit")

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._parts: list[bytes] = []
        self._size = 0
        self.limit = 0

    @property
    def is_too_large(self) -> bool:
        return self._size > self.limit

    @property
    def is_one_too_many(self) -> bool:
        """Whether the bodies that are not whole yet are too large together."""
        return self._hub.withheld > self._hub.limits.withheld_bytes

    def add(self, part: bytes) -> None:
        self._size += len(part)
        self._hub.withheld += len(part)
        self._parts.append(part)

    def take(self) -> bytes:
        """All of it; then there is nothing."""
        whole = b"".join(self._parts)
        self.release()
        return whole

    def release(self) -> None:
        """Forget what came."""
        self._hub.withheld -= self._size
        self._size = 0
        self._parts.clear()
