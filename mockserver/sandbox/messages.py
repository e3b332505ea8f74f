"""The messages of a sandbox."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from tinydb import Query

from mockserver.api.changes import MESSAGES, Change, add
from mockserver.api.message import Message
from mockserver.sandbox.arrivals import Arrivals, Kind, Place, kind_of, place_of
from mockserver.sandbox.database import Database, DocumentTable
from mockserver.sandbox.events import MESSAGE
from mockserver.sandbox.storage.memory import Document

Conversation = tuple[str, str, str, str]
PlaceInConversation = tuple[int, int, str]
"""Instant of arrival, sequence, message id."""
FEW = 1_000  # conversations whose unread messages are brought into one order when asked for
INBOUND = "inbound"

Tell = Callable[[str, str, str, str], None]
"""Tells the kind of an event, a message's id, what happened to it, and its provider."""


class Wanted(NamedTuple):
    """Which messages a list is to hold; None where that does not matter."""

    provider: str | None = None
    account: str | None = None
    direction: str | None = None
    unread: bool | None = None
    customer: str | None = None

    def includes_kind(self, kind: Kind) -> bool:
        asked = (self.provider, self.account, self.direction)
        return all(want in (None, came) for want, came in zip(asked, kind, strict=True))

    def includes(self, document: Document) -> bool:
        """Whether it is one of them, but for its customer."""
        return self.includes_state(document) and self.includes_kind(kind_of(document))

    def includes_state(self, document: Document) -> bool:
        """Whether it is read or unread as wanted."""
        return self.unread is None or self.unread is _is_unread(document)


class Page(NamedTuple):
    """Some messages, and whether there are ``more`` after them."""

    messages: list[Message]
    more: bool


class MessageStore:
    """Messages by provider and id, and per conversation the unread ones in order of arrival.

    Looking up, marking read and adding cost the same with any number of messages. The order is
    derived from the documents.
    """

    def __init__(self, database: Database, providers: Iterable[str], tell: Tell) -> None:
        self._database = database
        self._tell = tell
        self._tables = {provider: MESSAGES + provider for provider in providers}
        for table in self._tables.values():
            database.follow(table, self._note_change)
        self._arrivals = Arrivals(self._list_documents)
        self.index()

    def index(self) -> None:
        """Derive the order anew."""
        self._unread: dict[Conversation, list[PlaceInConversation]] = {}
        self._sequence = 0
        self._arrivals.forget()
        for document in self._list_documents():
            self._follow(None, document)

    def require_messages(self) -> None:
        """Raises TypeError where the documents are no messages."""
        for document in self._list_documents():
            Message(**document)

    def get(self, provider: str, message_id: str) -> Message | None:
        document = self._database.rows(self._tables[provider]).get(message_id)
        return Message(**document) if document else None

    def all(self, **wanted: Any) -> list[Message]:
        """Those whose fields have the wanted values, in order of arrival."""
        names = [
            self._tables[each] for each in self._tables if wanted.get("provider", each) == each
        ]
        tables = [self._database.documents(table) for table in names]
        found = [Message(**each) for table in tables for each in _search(table, wanted)]
        return sorted(found, key=lambda message: (message.received_at, message.sequence))

    def find(self, message_id: str) -> list[Message]:
        """Those of that id: a provider may give one that another has given."""
        found = (self.get(provider, message_id) for provider in self._tables)
        return [message for message in found if message is not None]

    def list_page(self, wanted: Wanted, after: Message | None, limit: int) -> Page:
        """So many of the wanted messages in order of arrival, the first after that one or of all.

        Others than these are looked at only where the read ones are among many unread ones, and
        where what is asked for is the unread ones of one customer or of very many.
        """
        rows = {name: self._database.rows(table) for name, table in self._tables.items()}
        place = None if after is None else place_of(after._asdict())
        places, is_wanted = self._find_places(wanted, place)
        documents = (rows[provider][message_id] for _, _, provider, message_id in places)
        found = list(islice(filter(is_wanted, documents), limit + 1))
        return Page([Message(**each) for each in found[:limit]], len(found) > limit)

    def _find_places(
        self, wanted: Wanted, after: Place | None
    ) -> tuple[Iterable[Place], Callable[[Document], bool]]:
        """In order of arrival all that is wanted and, as few as can be, others; and by what they
        are told apart.
        """
        if wanted.customer is not None:
            return self._arrivals.list_customer(wanted.customer, after), wanted.includes
        if wanted.unread:
            found = [each for each in self._unread if wanted.includes_kind((*each[:2], INBOUND))]
            if len(found) < FEW:
                return merge(*(self._list_unread(each, after) for each in found)), wanted.includes
        return self._arrivals.list_kinds(wanted.includes_kind, after), wanted.includes_state

    def _list_unread(self, conversation: Conversation, after: Place | None) -> Iterator[Place]:
        places = self._unread[conversation]
        start = 0 if after is None else bisect_right(places, (*after[:2], after[3]))
        for at, sequence, message_id in islice(places, start, None):
            yield at, sequence, conversation[0], message_id

    def count(self) -> int:
        return sum(len(self._database.rows(table)) for table in self._tables.values())

    def unread_before(self, message: Message) -> list[str]:
        """The ids of the unread inbound messages that came before it in its conversation."""
        whose = (message.provider, message.account, message.business_number, message.customer)
        places = self._unread.get(whose)
        if not places:
            return []
        place = (message.received_at, message.sequence, message.id)
        return [each[2] for each in places[: bisect_left(places, place)]]

    def draft(self, message: Message) -> Change:
        """The change that adds a message, which gets the next place among those of its instant."""
        placed = message._replace(sequence=self._sequence + 1)
        return add(self._tables[message.provider], message.id, placed._asdict())

    def _list_documents(self) -> Iterator[Document]:
        for table in self._tables.values():
            yield from self._database.rows(table).values()

    def _note_change(self, before: Document | None, after: Document | None) -> None:
        self._follow(before, after)
        about = after or before
        assert about is not None, "of two documents there is one"
        self._tell(MESSAGE, about["id"], _name_change(before, after), about["provider"])

    def _follow(self, before: Document | None, after: Document | None) -> None:
        if before is None and after is not None:
            self._sequence = max(self._sequence, after["sequence"])
            self._arrivals.add(after)
        elif before is not None and after is None:
            self._arrivals.remove(before)
        if before is not None and _is_unread(before):
            if after is not None and _is_unread(after):
                return
            conversation, place = _find_place(before)
            places = self._unread[conversation]
            del places[bisect_left(places, place)]
            if not places:
                del self._unread[conversation]
        elif after is not None and _is_unread(after):
            conversation, place = _find_place(after)
            insort(self._unread.setdefault(conversation, []), place)


def _name_change(before: Document | None, after: Document | None) -> str:
    """What happened to a message, in a word."""
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "changed" if before["read_at"] == after["read_at"] else "read"


def _is_unread(document: Document) -> bool:
    return document["read_at"] is None and document["direction"] == INBOUND


def _find_place(document: Document) -> tuple[Conversation, PlaceInConversation]:
    conversation = (
        document["provider"],
        document["account"],
        document["business_number"],
        document["customer"],
    )
    return conversation, (document["received_at"], document["sequence"], document["id"])


def _search(table: DocumentTable, wanted: dict[str, Any]) -> Iterator[Document]:
    return iter(table.search(Query().fragment(wanted)) if wanted else table.all())
