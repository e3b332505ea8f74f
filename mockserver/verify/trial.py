"""Expectations that are judged together, now or while calls come."""

from collections.abc import Sequence
from typing import Any

from mockserver.sandbox.world import Sandbox
from mockserver.verify.order import Match, Order
from mockserver.verify.watch import Watched


class Trial:
    """Holds the calls of a sandbox's journal against expectations, each call once.

    ``order`` asks for the calls that they need one after the other.
    """

    def __init__(self, watches: Sequence[Watched], sandbox: Sandbox, *, order: bool) -> None:
        self._watches = list(watches)
        self._sandbox = sandbox
        self._ordered = order
        self._fresh = True
        """Whether no look was taken yet: at the first all see what is there."""
        self._start()

    @property
    def seconds(self) -> float:
        """How long it may take until it is decided."""
        return max(watch.within for watch in self._watches)

    def find_pause(self, passed: float) -> float:
        """Seconds until the next of their times is over, so many after the beginning."""
        return min(
            (each.within - passed for each in self._watches if each.within > passed), default=0
        )

    def decide(self, passed: float, *, over: bool) -> bool | None:
        """Whether all hold, so many seconds after the beginning; None while that is open.

        Where it is ``over`` it is not.
        """
        self._see_news(passed, over=over)
        waiting = [watch for watch in self._watches if not over and passed < watch.within]
        if any(watch.spoilt or not (watch in waiting or watch.holds) for watch in self._watches):
            return False
        if not self._order.is_kept:
            return None if waiting else False
        return None if any(watch.never or not watch.holds for watch in waiting) else True

    def tell(self) -> list[dict[str, Any]]:
        """What came of each."""
        return [
            watch.tell(self._sandbox, self._order.explain(number))
            for number, watch in enumerate(self._watches)
        ]

    def _start(self) -> None:
        self._seen = 0
        self._edition = self._sandbox.journal.edition
        self._order = Order([watch.least for watch in self._watches] if self._ordered else [])

    def _see_news(self, passed: float, *, over: bool) -> None:
        """Those whose time was over before do not see it."""
        journal, fresh, self._fresh = self._sandbox.journal, self._fresh, False
        if journal.edition != self._edition:
            self._watches = [watch.start_anew() for watch in self._watches]
            self._start()
        if journal.total == self._seen:
            return
        place = max(self._seen, journal.dropped)
        calls, lost = journal.calls(place), place - self._seen
        longest = self.seconds
        found: list[Match] = []
        for number, watch in enumerate(self._watches):
            last = over and watch.within == longest
            if fresh or last or passed < watch.within:
                seen = watch.see(calls, place, lost)
                if self._ordered:
                    found += [(here, number, entry_id) for here, entry_id in seen]
        self._order.take(sorted(found))
        self._seen = place + len(calls)
