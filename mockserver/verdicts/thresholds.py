"""What the verdicts are measured by, and how far that can be set."""

from typing import NamedTuple


class Bounds(NamedTuple):
    """Of a whole number: both ends are included."""

    default: int
    low: int
    high: int


ATTEMPTS = Bounds(10, 1, 1_000)
WINDOW = Bounds(600, 1, 86_400)
BACK_OFF = Bounds(40, 0, 100)


class Thresholds(NamedTuple):
    """``attempts`` are the tries that one call may take; an equal call is another try of it within
    a ``window`` of seconds; ``back_off`` is by how many percent an interval between tries may be
    shorter than the one before, for clients that leave some of it to chance.
    """

    attempts: int = ATTEMPTS.default
    window: int = WINDOW.default
    back_off: int = BACK_OFF.default

    @property
    def window_ms(self) -> int:
        return self.window * 1_000


BOUNDS = {"attempts": ATTEMPTS, "window": WINDOW, "back_off": BACK_OFF}
"""By the name of the threshold."""
