"""What the journal keeps of a call, as far as it tells how the client behaves."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NamedTuple

from mockserver.api.provider import Provider
from mockserver.pipeline.transfer import Line
from mockserver.sandbox.records import Body, Record
from mockserver.sandbox.transfers import Told
from mockserver.verdicts.cuts import is_cut, is_head_cut
from mockserver.verdicts.mattering import USUAL

IDEMPOTENCY_KEY = "idempotency-key"
RETRY_AFTER = "Retry-After"
SOON = 100  # milliseconds that every client waits for an answer
SECONDS = re.compile(r"[0-9]{1,9}")
LONGEST_DATE = 64

Likeness = tuple[Any, ...]


class Equality(NamedTuple):
    """The same for calls that are equal, and for some that were cut and may be: ``likeness`` for
    all but their bodies.
    """

    likeness: Likeness
    body: Body


class Tried(NamedTuple):
    """One call, and how far its answer went.

    Instants are milliseconds since 1970 by the machine's clock: it came ``at``, and ``ended`` is
    when its answer was out or, where nobody knows, was planned to be. What was ``cut`` may have
    been another call than those that it is equal to. ``status`` and ``error`` are what the client
    saw: an answer that a rule made counts like any other, none is None. ``means`` is the status
    that HTTP has for it, where the provider answers with another. No call should come again before
    ``wait_until``.

    ``sent`` says what of the answer went out, ``taken`` whether a rule took the natural one away.
    An answer that comes ``late`` was maybe not waited for, as far as the ``line`` that it went over
    does not tell. ``faults`` are the types of those that
    struck. ``changed`` says that the work changed something, ``typing`` that it showed the typing
    bubble. ``key`` is the Idempotency-Key.
    """

    id: str
    at: int
    ended: int
    equality: Equality
    provider: str | None
    operation: str | None
    account: str | None
    safe: bool
    idempotent: bool
    status: int | None
    error: str | None
    means: int | None
    wait_until: int | None
    sent: str
    taken: bool
    late: bool
    line: Line | None
    faults: tuple[str, ...]
    committed: bool
    changed: bool
    typing: bool
    key: str | None
    cut: bool

    @property
    def succeeded(self) -> bool:
        """Whether the answer says that the work was done, and it was."""
        answered = self.status is not None and 200 <= self.status < 300
        return self.committed and answered and not self.taken

    def had_answer(self, later: "Tried") -> bool | None:
        """Whether the client knew the whole answer when it made a later call; None where that
        cannot be told.
        """
        if self.sent != "all" or later.at < self.ended:
            return False
        return None if self.is_maybe_unheard(later) else True

    def is_maybe_unheard(self, later: "Tried") -> bool:
        """Whether a later call was maybe made without waiting for this one's answer. Whoever made
        it over the same connection did wait: there is no other way to leave an answer alone than
        to close that.
        """
        return self.late and (self.line is None or self.line is not later.line)


class Reader:
    """Reads a journal's calls. ``mattering`` are by provider the headers that equal calls share."""

    def __init__(
        self, providers: Mapping[str, Provider], mattering: Mapping[str | None, tuple[str, ...]]
    ) -> None:
        self._mattering = mattering
        self._meanings: dict[tuple[Any, Any], int] = {
            (provider.id, row.name): row.spec.like
            for provider in providers.values()
            for row in provider.errors
            if row.spec.like is not None
        }
        self._not_idempotent = {
            (provider.id, operation.name)
            for provider in providers.values()
            for operation in provider.operations
            if not operation.idempotent
        }

    def read(self, record: Record, equality: Equality, told: Told) -> Tried:
        """``told`` is what became of the answer on the wire."""
        head = record.head
        request, response = head["request"], head["response"]
        provider, operation, error = head.get("provider"), head.get("operation"), head.get("error")
        status, headers, changes = response["status"], request["headers"], head.get("changes")
        injected = "injected" in head
        at = _read_instant(head.get("machine_at") or head["at"])
        ended = _find_end(at, head, told)
        cut = is_cut(record)
        return Tried(
            id=head["id"],
            at=at,
            ended=ended,
            equality=equality,
            provider=provider,
            operation=operation,
            account=head.get("account"),
            safe=request["method"] in ("GET", "HEAD"),
            idempotent=(provider, operation) not in self._not_idempotent,
            status=status,
            error=error,
            means=self._meanings.get((provider, error), status),
            wait_until=_read_retry_after(
                _find_retry_after(response["headers"], injected=injected), ended
            ),
            sent=_find_sent(head, told),
            taken=head.get("when") is not None,
            late=injected and _is_late(head),
            line=told.line,
            faults=_list_faults(head) if injected else (),
            committed=head["committed"],
            changed=changes is not None,
            typing=changes is not None and any("typing_until" in each for each in changes),
            key=headers.get(IDEMPOTENCY_KEY),
            cut=cut,
        )

    def has_key(self, record: Record) -> bool:
        """Whether the call has an Idempotency-Key."""
        return IDEMPOTENCY_KEY in record.head["request"]["headers"]

    def name_equality(self, record: Record) -> Equality:
        """Where more than the body was cut, all that may be equal has the same."""
        head, body = record.head, record.bodies[0]
        request, provider = head["request"], head.get("provider")
        names = provider, head.get("operation"), head.get("account"), request["method"]
        if is_head_cut(record):
            return Equality(names, body)
        mattering = self._mattering.get(provider, USUAL)
        likeness = (*names, request["path"], *map(request["headers"].get, mattering))
        return Equality(likeness, body)


