"""What can be found out about a call that a check refused, when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from mockserver.api.account import Account
from mockserver.api.exchange import Exchange
from mockserver.api.message import Message

NO_DATA: Mapping[str, Any] = MappingProxyType({})


class Finding(NamedTuple):
    """One thing that is wrong with a call.

    ``code`` is for programs, ``text`` a sentence for people, ``advice`` what to do about it.
    ``data`` are further members, JSON values. Whatever of it is shown is masked before.
    """

    code: str
    text: str
    advice: tuple[str, ...] = ()
    data: Mapping[str, Any] = NO_DATA

    def to_json(self) -> dict[str, Any]:
        """As an explanation shows it: the advice of all findings stands together."""
        return {"code": self.code, "text": self.text, **self.data}


class Remark(NamedTuple):
    """What goes with the findings and is none: advice, and members of the check that failed."""

    advice: tuple[str, ...] = ()
    data: Mapping[str, Any] = NO_DATA


class Holder(NamedTuple):
    """Whose a credential is: of the account's credentials the one of that ``field``."""

    provider: str
    title: str
    sandbox: str
    account: str
    field: str


class Found(NamedTuple):
    """A message, and the sandbox that it is in."""

    sandbox: str
    message: Message


class Surroundings(Protocol):
    """What surrounds a call, beside its exchange: looked at when a refusal is to be explained.

    Whatever is given is bounded, however much there is. ``sandbox`` is the id of the call's own,
    ``accounts`` are those of its provider there.
    """

    @property
    def sandbox(self) -> str: ...
    @property
    def accounts(self) -> Sequence[Account]: ...

    def find_holders(self, credential: str) -> Sequence[Holder]:
        """Those of the credential in this sandbox, and those by which others are named."""

    def find_form(self, credential: str) -> str | None:
        """The title of another provider whose credentials look like this one."""

    def list_credentials(self, field: str) -> Iterator[tuple[Holder, str]]:
        """The provider's credentials of that field in other sandboxes, the newest first."""

    def find_messages(self, message_id: str) -> Iterator[Found]:
        """Other providers' messages of that id, and those in other sandboxes."""

    def find_by_external_id(self, external_id: str) -> Message | None:
        """The provider's message whose row has that id."""

    def find_record(self, record_id: str) -> str | None:
        """The collection of the provider that has a record of that id, and the account's label,
        in a clause."""

    def list_ids(self, collection: str | None = None) -> Iterable[str]:
        """The ids of the provider's messages or, of a collection, records, the newest first."""

    def find_customer(self, number: str) -> Message | None:
        """A message with that customer, however the number is written."""

    def is_request(self, request_id: str) -> bool:
        """Whether the journal has a call of that id."""

    def find_last_passed(self) -> tuple[str, str] | None:
        """Id and instant of the account's last call before this one that was not refused."""

    def list_bodies(self) -> Iterable[tuple[str, bytes]]:
        """Ids and bodies of the provider's earlier calls, the newest first."""

    def tell_beginning(self) -> str:
        """When the sandbox began, in ISO 8601."""


class Case(NamedTuple):
    """A call that a check refused.

    ``exchange`` was made again of what the journal keeps, in the sandbox as it is now.
    ``because`` is the reason; ``expected`` and ``came`` are its parts, empty where it has none.
    ``whole`` is false where something of the request was too long to be kept.
    """

    exchange: Exchange
    because: str
    expected: str
    came: str
    around: Surroundings
    whole: bool = True

    def header(self, name: str) -> str:
        """The value of the header of that lower-case name, empty where it did not come."""
        return self.exchange.call.header(name)


Diagnose = Callable[[Case], Iterable[Finding | Remark]]
