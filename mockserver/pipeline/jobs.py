"""Something due at an instant of a sandbox's clock, and who sees to it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.api.changes import Change

JOBS = "jobs"
"""The table of a sandbox's jobs. A document has an ``id``, the ``kind``, the instant ``due``, and
what its kind needs to know beside."""

Job = Mapping[str, Any]


def do_nothing() -> None:
    pass


class Happening(NamedTuple):
    """What a job comes to: ``changes``, which are made in one step with its removal, and what is
    done ``then``.
    """

    changes: Sequence[Change] = ()
    then: Callable[[], None] = do_nothing


Handler = Callable[[Job], Happening]
"""Sees to the jobs of one kind. What it asks of the sandbox's time is the job's own instant. If it
raises, the job is told in the log and is over."""
