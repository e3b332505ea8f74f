"""The shape of a provider: every folder under ``providers/`` fills in one ``Provider``.

And of an ``Exchange``: one call on its way through an operation's checks to its handler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema

from mockserver.core.account import Account, AccountKind
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Catalogue, Fail
from mockserver.core.ids import Ids
from mockserver.core.limits import Allowance
from mockserver.core.message import TYPING_MS, Message
from mockserver.core.ports import World


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented call.

    ``paths`` are all under which it is documented or called, the canonical one first.
    ``checks`` run in order and raise Fail; ``handler`` then does the work and answers with
    ``success``. ``errors`` are the rows it may answer.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    checks: tuple[Check, ...]
    handler: Callable[[Exchange], Reply]
    success: int
    errors: tuple[Catalogue, ...]
    subject: Callable[[Exchange], Subject]
    source: str

    def path_for(self, arguments: Mapping[str, str]) -> str:
        """The canonical path with its placeholders filled in."""
        return self.paths[0].format_map(arguments)


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice the documentation leaves open. The first of ``choices`` is the default."""

    name: str
    choices: tuple[Any, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Signing:
    """What the headers that authenticate a call are made from."""

    account: Account
    operation: Operation
    body: bytes
    now: int
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provider:
    """One emulated API.

    ``claim`` reads the first credential out of a request, None where the request carries none
    of this provider's kind. ``envelope`` turns a failure into an answer. ``sign`` makes the
    headers a client must send. ``new_ids`` makes the id, and the external id if there is one, of
    a new message from its direction, customer and time. ``sample`` is the path arguments and the
    body of a call that marks a message of the account read.
    ``finish`` adds what stands on every answer, whatever it is.
    ``records`` are the schemas of further fixture collections.
    ``signed`` says that what ``sign`` makes is good for one body and a short time only;
    ``sign_options`` are what it can be told to do differently.
    """

    id: str
    title: str
    hosts: tuple[str, ...]
    errors: type[Catalogue]
    operations: tuple[Operation, ...]
    account: AccountKind
    claim: Callable[[Call], str | None]
    envelope: Callable[[Fail, Call], Reply]
    sign: Callable[[Signing], dict[str, str]]
    new_ids: Callable[[Ids, str, str, int], tuple[str, str | None]]
    sample: Callable[[Account, Message], tuple[dict[str, str], dict[str, Any] | None]]
    finish: Callable[[Exchange, Reply], None] | None = None
    switches: tuple[Switch, ...] = ()
    records: Mapping[str, Schema] = field(default_factory=dict)
    fixture: Path | None = None
    signed: bool = False
    sign_options: tuple[str, ...] = ()

    def operation(self, name: str) -> Operation | None:
        return next((each for each in self.operations if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is about, as far as the request itself says."""

    message_id: str | None = None
    business_number: str | None = None


@dataclass(slots=True)
class Exchange:
    """Everything that a check or a handler may see and do.

    ``account`` is None until somebody known is named; ``data`` is the validated body;
    ``message`` is set by the check that looked it up. A ``rehearsal`` changes nothing: it only
    finds out the answer. ``allowance`` is what the limit on the rate of such calls, a fault rule's
    or else the provider's own, leaves.
    """

    call: Call
    provider: Provider
    world: World
    account: Account | None = None
    operation: Operation | None = None
    data: Any = None
    message: Message | None = None
    rehearsal: bool = False
    allowance: Allowance | None = None

    @property
    def caller(self) -> Account:
        """The account, for whatever stands after the check of the credentials."""
        assert self.account is not None, "a check that needs the account stands before auth"
        return self.account

    @property
    def target(self) -> Message:
        """The message, for whatever stands after the check that looks it up."""
        assert self.message is not None, "a check that needs the message stands before its lookup"
        return self.message

    def switch(self, name: str) -> Any:
        return self.world.switches[self.provider.id][name]

    def find(self, message_id: str) -> Message | None:
        """The caller's message of that id; somebody else's is as unknown as none."""
        message = self.world.messages.get(self.provider.id, message_id)
        return message if message and message.account == self.caller.label else None

    def mark_read(self, *, earlier: bool = False, typing: bool = False) -> Message:
        """Mark the target read, and show the typing bubble for 25 s from now."""
        if self.rehearsal:
            return self.target
        now = self.call.received_at
        self.message = self.world.messages.mark_read(
            self.target, now, earlier=earlier, typing_until=now + TYPING_MS if typing else None
        )
        return self.message

    def record(self, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """The caller's record of that id."""
        record = self.world.record(self.provider.id, collection, record_id)
        return record if record and record["account"] == self.caller.label else None

    def recall(self, kind: str, key: str = "") -> Any:
        """What the provider noted of that kind for this account, None if nothing is left."""
        return self.world.notes.recall(self._note(kind, key), self.call.received_at)

    def note(self, value: Any, lifetime: int, kind: str, key: str = "") -> None:
        """Note something for this account, for so many milliseconds."""
        if not self.rehearsal:
            until = self.call.received_at + lifetime
            self.world.notes.keep(self._note(kind, key), value, until)

    def _note(self, kind: str, key: str) -> tuple[str, str, str, str]:
        return (self.provider.id, self.caller.label, kind, key)

    @property
    def operation_name(self) -> str | None:
        return self.operation.name if self.operation else None

    def named(self) -> Message | None:
        """The message that the call names, whoever's it is."""
        message_id = self.subject().message_id
        return self.world.messages.get(self.provider.id, message_id) if message_id else None

    def subject(self) -> Subject:
        """What the call is about, completed from the message it names."""
        if self.operation is None:
            return Subject()
        subject = self.operation.subject(self)
        if subject.message_id is None or subject.business_number is not None:
            return subject
        message = self.world.messages.get(self.provider.id, subject.message_id)
        return Subject(subject.message_id, message.business_number if message else None)


Check = Callable[[Exchange], None]
Handler = Callable[[Exchange], Reply]
