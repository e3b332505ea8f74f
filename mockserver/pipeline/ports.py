"""What the way of a call needs of the rooms around it, as small interfaces."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from mockserver.api.account import Account
from mockserver.api.call import Call
from mockserver.api.catalogue import Fail
from mockserver.api.changes import Change
from mockserver.api.exchange import Event, Exchange
from mockserver.api.interfaces import World
from mockserver.api.message import Message
from mockserver.api.provider import Claim
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.refusal import Refusal
from mockserver.pipeline.transfer import Transfer
from mockserver.pipeline.tunnels import Strike
from mockserver.text.masking import Masking

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Stamp(NamedTuple):
    """What a sandbox gives a call that falls into it: an id, and the instants of its own clock
    and of the machine's. ``ordinal`` is the change that keeps the id from being given out again,
    ``peer_now`` the instant that stamps of the client's are judged by.
    """

    id: str
    at: int
    machine_at: int
    ordinal: Change
    peer_now: int


@dataclass(slots=True, eq=False, repr=False)
class Outcome:
    """How a call went, which ``arrived`` at that instant of ``time.perf_counter``.

    ``exchange`` is None where the path is no provider's; ``error`` is the catalogue's name.
    ``failure`` is that of the natural answer, also where a fault put another in its place.
    ``natural`` is the answer without faults, where some struck; ``committed`` whether the call's
    work was done, which are the ``changes`` and what happened by them, the ``events``. ``refusal``
    is why it never became a call.
    """

    call: Call
    stamp: Stamp
    answer: Answer
    arrived: float
    exchange: Exchange | None = None
    error: str | None = None
    failure: Fail | None = None
    plan: Plan | None = None
    natural: Answer | None = None
    committed: bool = False
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    unattributed: str | None = None
    refusal: Refusal | None = None


class Striker(Protocol):
    """The fault rules of one sandbox."""

    def strike(
        self, exchange: Exchange, counts: list[Change], notes: dict[str, Any]
    ) -> Plan | None:
        """Plan what strikes the call, None for nothing.

        Counting it, also against every rule that matches, are changes that are added to
        ``counts``, and what rules remember is added to ``notes``: these stay in any case. Raises
        Refused for a bad header.
        """

    def strike_handshake(self, provider: str | None) -> Strike | None:
        """What strikes a TLS handshake with a provider's host, None for the server's own name. It
        counts at once. Raises Refused where that cannot be kept.
        """


class CallWorld(World, Protocol):
    """One world, as a call sees it from the pipeline."""

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held from stamp to record."""

    @property
    def closed(self) -> bool:
        """Whether the sandbox was deleted since it was found."""

    @property
    def tells_reasons(self) -> bool:
        """Whether the answer to a failed call has the reason in a header."""

    @property
    def faults(self) -> Striker: ...

    def stamp(self) -> Stamp: ...

    def find_account(self, provider: str, credential: str | None) -> Account | None:
        """The account that the first credential of a request names."""

    def adopt(self, provider: str, claim: Claim) -> Account | None:
        """The main account under the credentials that came, where the sandbox takes any."""

    def find_message(self, provider: str, message_id: str) -> Message | None: ...

    def keep_notes(self, notes: Mapping[str, Any]) -> list[Change]:
        """The changes that keep these notes within their bound."""

    def change(self, changes: list[Change]) -> None:
        """Make all of the changes or, where they cannot be kept, none. Raises Refused."""

    def masking_of(self, outcome: Outcome) -> Masking:
        """What must not be seen of a call."""

    def write_down(self, outcome: Outcome) -> Transfer:
        """Write a call down: in the journal, and in the transcript where something struck. What is
        given wants to know what becomes of the answer.
        """


class CallWorlds(Protocol):
    """All worlds."""

    @property
    def default(self) -> CallWorld: ...

    def find_by_code(self, code: str) -> CallWorld | None: ...

    def find_by_credential(self, provider: str, credential: str | None) -> CallWorld | None: ...

    def count_unattributed(self) -> None: ...
