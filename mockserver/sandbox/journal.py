"""The newest calls and what became of them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from mockserver.pipeline.ports import Outcome
from mockserver.sandbox.bounded import Budget, Log
from mockserver.sandbox.describing import write_entry
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import Record, is_record_of, read_record
from mockserver.sandbox.retries import Retries
from mockserver.sandbox.showing import show_entry
from mockserver.sandbox.traits import KnownTraits, Traits

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
        self._log = Log(length, budget)
        self._budget = budget
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
    ) -> None:
        """``secrets`` are credentials of no account, which came where any are taken."""
        exchange = outcome.exchange
        retry_of = self._retries.find(exchange) if exchange is not None else None
        record, traits = write_entry(outcome, retry_of, secrets, disclosure, self._known)
        self._log.append(record, note=traits)
        if outcome.failure is not None and outcome.failure.wants_body:
            self._keep_body(record, outcome)
        if exchange is not None and outcome.plan is not None and outcome.plan.terminal:
            self._retries.lose(exchange)

    def calls(self, place: int = 0) -> list[Kept]:
        """What is kept of the calls from a place on, oldest first."""
        return self._log.noted(place)

    def find_place(self, entry_id: str) -> int | None:
        """The place after the entry of that id, None where it is not there."""
        for count, (_, record) in enumerate(reversed(self.calls())):
            if is_record_of(record, entry_id):
                return self.total - count
        return None

    def find(self, entry_id: str, disclosure: Disclosure) -> dict[str, Any] | None:
        """The entry of that id, or of the newest call; None where it is not there."""
        found = self.find_record(entry_id)
        return show_entry(found[0], disclosure) if found else None

    def find_record(self, entry_id: str) -> tuple[Record, bytes] | None:
        """The record of that id, or of the newest call, and the body as far as it is kept."""
        for _, record in reversed(self.calls()):
            if entry_id == LAST or is_record_of(record, entry_id):
                read = read_record(record)
                return read, self._find_body(read)
        return None

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
        entries, more = show_page(reversed(self.calls()), keep, limit, disclosure)
        return Page(entries[::-1], more)

    def traits(self) -> list[Traits]:
        """Of all calls that are there, each once or a few times."""
        return [*{id(traits): traits for traits, _ in self.calls()}.values()]

    def records(self) -> list[bytes]:
        """All that is kept, oldest first, as it came: not to be shown."""
        return [record for _, record in self.calls()]

    def clear(self) -> None:
        self._log.clear()
        self._retries.clear()
        self.edition += 1
        if self._bodies is not None:
            self._bodies.clear()

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


def show_page(calls: Iterable[Kept], keep: Keep, limit: int, disclosure: Disclosure) -> Page:
    """The first of those to keep, as many as one answer shows."""
    entries: list[dict[str, Any]] = []
    size = 0
    for traits, record in calls:
        if not keep(traits, record):
            continue
        size += len(record) * (WEIGHT if len(record) > LARGE else 1)
        if (entries and (len(entries) >= limit or size > PAGE_LIMIT)) or limit == 0:
            return Page(entries, True)
        entries.append(show_entry(read_record(record), disclosure))
    return Page(entries, False)
