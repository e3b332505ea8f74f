"""Expectations that are judged together, now or while calls come."""

from collections.abc import Sequence
from typing import Any

from mockserver.sandbox.journal import Kept
from mockserver.sandbox.kept_call import Contents
from mockserver.sandbox.world import Sandbox
from mockserver.verify.order import Match, Order
from mockserver.verify.watch import Watched

WORK = 20_000
"""Calls that one look holds against expectations, so that it holds up others for some 20 ms."""
PIECE = 100
"""Calls whose bodies are decoded at once, where there is more than one expectation."""


class Trial:
    """Holds the calls of a sandbox's journal against expectations, each call once.

    ``order`` asks for the calls that they need one after the other.
    """

    def __init__(self, watches: Sequence[Watched], sandbox: Sandbox, *, order: bool) -> None:
        self._watches = list(watches)
        self._sandbox = sandbox
        self._ordered = order
        self._fresh_to: int | None = None
        """The place up to which all see the calls, whatever time they have: those that there were
        at the first look.
        """
        self._start()

    @property
    def seconds(self) -> float:
        """How long it may take until it is decided."""
        return max(watch.within for watch in self._watches)

    def find_pause(self, passed: float) -> float:
        """Seconds until there is something to do though nothing happens, so many after the
        beginning: until the next of their times is over, or 0 where a look was cut short.
        """
        if self._unseen:
            return 0
        return min(
            (each.within - passed for each in self._watches if each.within > passed), default=0
        )

    def decide(self, passed: float, *, over: bool) -> bool | None:
        """Whether all hold, so many seconds after the beginning; None while that is open.

        Where it is ``over`` it is not, unless the look was cut short.
        """
        self._see_news(passed, over=over)
        if self._unseen:
            return None
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
        self._unseen: list[Kept] = []
        """The calls from there on that were not looked at yet, as far as they are taken."""
        self._edition = self._sandbox.journal.edition
        self._order = Order([watch.least for watch in self._watches] if self._ordered else [])

    def _see_news(self, passed: float, *, over: bool) -> None:
        journal = self._sandbox.journal
        if journal.edition != self._edition:
            self._watches = [watch.start_anew() for watch in self._watches]
            self._start()
            self._fresh_to = None if self._fresh_to is None else 0
        lost = 0
        if not self._unseen:
            place = max(self._seen, journal.dropped)
            self._unseen, lost, self._seen = journal.calls(place), place - self._seen, place
        if self._fresh_to is None:
            self._fresh_to = journal.total
        if not self._unseen and not lost:
            return
        most = max(PIECE, WORK // len(self._watches))
        size = PIECE if len(self._watches) > 1 else most
        calls, self._unseen = self._unseen[:most], self._unseen[most:]
        for start in range(0, max(1, len(calls)), size):
            self._see(calls[start : start + size], 0 if start else lost, passed, over=over)

    def _see(self, calls: list[Kept], lost: int, passed: float, *, over: bool) -> None:
        """Those whose time was over before do not see them."""
        place, longest = self._seen, self.seconds
        contents = Contents() if len(self._watches) > 1 else None
        fresh = self._fresh_to is not None and place - lost < self._fresh_to
        found: list[Match] = []
        for number, watch in enumerate(self._watches):
            last = over and watch.within == longest
            if fresh or last or passed < watch.within:
                seen = watch.see(calls, place, lost, contents)
                if self._ordered:
                    found += [(here, number, entry_id) for here, entry_id in seen]
        self._order.take(sorted(found))
        self._seen = place + len(calls)
