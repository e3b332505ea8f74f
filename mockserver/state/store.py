"""The messages of a sandbox."""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from tinydb import Query

from mockserver.core.message import Message
from mockserver.state.storage import Memory
from mockserver.state.table import Change, Database, DocumentTable

Conversation = tuple[str, str, str, str]
Place = tuple[int, int, str]
"""Instant of arrival, sequence, message id."""


class MessageStore:
    """Messages by provider and id, and per conversation the unread ones in order of arrival.

    Looking up, marking read and adding cost the same with any number of messages. What is handed
    out is frozen.
    """

    def __init__(self, storage: Memory) -> None:
        """Raises Mistakes where the storage holds what are no messages."""
        self._database = Database(storage=lambda: storage)
        self._waiting: dict[Conversation, list[Place]] = defaultdict(list)
        self._sequence = 0
        try:
            known = self.all()
        except TypeError as error:
            raise storage.refusal(f"a message cannot be read: {error}") from None
        storage.begin()
        for message in known:
            self._sequence = max(self._sequence, message.sequence)
            self._await_reading(message)

    def get(self, provider: str, message_id: str) -> Message | None:
        document = self._database.documents(provider).fetch(message_id)
        return Message(**document) if document else None

    def all(self, **wanted: Any) -> list[Message]:
        """Those whose fields have the wanted values, in order of arrival."""
        tables = [self._database.documents(name) for name in sorted(self._database.tables())]
        found = [Message(**each) for table in tables for each in _matching(table, wanted)]
        return sorted(found, key=lambda message: (message.received_at, message.sequence))

    def add(self, messages: list[Message]) -> list[Message]:
        """Add messages, which get their place in the order. Their ids must be new."""
        placed = [
            replace(message, sequence=self._sequence + place)
            for place, message in enumerate(messages, start=1)
        ]
        self._database.change([(each.provider, each.id, asdict(each)) for each in placed])
        self._sequence += len(placed)
        for message in placed:
            self._await_reading(message)
        return placed

    def mark_read(
        self, message: Message, at: int, *, earlier: bool, typing_until: int | None
    ) -> Message:
        """Mark a message read; ``earlier``: and the inbound ones before it in its conversation.

        Receipts for messages already read change nothing but the typing bubble.
        """
        changes: list[Change] = []
        fields: dict[str, Any] = {}
        if message.read_at is None:
            fields = {"read_at": at, "upstream_calls": message.upstream_calls + 1}
        if typing_until is not None:
            fields["typing_until"] = typing_until
        if fields:
            changes.append((message.provider, message.id, fields))
        passed = self._take_up_to(message) if earlier else []
        changes += [
            (message.provider, each, {"read_at": at}) for each in self._unread(passed, message)
        ]
        try:
            if changes:
                self._database.change(changes)
        except OSError:
            for place in passed:
                heapq.heappush(self._waiting[_conversation(message)], place)
            raise
        return replace(message, **fields)

    def clear(self) -> None:
        self._database.drop_tables()
        self._waiting.clear()
        self._sequence = 0

    def _await_reading(self, message: Message) -> None:
        if message.inbound and message.read_at is None:
            place = (message.received_at, message.sequence, message.id)
            heapq.heappush(self._waiting[_conversation(message)], place)

    def _take_up_to(self, message: Message) -> list[Place]:
        """Take the message and all that stands before it out of those that wait."""
        waiting = self._waiting[_conversation(message)]
        taken = []
        while waiting and waiting[0][:2] <= (message.received_at, message.sequence):
            taken.append(heapq.heappop(waiting))
        return taken

    def _unread(self, places: list[Place], but: Message) -> Iterator[str]:
        rows = self._database.documents(but.provider)
        for _, _, message_id in places:
            document = rows.fetch(message_id)
            if message_id != but.id and document and document["read_at"] is None:
                yield message_id


def _conversation(message: Message) -> Conversation:
    return (message.provider, message.account, message.business_number, message.customer)


def _matching(table: DocumentTable, wanted: dict[str, Any]) -> Any:
    if not wanted:
        return table.all()
    return table.search(Query().fragment(wanted))
