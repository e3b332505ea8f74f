"""When which sandbox has something due, by the machine's clock, and who wakes up for it."""

import heapq
from collections.abc import Callable
from threading import Lock

from mockserver.sandbox.clock import Clock
from mockserver.sandbox.thread_driver import ThreadDriver
from mockserver.text.times import SECOND

AT_ONCE = 100  # sandboxes, so that a server of one loop answers calls in between
LONGEST_WAIT, SHORTEST_WAIT = 60.0, 0.001  # seconds: whoever sets the machine's clock is noticed
STALE = 64  # places in the heap that nobody needs any more, before it is made anew

Arm = Callable[[float | None], None]
"""Has ``run_due`` called once, in so many seconds, in place of what was armed before; None: not at
all."""


class Agenda:
    """A heap of instants with the ids of sandboxes: none is kept alive by it.

    Whoever runs the server drives it, by ``drive_by``: the built-in one by its loop. Where nobody
    does, a thread is started when there is first something to wait for.
    """

    def __init__(self, clock: Clock, work: Callable[[str], None]) -> None:
        """``work`` runs what is due in the sandbox of that id, and plans what is next there."""
        self._clock = clock
        self._work = work
        self._lock = Lock()
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self._armed_for: int | None = None
        self._thread: ThreadDriver | None = ThreadDriver(self)
        self._arm: Arm = self._thread.arm

    def drive_by(self, arm: Arm) -> None:
        """Have somebody else wake up than a thread."""
        with self._lock:
            if self._thread is not None:
                self._thread.stop()
            self._thread, self._arm = None, arm
            self._wake_up()

    def plan(self, sandbox_id: str, due: int | None) -> None:
        """A sandbox has something due at that instant, and nothing before; None: not at all."""
        with self._lock:
            if self._due.get(sandbox_id) == due:
                return
            if due is None:
                del self._due[sandbox_id]
            else:
                self._due[sandbox_id] = due
                heapq.heappush(self._heap, (due, sandbox_id))
            earliest = self._find_earliest()
            if earliest != self._armed_for:
                self._wake_up()

    def run_due(self) -> None:
        """Run what is due in all sandboxes, and wait for what is next."""
        for sandbox_id in self._take_due():
            self._work(sandbox_id)
        with self._lock:
            self._wake_up()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self.drive_by(lambda wait: None)

    def _take_due(self) -> list[str]:
        now, taken = self._clock.now(), list[str]()
        with self._lock:
            self._armed_for = None
            while len(taken) < AT_ONCE:
                due = self._find_earliest()
                if due is None or due > now:
                    break
                taken.append(heapq.heappop(self._heap)[1])
                del self._due[taken[-1]]
        return taken

    def _find_earliest(self) -> int | None:
        if len(self._heap) > 2 * len(self._due) + STALE:
            self._heap = sorted((due, sandbox_id) for sandbox_id, due in self._due.items())
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _wake_up(self) -> None:
        """Have ``run_due`` called when the earliest is due."""
        self._armed_for = earliest = self._find_earliest()
        if earliest is None:
            self._arm(None)
            return
        wait = (earliest - self._clock.now()) / SECOND
        self._arm(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))
