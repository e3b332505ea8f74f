"""One call in its sandbox, on its way through an operation's checks to its handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from mockserver.api.account import Account, Number
from mockserver.api.call import Call, Reply
from mockserver.api.catalogue import Catalogue
from mockserver.api.changes import Change
from mockserver.api.interfaces import World
from mockserver.api.limits import Allowance
from mockserver.api.message import Message


class Owner(Protocol):
    """The provider that documents a call, as far as a call needs it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def errors(self) -> type[Catalogue]: ...
    def may_answer(self, operation: Documented, row: Catalogue) -> bool: ...


class Documented(Protocol):
    """The operation that a call is one of, as far as a call needs it."""

    @property
    def name(self) -> str: ...
    def declares(self, row: Catalogue) -> bool: ...


class Subject(NamedTuple):
    """What a call is about, as far as the request itself says.

    ``business_number`` is as the account has it or, where it is none of the account's, as it came;
    ``number`` is the account's own.
    """

    message_id: str | None = None
    business_number: str | None = None
    number: Number | None = None


NOTHING = Subject()


class Event(NamedTuple):
    """Something that happened to a message, for whoever listens."""

    name: str
    message_id: str


NO_NOTES: Mapping[str, dict[str, Any]] = {}


class Done(NamedTuple):
    """What a handler computed: the answer, and the work that makes it true once committed.

    ``notes`` are drafted by ``Exchange.draft_note``.
    """

    reply: Reply
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    notes: Mapping[str, dict[str, Any]] = NO_NOTES


@dataclass(slots=True, eq=False, repr=False)
class Exchange:
    """Everything that a check or a handler may see.

    ``id`` and ``at`` are the sandbox's own: of this call, and the instant in milliseconds since
    1970, which a test may move. What the client stamps by its own clock, or judges by it, goes by
    ``peer_now``: the machine's time, and the skew that a test may set.
    ``account`` is None until somebody known is named;
    ``args`` are what stands in the path for its placeholders. ``subject`` is completed by the
    message that it names, which is ``message``, whoever's it is. ``data`` is the validated body.
    ``allowance`` is what a fault rule's limit on such calls leaves, None without such a rule.
    ``notes`` are noted by this call and not committed yet.
    """

    call: Call
    provider: Owner
    world: World
    id: str
    at: int
    peer_now: int
    args: Mapping[str, str]
    account: Account | None = None
    operation: Documented | None = None
    subject: Subject = NOTHING
    message: Message | None = None
    data: Any = None
    allowance: Allowance | None = None
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def caller(self) -> Account:
        """The account, for whatever stands after the check of the credentials."""
        assert self.account is not None, "a check that needs the account stands before auth"
        return self.account

    @property
    def operation_name(self) -> str | None:
        """None where the path or the method is no operation's."""
        return self.operation.name if self.operation else None

    @property
    def account_label(self) -> str | None:
        """None where nobody known calls."""
        return self.account.label if self.account else None

    # As a match sees a call

    @property
    def provider_id(self) -> str:
        """The provider, by its id."""
        return self.provider.id

    @property
    def message_id(self) -> str | None:
        """The message that the call names, by its id."""
        return self.subject.message_id

    @property
    def business_number(self) -> str | None:
        """The number that the call names or follows from its message, as in ``subject``."""
        return self.subject.business_number

    @property
    def customer(self) -> str | None:
        """Of the message that the call names, whoever's it is."""
        return self.message.customer if self.message else None

    @property
    def direction(self) -> str | None:
        """Of the message that the call names, whoever's it is."""
        return self.message.direction if self.message else None

    @property
    def path(self) -> str:
        """That of the call, as the provider documents it."""
        return self.call.path

    @property
    def target(self) -> str:
        """Path and query of the call, as sent."""
        return self.call.target

    @property
    def content(self) -> Any:
        """The decoded JSON of the body, or the BadJSON that tells why it is none."""
        return self.call.content

    def has_header(self, name: str, value: str) -> bool:
        """Whether the call has a header of that lower-case name, and exactly this value."""
        return self.call.headers.get(name) == value

    # What checks and handlers need

    @property
    def own_message(self) -> Message | None:
        """The caller's message that the call names; somebody else's is as unknown as none."""
        message = self.message
        return message if message and message.account == self.caller.label else None

    @property
    def known_message(self) -> Message:
        """The message, for whatever stands after the check that it is known."""
        assert self.message is not None, "a handler that needs the message lacks its check"
        return self.message

    def switch(self, name: str) -> Any:
        """What the provider's switch of that name is set to, one of its choices."""
        return self.world.switches[self.provider.id][name]

    def record(self, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """The caller's record of that id, None where it is nobody's or another's."""
        record = self.world.record(self.provider.id, collection, record_id)
        return record if record and record["account"] == self.caller.label else None

    def recall(self, kind: str, key: str = "") -> Any:
        """What the provider noted of that kind for this account, None if nothing is left."""
        note = self._name_note(kind, key)
        if note in self.notes:
            return self.notes[note]["value"]
        return self.world.recall(note, self.at)

    def note(self, value: Any, lifetime: int, kind: str, key: str = "") -> None:
        """Note a JSON value for this account, for so many milliseconds, in a check.

        It is kept unless a fault takes the call before its work.
        """
        self.notes.update(self.draft_note(value, lifetime, kind, key))

    def draft_note(
        self, value: Any, lifetime: int, kind: str, key: str = ""
    ) -> dict[str, dict[str, Any]]:
        """The same for a handler, which leaves nothing itself but gives it with its work."""
        return {self._name_note(kind, key): {"until": self.at + lifetime, "value": value}}

    def _name_note(self, kind: str, key: str) -> str:
        return f"{self.provider.id}/{self.caller.label}/{kind}/{key}"
