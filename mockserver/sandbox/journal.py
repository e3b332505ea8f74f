"""The newest calls and what became of them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

from mockserver.pipeline.ports import Outcome
from mockserver.sandbox.bounded import OVERHEAD, Budget, Log
from mockserver.sandbox.describing import write_entry
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import Record, is_record_of, read_id, read_record
from mockserver.sandbox.retries import Retries
from mockserver.sandbox.showing import show_entry
from mockserver.sandbox.traits import KnownTraits, Traits
from mockserver.sandbox.transfers import WIDTH, Told, Transfers

PAGE_LIMIT = 16 * 1_048_576
"""Bytes of the records that one answer shows, so that reading them holds up nobody for long."""
LARGE, WEIGHT = 4_096, 4
"""Bytes of a record, from which on each byte of it counts for several: what is long is often full
of what takes long to be masked, and seldom wanted by the hundred."""

Kept = tuple[Traits, bytes]
"""What is kept of a call: its traits and its record."""
Keep = Callable[[Traits, bytes], bool]

BODIES_KEPT = 32
"""Bodies of failed calls that are kept apart, each of at most 1 MiB."""
SURELY_WHOLE = 16_384
"""Bytes of a body that every record keeps as a whole."""
WINDOWS = (8, 128, 1_024)
"""So many of the newest calls are looked through first, as most that are asked for are among them.
"""
LAST = "last"
"""In place of an id: the newest call."""


class Page(NamedTuple):
    """Some entries, oldest first, and whether there are ``more`` that were asked for: after the
    last one or, where the newest were asked for, before the first one.
    """

    entries: list[dict[str, Any]]
    more: bool


class Journal:
    """A bounded list of entries, oldest first.

    They are kept as they came, to be explained and verified; what is shown of them goes through
    the sandbox's ``disclosure``. Each has a place, which counts those before it since the journal
    was emptied, whether they are still there or not.
    """

    def __init__(self, length: int, budget: Budget) -> None:
        self._log = Log(length, budget, OVERHEAD + WIDTH)
        self._budget = budget
        self._begin_transfers()
        self._bodies: Log | None = None  # made when it is needed: most sandboxes never do
        self._retries = Retries()
        self._known = KnownTraits()
        self.edition = 0
        """Another one whenever the journal was emptied."""

    @property
    def dropped(self) -> int:
        """How many have left the journal since it was emptied: the place of the oldest."""
        return self._log.dropped

    @property
    def total(self) -> int:
        """How many came since it was emptied: the place of the next one."""
        return self._log.total

    def record(
        self, outcome: Outcome, disclosure: Disclosure, secrets: tuple[str, ...] = ()
    ) -> int:
        """The place of the entry. ``secrets`` are credentials of no account, which came where any
        are taken.
        """
        exchange = outcome.exchange
        retry_of = self._retries.find(exchange) if exchange is not None else None
        record, traits = write_entry(outcome, retry_of, secrets, disclosure, self._known)
        place = self._log.append(record, note=traits)
        if outcome.failure is not None and outcome.failure.wants_body:
            self._keep_body(record, outcome)
        if exchange is not None and outcome.plan is not None and outcome.plan.terminal:
            self._retries.lose(exchange)
        return place

    def calls(self, place: int = 0) -> list[Kept]:
        """What is kept of the calls from a place on, oldest first."""
        return self._log.noted(place)

    def placed(self, place: int = 0) -> list[tuple[int, bytes]]:
        """The records of the calls from a place on with their places, oldest first."""
        return [(at, record) for at, (_, record) in self._number(place)]

    def tell(self, place: int) -> Told:
        """What became of the answer to the call at a place."""
        return self.transfers.read(place)

    def find_place(self, entry_id: str) -> int | None:
        """The place after the entry of that id, None where it is not there."""
        found = self._find(entry_id)
        return found[0] + 1 if found else None

    def find(self, entry_id: str, disclosure: Disclosure) -> dict[str, Any] | None:
        """The entry of that id, or of the newest call; None where it is not there."""
        found = self._find(entry_id)
        return show_entry(read_record(found[1]), disclosure, self.tell(found[0])) if found else None

    def find_record(self, entry_id: str) -> tuple[Record, bytes] | None:
        """The record of that id, or of the newest call, and the body as far as it is kept."""
        found = self._find(entry_id)
        if found is None:
            return None
        record = read_record(found[1])
        return record, self._find_body(record)

    def find_kept(self, ids: Collection[str]) -> dict[str, tuple[int, Kept]]:
        """The places of the calls of these ids, as far as they are there, and what is kept of them.
        It costs as much as there are newer ones.
        """
        wanted, found = set(ids), dict[str, tuple[int, Kept]]()
        for newest in (*WINDOWS, self.total):
            if len(found) == len(wanted):
                break
            for place, kept in self._number(max(0, self.total - newest)):
                entry_id = read_id(kept[1])
                if entry_id in wanted:
                    found[entry_id] = place, kept
        return found

    def list_before(self, entry_id: str) -> Iterator[Record]:
        """The entries before one, the newest first; not to be shown."""
        records = reversed(self.records())
        for record in records:
            if is_record_of(record, entry_id):
                break
        return map(read_record, records)

    def has(self, entry_id: str) -> bool:
        return any(is_record_of(record, entry_id) for record in self.records())

    def show_newest(self, keep: Keep, limit: int, disclosure: Disclosure) -> Page:
        """The newest of those to keep."""
        entries, more = self._show(reversed(self._number()), keep, limit, disclosure)
        return Page(entries[::-1], more)

    def show_after(self, place: int, keep: Keep, limit: int, disclosure: Disclosure) -> Page:
        """The first of those to keep, from a place on."""
        return self._show(self._number(place), keep, limit, disclosure)

    def traits(self) -> list[Traits]:
        """Of all calls that are there, each once or a few times."""
        return [*{id(traits): traits for traits, _ in self.calls()}.values()]

    def records(self) -> list[bytes]:
        """All that is kept, oldest first, as it came: not to be shown."""
        return [record for _, record in self.calls()]

    def clear(self) -> None:
        self.transfers.end()
        self._log.clear()
        self._begin_transfers()
        self._retries.clear()
        self.edition += 1
        if self._bodies is not None:
            self._bodies.clear()

    def _begin_transfers(self) -> None:
        self.transfers = self._log.column = Transfers(self._log, self._budget.lock)
        """What became of the answers on the wire."""

    def _keep_body(self, record: bytes, outcome: Outcome) -> None:
        """Keep a body apart of which the record has a part only."""
        if len(outcome.call.body) > SURELY_WHOLE and read_record(record).bodies[0].is_cut:
            if self._bodies is None:
                self._bodies = Log(BODIES_KEPT, self._budget)
            self._bodies.append(outcome.stamp.id.encode() + b"\n" + outcome.call.body)

    def _find_body(self, record: Record) -> bytes:
        body = record.bodies[0]
        if not body.is_cut or self._bodies is None:
            return body.kept
        name = record.head["id"].encode() + b"\n"
        found = (text for text, _ in self._bodies.entries() if text.startswith(name))
        return next(found, name + body.kept)[len(name) :]

    def _number(self, place: int = 0) -> list[tuple[int, Kept]]:
        calls = self.calls(place)
        return [*enumerate(calls, self.total - len(calls))]

    def _find(self, entry_id: str) -> tuple[int, bytes] | None:
        """Place and record of that id, or of the newest call."""
        for place, (_, record) in reversed(self._number()):
            if entry_id == LAST or is_record_of(record, entry_id):
                return place, record
        return None

    def _show(
        self, calls: Iterable[tuple[int, Kept]], keep: Keep, limit: int, disclosure: Disclosure
    ) -> Page:
        """The first of those to keep, as many as one answer shows."""
        entries: list[dict[str, Any]] = []
        size = 0
        for place, (traits, record) in calls:
            if not keep(traits, record):
                continue
            size += len(record) * (WEIGHT if len(record) > LARGE else 1)
            if (entries and (len(entries) >= limit or size > PAGE_LIMIT)) or limit == 0:
                return Page(entries, True)
            entries.append(show_entry(read_record(record), disclosure, self.tell(place)))
        return Page(entries, False)
