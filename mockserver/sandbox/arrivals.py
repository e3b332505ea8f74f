"""The messages of a sandbox in order of arrival, to be read page by page."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Iterable, Iterator
from heapq import merge
from itertools import islice

from mockserver.api.message import digits_of
from mockserver.sandbox.storage.memory import Document

Place = tuple[int, int, str, str]
"""Instant of arrival, sequence, provider, message id."""
Read = Callable[[], Iterable[Document]]
"""Gives the documents of all messages."""
Kind = tuple[str, str, str]
"""Provider, account and direction of a message, which never change."""


class Grouping:
    """The places of all messages, in order within each group.

    They are derived when they are first asked for, as most sandboxes are never listed, and followed
    on from then: a call that marks a message read has nothing to do with them.
    """

    def __init__(self, read: Read, key: Callable[[Document], Hashable]) -> None:
        self._read = read
        self._key = key
        self._groups: dict[Hashable, list[Place]] | None = None

    def forget(self) -> None:
        """Derive everything anew when it is asked for again."""
        self._groups = None

    def add(self, document: Document) -> None:
        if self._groups is not None:
            insort(self._groups.setdefault(self._key(document), []), place_of(document))

    def remove(self, document: Document) -> None:
        if self._groups is not None:
            places = self._groups[self._key(document)]
            del places[bisect_left(places, place_of(document))]

    def groups(self) -> dict[Hashable, list[Place]]:
        """The places by group; not to be changed."""
        if self._groups is None:
            self._groups = {}
            for document in self._read():
                self._groups.setdefault(self._key(document), []).append(place_of(document))
            for places in self._groups.values():
                places.sort()
        return self._groups


class Arrivals:
    """Finds places by what most lists ask for, without looking at the others."""

    def __init__(self, read: Read) -> None:
        self._by_kind = Grouping(read, kind_of)
        self._by_customer = Grouping(read, lambda document: digits_of(document["customer"]))
        self._groupings = (self._by_kind, self._by_customer)

    def forget(self) -> None:
        for each in self._groupings:
            each.forget()

    def add(self, document: Document) -> None:
        for each in self._groupings:
            each.add(document)

    def remove(self, document: Document) -> None:
        for each in self._groupings:
            each.remove(document)

    def list_kinds(self, wanted: Callable[[Kind], bool], after: Place | None) -> Iterator[Place]:
        """Those of the wanted kinds after that place, or all."""
        groups = self._by_kind.groups()
        found = [places for kind, places in groups.items() if wanted(kind)]  # type: ignore[arg-type]
        return merge(*(_list_after(places, after) for places in found))

    def list_customer(self, number: str, after: Place | None) -> Iterator[Place]:
        """Those of one customer, however the number is written."""
        return _list_after(self._by_customer.groups().get(digits_of(number), []), after)


def _list_after(places: list[Place], place: Place | None) -> Iterator[Place]:
    return islice(places, 0 if place is None else bisect_right(places, place), None)


def kind_of(document: Document) -> Kind:
    return document["provider"], document["account"], document["direction"]


def place_of(document: Document) -> Place:
    """Where a message stands among all."""
    return (
        document["received_at"],
        document["sequence"],
        document["provider"],
        document["id"],
    )
