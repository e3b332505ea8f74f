"""What surrounds a call that is to be explained: its sandbox, and the others.

The lock of the call's own sandbox is held, that of no other: two that wait for each other's would
wait for ever. Of others only what is found at one step is read: an account or a message, each of
which is never changed but gives way to another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from mockserver.api.account import Account
from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.api.diagnosis.case import Found, Holder
from mockserver.api.exchange import Exchange
from mockserver.api.message import Message, digits_of
from mockserver.api.provider import Provider
from mockserver.sandbox.records import Record
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.world import Sandbox
from mockserver.text.masking import Masking
from mockserver.text.times import iso

SANDBOXES = 1_000  # others, the newest, that are looked into
DOCUMENTS = 100_000  # the newest, that are looked at for what is no id of theirs
ENTRIES = 200  # of the journal before a call
BODIES = 20
TAIL = 6  # digits that a number must end with, before all of it is looked at


class SandboxSurroundings:
    """Of a call in a sandbox, which is the entry of that id in its journal."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        sandboxes: Sandboxes,
        sandbox: Sandbox,
        exchange: Exchange,
        request_id: str,
    ) -> None:
        self._providers = providers
        self._sandboxes = sandboxes
        self._own = sandbox
        self._provider = exchange.provider.id
        self._account = exchange.account_label
        self._request_id = request_id

    @property
    def sandbox(self) -> str:
        return self._own.id

    @property
    def accounts(self) -> Sequence[Account]:
        return self._own.accounts.of(self._provider)

    def find_holders(self, credential: str) -> Sequence[Holder]:
        found: list[Holder] = []
        for provider in self._providers.values():
            sandbox = self._sandboxes.find_by_credential(provider.id, credential)
            if sandbox is not None:
                found += _find_holders(provider, sandbox, credential)
        return found

    def find_form(self, credential: str) -> str | None:
        own = self._providers[self._provider]
        if _has_form(own, credential):
            return None
        others = (each for each in self._providers.values() if each is not own)
        return next((each.title for each in others if _has_form(each, credential)), None)

    def list_credentials(self, field: str) -> Iterator[tuple[Holder, str]]:
        title = self._providers[self._provider].title
        for sandbox in self._list_others():
            for account in sandbox.accounts.of(self._provider):
                value = account.credentials[field]
                if value is not None:
                    yield Holder(self._provider, title, sandbox.id, account.label, field), value

    def find_messages(self, message_id: str) -> Iterator[Found]:
        for message in self._own.messages.find(message_id):
            if message.provider != self._provider:
                yield Found(self._own.id, message)
        for sandbox in self._list_others():
            for message in sandbox.messages.find(message_id):
                yield Found(sandbox.id, message)

    def find_by_external_id(self, external_id: str) -> Message | None:
        rows = self._own.rows(MESSAGES + self._provider)
        newest = islice(reversed(rows.values()), DOCUMENTS)
        found = (each for each in newest if each["external_id"] == external_id)
        document = next(found, None)
        return None if document is None else Message(**document)

    def find_record(self, record_id: str) -> str | None:
        for collection in self._providers[self._provider].records:
            record = self._own.record(self._provider, collection, record_id)
            if record is not None:
                return f"one of the {collection} of the account {record['account']}"
        return None

    def list_ids(self, collection: str | None = None) -> Iterable[str]:
        table = MESSAGES + self._provider
        if collection is not None:
            table = f"{RECORDS}{self._provider}/{collection}"
        return reversed(self._own.rows(table))

    def find_customer(self, number: str) -> Message | None:
        digits = digits_of(number)
        if len(digits) < TAIL:
            return None
        rows = self._own.rows(MESSAGES + self._provider)
        tail = digits[-TAIL:]
        for document in islice(reversed(rows.values()), DOCUMENTS):
            customer = document["customer"]
            if customer.endswith(tail) and digits_of(customer) == digits:
                return Message(**document)
        return None

    def is_request(self, request_id: str) -> bool:
        return self._own.journal.has(request_id)

    def find_last_passed(self) -> tuple[str, str] | None:
        for record in self._list_before():
            head = record.head
            if head["committed"] and head.get("account") == self._account:
                return head["id"], head["at"]
        return None

    def list_bodies(self) -> Iterable[tuple[str, bytes]]:
        bodies = ((each.head["id"], each.bodies[0]) for each in self._list_before())
        found = ((name, body.kept) for name, body in bodies if body.kept and not body.is_cut)
        return islice(found, BODIES)

    def tell_beginning(self) -> str:
        return iso(self._own.about["created_at"])

    def _list_before(self) -> Iterator[Record]:
        """The provider's entries among the newest before this one."""
        newest = islice(self._own.journal.list_before(self._request_id), ENTRIES)
        return (each for each in newest if each.head.get("provider") == self._provider)

    def _list_others(self) -> Iterator[Sandbox]:
        """The newest first, and ``default``."""
        others = [each for each in reversed(self._sandboxes.all()) if each is not self._own]
        yield from others[:SANDBOXES]
        if len(others) > SANDBOXES:
            yield others[-1]


def _find_holders(provider: Provider, sandbox: Sandbox, credential: str) -> Iterator[Holder]:
    for account in sandbox.accounts.of(provider.id):
        for field, value in account.credentials.items():
            if value == credential:
                yield Holder(provider.id, provider.title, sandbox.id, account.label, field)


def _has_form(provider: Provider, credential: str) -> bool:
    """Whether it looks like one of the provider's, as whoever masks them sees it."""
    return Masking((), provider.account.secret_forms).mask(credential) != credential
