"""The messages of a sandbox."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from typing import Any

from tinydb import Query

from mockserver.api.changes import MESSAGES, Change, add
from mockserver.api.message import Message
from mockserver.sandbox.database import Database, DocumentTable
from mockserver.sandbox.storage.memory import Document

Conversation = tuple[str, str, str, str]
Place = tuple[int, int, str]
"""Instant of arrival, sequence, message id."""


class MessageStore:
    """Messages by provider and id, and per conversation the unread ones in order of arrival.

    Looking up, marking read and adding cost the same with any number of messages. The order is
    derived from the documents.
    """

    def __init__(self, database: Database, providers: Iterable[str]) -> None:
        self._database = database
        self._tables = {provider: MESSAGES + provider for provider in providers}
        for table in self._tables.values():
            database.follow(table, self._follow)
        self.index()

    def index(self) -> None:
        """Derive the order anew."""
        self._unread: dict[Conversation, list[Place]] = {}
        self._sequence = 0
        for table in self._tables.values():
            for document in self._database.rows(table).values():
                self._follow(None, document)

    def require_messages(self) -> None:
        """Raises TypeError where the documents are no messages."""
        for table in self._tables.values():
            for document in self._database.rows(table).values():
                Message(**document)

    def get(self, provider: str, message_id: str) -> Message | None:
        document = self._database.rows(self._tables[provider]).get(message_id)
        return Message(**document) if document else None

    def all(self, **wanted: Any) -> list[Message]:
        """Those whose fields have the wanted values, in order of arrival."""
        tables = [self._database.documents(table) for table in self._tables.values()]
        found = [Message(**each) for table in tables for each in _search(table, wanted)]
        return sorted(found, key=lambda message: (message.received_at, message.sequence))

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

    def _follow(self, before: Document | None, after: Document | None) -> None:
        if after is not None:
            self._sequence = max(self._sequence, after["sequence"])
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


def _is_unread(document: Document) -> bool:
    return document["read_at"] is None and document["direction"] == "inbound"


def _find_place(document: Document) -> tuple[Conversation, Place]:
    conversation = (
        document["provider"],
        document["account"],
        document["business_number"],
        document["customer"],
    )
    return conversation, (document["received_at"], document["sequence"], document["id"])


def _search(table: DocumentTable, wanted: dict[str, Any]) -> Iterator[Document]:
    return iter(table.search(Query().fragment(wanted)) if wanted else table.all())
