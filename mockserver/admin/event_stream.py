"""The events of a sandbox as they happen, as the text that browsers call an event stream.

See https://html.spec.whatwg.org/multipage/server-sent-events.html for its format.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple

import orjson

from mockserver.sandbox.event_documents import describe_event
from mockserver.sandbox.events import CALL, CALL_SENT, KINDS, MESSAGE, Event
from mockserver.sandbox.journal import Keep, Kept
from mockserver.sandbox.world import Sandbox

HEARTBEAT = 15.0
"""Seconds of silence, after which a comment tells that the connection lives."""
RETRY = b"retry: 1000\n"
"""Milliseconds until a client asks again whose connection broke."""
LOOKED_AT = 64
"""Events that are looked at in one go, so that others are answered in between."""
ENOUGH = 4_096
"""Bytes that are told in one go: what the server holds of a client that reads slowly."""
DROPPED = "dropped"
OF_CALLS = (CALL, CALL_SENT)


class Wanted(NamedTuple):
    """Which events are asked for: their kinds, and of which calls and messages."""

    kinds: frozenset[str] = frozenset(KINDS)
    keeps_call: Keep | None = None
    keeps_message: Callable[[Sandbox, Event], bool] | None = None

    def includes(self, sandbox: Sandbox, event: Event, kept: Kept | None) -> bool:
        """Also a call that has left the journal: nobody can tell whether it was asked for."""
        if event[0] not in self.kinds:
            return False
        if event[0] in OF_CALLS:
            return kept is None or self.keeps_call is None or self.keeps_call(*kept)
        if event[0] == MESSAGE and self.keeps_message is not None:
            return self.keeps_message(sandbox, event)
        return True


class Missed(NamedTuple):
    """Why events cannot be told that somebody asked for: ``old``, ``slow`` or ``unknown``, and how
    many these are, None where nobody knows.
    """

    reason: str
    events: int | None


class EventStream:
    """A place among the events of a sandbox, which moves on as they are taken.

    ``number`` is that of the event to go on after; ``missed`` is told first.
    """

    __slots__ = ("_beat", "_begun", "_missed", "_number", "_over", "_sandbox", "_tick", "_wanted")

    def __init__(
        self,
        sandbox: Sandbox,
        wanted: Wanted,
        number: int,
        missed: Missed | None = None,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._sandbox = sandbox
        self._wanted = wanted
        self._number = number
        self._missed = missed
        self._tick = tick
        self._beat = 0.0
        self._begun = self._over = False

    def take(self) -> bytes | None:
        """What is to be sent now, None at the end."""
        if self._over:
            return None
        with self._sandbox.lock:
            text = b"".join(self._read())
        now = self._tick()
        if not text and now >= self._beat:
            text = b":\n" + self._write_place()
        if text:
            self._beat = now + HEARTBEAT
        return text

    def pause(self) -> float:
        """Seconds until it is worth taking again, if nothing happens."""
        if self._over or self._number < self._sandbox.events.count:
            return 0
        return max(0, self._beat - self._tick())

    def _read(self) -> Iterator[bytes]:
        if not self._begun:
            self._begun = True
            yield RETRY + self._write_place()
            if self._missed is not None:
                yield self._tell_missed(self._missed)
        events = self._sandbox.events
        start, found = events.read_after(self._number, LOOKED_AT)
        if start > self._number:  # they went since the last was sent
            missed = Missed("slow", start - self._number)
            self._number, self._over = start, True
            yield self._tell_missed(missed)
        else:
            yield from self._write_all(found)
            self._over = self._sandbox.closed and self._number == events.count

    def _write_all(self, events: Sequence[Event]) -> Iterator[bytes]:
        """Those that are wanted, and the last of all."""
        sandbox = self._sandbox
        calls = sandbox.journal.find_kept({each[1] for each in events if each[0] in OF_CALLS})
        size = 0
        for event in events:
            self._number += 1
            found = calls.get(event[1])
            ends = sandbox.closed and self._number == sandbox.events.count
            if ends or self._wanted.includes(sandbox, event, found and found[1]):
                text = self._write(event[0], describe_event(sandbox, event, found))
                yield text
                size += len(text)
            if size > ENOUGH:
                return

    def _tell_missed(self, missed: Missed) -> bytes:
        return self._write(DROPPED, {"missed": missed.events, "reason": missed.reason})

    def _write(self, kind: str, data: Mapping[str, Any]) -> bytes:
        text = orjson.dumps(data)
        return b"event: %s\ndata: %s\n%s" % (kind.encode(), text, self._write_place())

    def _write_place(self) -> bytes:
        """What to go on after. Alone it is no event, but a client remembers it."""
        return b"id: %s-%d\n\n" % (self._sandbox.events.life.encode(), self._number)
