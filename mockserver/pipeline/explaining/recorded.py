"""A call as it was kept, to be explained."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.api.call import Call
from mockserver.pipeline.ports import Stamp


class Failed(NamedTuple):
    """The check that failed, of the answer without faults: its reason and the reason's parts."""

    check: str | None
    error: str | None
    because: str
    expected: str
    came: str


class Recorded(NamedTuple):
    """What is kept of a call.

    ``call`` has its target, headers and body; path and segments are to be read again, and
    ``whole`` says whether nothing of it was cut. ``provider``, ``operation``, ``account`` are as
    they were recognised. ``natural`` is the status that it would have had without faults, None
    where none struck; ``injected`` are the rules that did, with their draws, ``fault`` the one
    that was reported, and ``when`` before or after the work. ``hint`` is what to do about what was
    refused before it was a call, None of a call.
    """

    call: Call
    stamp: Stamp
    provider: str | None
    operation: str | None
    account: str | None
    status: int | None
    error: str | None
    because: str | None
    committed: bool
    changes: Sequence[Mapping[str, Any]]
    failed: Failed | None
    unattributed: str | None
    fault: str | None
    injected: Sequence[Mapping[str, Any]]
    when: str | None
    natural: int | None
    whole: bool
    hint: str | None = None
