"""The newest calls and what became of them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mockserver.pipeline.ports import Outcome
from mockserver.sandbox.bounded import Budget, Log
from mockserver.sandbox.describing import write_entry
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import Record, is_record_of, read_record
from mockserver.sandbox.retries import Retries
from mockserver.sandbox.showing import show_entry

PAGE_LIMIT = 16 * 1_048_576
"""Bytes of the records that one answer shows, so that reading them holds up nobody for long."""
LARGE, WEIGHT = 4_096, 4
"""Bytes of a record, from which on each byte of it counts for several: what is long is often full
of what takes long to be masked, and seldom wanted by the hundred."""

Keep = Callable[[Record], bool]


class Page(NamedTuple):
    """Some entries, oldest first, and whether there are ``more`` that were asked for: after the
    last one or, where the newest were asked for, before the first one.
    """

    entries: list[dict[str, Any]]
    more: bool


class Journal:
    """A bounded list of entries, oldest first.

    They are kept as they came, to be explained and verified; what is shown of them goes through
    the sandbox's ``disclosure``.
    """

    def __init__(self, length: int, budget: Budget) -> None:
        self._log = Log(length, budget)
        self._retries = Retries()

    def record(
        self, outcome: Outcome, disclosure: Disclosure, secrets: tuple[str, ...] = ()
    ) -> None:
        """``secrets`` are credentials of no account, which came where any are taken."""
        exchange = outcome.exchange
        retry_of = self._retries.find(exchange) if exchange is not None else None
        self._log.append(write_entry(outcome, retry_of, secrets, disclosure))
        if exchange is not None and outcome.plan is not None and outcome.plan.terminal:
            self._retries.lose(exchange)

    def find(self, entry_id: str, disclosure: Disclosure) -> dict[str, Any] | None:
        """The entry of that id, None where it is not there."""
        for record in reversed(self.records()):
            if is_record_of(record, entry_id):
                return show_entry(read_record(record), disclosure)
        return None

    def show_newest(self, keep: Keep, limit: int, disclosure: Disclosure) -> Page:
        """The newest of those to keep."""
        entries, more = _show(reversed(self.records()), keep, limit, disclosure)
        return Page(entries[::-1], more)

    def show_after(self, entry_id: str, keep: Keep, limit: int, disclosure: Disclosure) -> Page:
        """The first of those to keep after an entry or, where that has left the journal, of all."""
        records = self.records()
        places = (place for place, each in enumerate(records) if is_record_of(each, entry_id))
        return _show(iter(records[next(places, -1) + 1 :]), keep, limit, disclosure)

    def heads(self) -> Iterator[dict[str, Any]]:
        """What the entries tell beside the bodies, as it came: not to be shown."""
        return (read_record(record).head for record in self.records())

    def records(self) -> list[bytes]:
        """All that is kept, oldest first, as it came: not to be shown."""
        return [record for record, _ in self._log.entries()]

    @property
    def dropped(self) -> int:
        """How many entries were here before the oldest, since it was cleared."""
        return self._log.dropped

    def clear(self) -> None:
        self._log.clear()
        self._retries.clear()


def _show(records: Iterator[bytes], keep: Keep, limit: int, disclosure: Disclosure) -> Page:
    entries: list[dict[str, Any]] = []
    size = 0
    for text in records:
        record = read_record(text)
        if not keep(record):
            continue
        size += len(text) * (WEIGHT if len(text) > LARGE else 1)
        if (entries and (len(entries) >= limit or size > PAGE_LIMIT)) or limit == 0:
            return Page(entries, True)
        entries.append(show_entry(record, disclosure))
    return Page(entries, False)
