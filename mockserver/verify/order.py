"""Whether calls came in the order of the expectations that they met."""

from collections.abc import Iterable, Sequence
from itertools import groupby

Match = tuple[int, int, str]
"""The place of a call, the number of the expectation that it matched, and its id."""


class Order:
    """Gives each expectation the first calls that it needs after those of the one before it.

    A call is given to one of them only, and taking the first that fit is never worse: so it is
    decided call by call. One that needs none has no place in the order.
    """

    def __init__(self, needed: Sequence[int]) -> None:
        self._left = [(number, least) for number, least in enumerate(needed) if least]
        """The numbers of those that still need calls, and how many, in order."""
        self._last = ""

    @property
    def is_kept(self) -> bool:
        return not self._left

    def take(self, matches: Iterable[Match]) -> None:
        """Further ones, sorted by their places."""
        for _, here in groupby(matches, key=lambda match: match[0]):
            if not self._left:
                return
            number, needed = self._left[0]
            for _, matched, entry_id in here:
                if matched == number:
                    self._last = entry_id
                    self._left[:1] = [(number, needed - 1)] if needed > 1 else []
                    break

    def explain(self, number: int) -> str:
        """Why the expectation of that number does not hold though it would by itself, empty where
        it is another's turn, or none's.
        """
        if not self._left or self._left[0][0] != number:
            return ""
        needed = self._left[0][1]
        after = (
            f"after {self._last}, the last of what is expected before" if self._last else "at all"
        )
        return f"of these {needed} more had to come {after}"
