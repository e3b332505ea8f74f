"""When sandboxes with a time to live may be over."""

import heapq

from mockserver.sandbox.clock import Clock
from mockserver.sandbox.world import Sandbox


class Expiry:
    """A heap of instants by the machine's clock; asking costs nothing while none is due."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[int, str]] = []

    def add(self, sandbox: Sandbox) -> None:
        """Look after one, if it has a time to live at all."""
        if sandbox.about["ttl"] is not None:
            self.look_again(sandbox, end_of(sandbox))

    def look_again(self, sandbox: Sandbox, at: int) -> None:
        heapq.heappush(self._due, (at, sandbox.id))

    def is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= self._clock.now()

    def take_due(self) -> list[str]:
        """The ids of those that may be over now, which are not looked after any more."""
        now, taken = self._clock.now(), []
        while self._due and self._due[0][0] <= now:
            taken.append(heapq.heappop(self._due)[1])
        return taken


def end_of(sandbox: Sandbox) -> int:
    """When a sandbox with a time to live is over, as far as is known now."""
    return int(sandbox.used_at + sandbox.about["ttl"])
