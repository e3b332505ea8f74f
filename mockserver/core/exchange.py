"""One call on its way through a provider's checks to its handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.core.account import Account
from mockserver.core.call import Call
from mockserver.core.message import TYPING_MS, Message
from mockserver.core.ports import Sandbox

if TYPE_CHECKING:
    from mockserver.core.provider import Operation, Provider


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call is about, as far as the request itself says."""

    message_id: str | None = None
    business_number: str | None = None


@dataclass(slots=True)
class Exchange:
    """Everything that a check or a handler may see and do.

    ``account`` is None until somebody known is named; ``data`` is the validated body;
    ``message`` is set by the check that looked it up.
    """

    call: Call
    provider: Provider
    sandbox: Sandbox
    account: Account | None = None
    operation: Operation | None = None
    data: Any = None
    message: Message | None = None

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
        return self.sandbox.switches[self.provider.id][name]

    def find(self, message_id: str) -> Message | None:
        """The caller's message of that id; somebody else's is as unknown as none."""
        message = self.sandbox.messages.get(self.provider.id, message_id)
        return message if message and message.account == self.caller.label else None

    def mark_read(self, *, earlier: bool = False, typing: bool = False) -> Message:
        """Mark the target read, and show the typing bubble for 25 s from now."""
        now = self.call.received_at
        self.message = self.sandbox.messages.mark_read(
            self.target, now, earlier=earlier, typing_until=now + TYPING_MS if typing else None
        )
        return self.message

    def record(self, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """The caller's record of that id."""
        record = self.sandbox.record(self.provider.id, collection, record_id)
        return record if record and record["account"] == self.caller.label else None

    def recall(self, name: str) -> Any:
        """What the provider noted for this account under that name, None if nothing is left."""
        return self.sandbox.notes.recall(self._note(name), self.call.received_at)

    def note(self, name: str, value: Any, lifetime: int) -> None:
        """Note something for this account, for so many milliseconds."""
        self.sandbox.notes.keep(self._note(name), value, self.call.received_at + lifetime)

    def _note(self, name: str) -> tuple[str, str, str]:
        return (self.provider.id, self.caller.label, name)

    def subject(self) -> Subject:
        """What the call is about, completed from the message it names."""
        if self.operation is None:
            return Subject()
        subject = self.operation.subject(self)
        if subject.message_id is None or subject.business_number is not None:
            return subject
        message = self.sandbox.messages.get(self.provider.id, subject.message_id)
        return Subject(subject.message_id, message.business_number if message else None)