def _read_instant(text: str) -> int:
    """Of ``2026-11-21T05:00:00Z`` or ``2026-11-21T05:00:00.123Z``."""
    return _read_second(text[:19]) + int(text[20:-1] or 0)


@lru_cache(maxsize=64)
def _read_second(text: str) -> int:
    """Cached: many calls fall into one second."""
    return int(datetime.fromisoformat(f"{text}Z").timestamp()) * 1_000


def _find_retry_after(headers: Mapping[str, str], *, injected: bool) -> str | None:
    """As it came; a rule may write the header's name as it likes."""
    if not injected:
        return headers.get(RETRY_AFTER)
    found = (text for name, text in headers.items() if name.lower() == RETRY_AFTER.lower())
    return next(found, None)


def _read_retry_after(text: str | None, ended: int) -> int | None:
    """Seconds or a date of HTTP; what is neither is none."""
    if text is None:
        return None
    text = text.strip()
    if SECONDS.fullmatch(text):
        return ended + int(text) * 1_000
    return _read_date(text) if len(text) <= LONGEST_DATE else None


def _read_date(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp() * 1_000)
    except (ValueError, OverflowError, TypeError):
        return None


def _find_end(at: int, head: Mapping[str, Any], told: Told) -> int:
    """When the answer was out, as it was or else as it was planned."""
    if told.last_at is not None:
        return told.last_at
    if told.sent is not None and told.duration_ms is not None:
        return at + int(told.duration_ms)
    planned_ms: float = head.get("injected_ms", 0)
    return at + round(planned_ms)


def _find_sent(head: Mapping[str, Any], told: Told) -> str:
    """What of the answer went out, in a word: as it was or else as it was planned."""
    if told.sent == 0:
        return "nothing"
    planned: str = head.get("sent", "all")
    return "part" if told.broken_off and planned == "all" else planned


def _is_late(head: Mapping[str, Any]) -> bool:
    """Whether a client may have given up before: also where nobody knows how long it took."""
    if head["injected_ms"] >= SOON:
        return True
    return head["when"] is None and any("ms" not in each for each in _find_settings(head))


def _list_faults(head: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(each.get("type")) for each in _find_settings(head))


def _find_settings(head: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Those of the faults that struck, as far as the entry was not cut."""
    hits = (each.get("fault") for each in head["injected"] if isinstance(each, dict))
    return [each if isinstance(each, dict) else {} for each in hits]
