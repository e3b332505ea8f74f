"""Answers that go out together."""

from mockserver.pipeline.transfer import Line, Transfer


class Gathered:
    """Of one connection, in one turn of the loop."""

    __slots__ = ("_parts", "_told", "handed_on")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._told: list[tuple[Transfer, int]] = []
        self.handed_on = False
        """Whether they are on their way, and may only be told of."""

    def add(self, data: bytes, size: int, transfer: Transfer | None) -> None:
        """``size`` is that of the answer, of which the data may be a cipher."""
        self._parts.append(data)
        if transfer is not None:
            self._told.append((transfer, size))

    def take(self) -> bytes:
        """All of it, to be sent now."""
        self.handed_on = True
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def tell(self, unsent: int, line: Line) -> None:
        """Have it known that all went out, but for so many bytes at the end and what was never
        handed on.
        """
        unsent += sum(map(len, self._parts))
        for transfer, size in reversed(self._told):
            left = min(size, unsent)
            unsent -= left
            transfer.finish(size - left, line)
