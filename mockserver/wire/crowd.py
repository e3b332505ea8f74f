"""Those who wait for a client, and who of them goes when there are too many."""

import logging
from collections.abc import Collection
from typing import Protocol

EVICTED_AT_ONCE = 1 / 16
"""Of all connections, when there are too many: so that looking for the idle ones is seldom."""
TOO_MANY = (
    "%d connections are as many as the descriptors of this process allow: "
    "%d that were idle for longest are closed; ulimit -n tells and sets the limit"
)

log = logging.getLogger("mockserver")


class Timed(Protocol):
    """What waits for a client, and not for ever."""

    @property
    def deadline(self) -> float:
        """Of the loop's time."""

    @property
    def idle(self) -> bool:
        """Whether it is between two calls."""

    @property
    def waits_for_answer(self) -> bool:
        """Whether a call is whole: its client would miss the answer."""

    def expire(self) -> None:
        """The deadline is over."""

    def leave(self) -> None:
        """The server ends: so does this, once the answers under way are out."""

    def hurry(self) -> None:
        """The patience is over, too: whatever is still to come is due at once."""

    def abort(self) -> None: ...


def choose_evicted(crowd: Collection[Timed]) -> list[Timed]:
    """Those between two calls that have been for longest; if there are none, those that have been
    sending one for longest. It is told in the log.
    """
    found = [each for each in crowd if each.idle]
    found = found or [each for each in crowd if not each.waits_for_answer]
    found.sort(key=lambda each: each.deadline)
    evicted = found[: max(1, int(len(crowd) * EVICTED_AT_ONCE))]
    if evicted:
        log.warning(TOO_MANY, len(crowd), len(evicted))
    return evicted
