"""An answer whose end is not known yet, and comes in pieces as they come to be."""

from collections.abc import Callable
from typing import NamedTuple


class Stream(NamedTuple):
    """The body of an answer that goes on: its head is the answer's.

    ``take`` gives what is to be sent now: empty where there is nothing yet, None at the end. It is
    not called while the client is slow to read what was sent before, and never waits itself. It is
    worth being called again whenever the function is called that was handed to ``listen``, from any
    thread, and after so many seconds as ``pause`` tells each time. What ``listen`` gives ends the
    listening.
    """

    take: Callable[[], bytes | None]
    pause: Callable[[], float]
    listen: Callable[[Callable[[], None]], Callable[[], None]]
