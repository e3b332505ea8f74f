"""The calls that were made."""

import re
from collections.abc import Mapping
from typing import Any

from mockserver.admin.described import described
from mockserver.admin.desk import (
    PAGE,
    Desk,
    Inquiry,
    Later,
    read_filters,
    read_truth,
    read_whole,
    read_within,
)
from mockserver.api.call import Reply
from mockserver.api.message import digits_of
from mockserver.sandbox.journal import LAST, Keep
from mockserver.sandbox.records import read_record
from mockserver.sandbox.showing import show_because
from mockserver.sandbox.traits import Traits
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused, join_refusals
from mockserver.text.shown import shown
from mockserver.verify.matcher import Matcher
from mockserver.verify.names import find_unknown, resolve_faults

NUMBERS = ("customer", "business_number")  # however they are written
TEXTS = ("provider", "operation", "account", "error", "fault", "message_id")
OTHERS = ("status", "committed", "because")
MATCHED = (*TEXTS, *NUMBERS, *OTHERS)
FILTERS = (*MATCHED, "since", "limit", "within")
ENTRY_ID = re.compile(r"req_[0-9A-Za-z]{1,64}")


@described(200, "Requests", query=FILTERS)
def list_requests(desk: Desk, inquiry: Inquiry) -> Reply | Later:
    """The journal of calls, the newest last.

    ``limit`` keeps the newest, or the first after ``since``.

    ``next`` is the ``since`` that goes on where more is left, and ``earlier`` tells that the answer
    would have been too long with those before. An empty ``since`` begins with the oldest.
    Where there is none so far it is waited for, for a duration ``within``.
    """
    given = read_filters(inquiry, FILTERS)
    search = Search(
        inquiry.sandbox,
        make_filter(desk, inquiry.sandbox, given),
        since=_read_since(given),
        limit=read_whole(given, "limit", PAGE),
    )
    within = read_within(given)
    return Later(within, search.look) if within else search.show()


class Search:
    """For entries of a journal; ``since`` is the id of that before, None for the newest."""

    def __init__(self, sandbox: Sandbox, keep: Keep, *, since: str | None, limit: int) -> None:
        self._sandbox = sandbox
        self._journal = sandbox.journal
        self._keep = keep
        self._since = since
        self._limit = limit
        self._edition = self._journal.edition
        self._looked_at = self._start = self._find_start()

    def look(self, over: bool) -> Reply | None:
        """What is found, None while there is nothing: each entry is looked at once."""
        if self._journal.edition != self._edition:
            self._edition = self._journal.edition
            self._looked_at = self._start = 0
        news = self._journal.calls(self._looked_at)
        self._looked_at = self._journal.total
        return self.show() if over or any(self._keep(*kept) for kept in news) else None

    def show(self) -> Reply:
        if self._since is None:
            page = self._journal.show_newest(self._keep, self._limit, self._sandbox.disclosure)
            earlier = page.more and len(page.entries) < self._limit
            return Reply(200, {"requests": page.entries, **({"earlier": True} if earlier else {})})
        disclosure = self._sandbox.disclosure
        page = self._journal.show_after(self._start, self._keep, self._limit, disclosure)
        last = page.entries[-1]["id"] if page.entries else self._since
        more = {"next": last} if page.more else {}
        return Reply(200, {"requests": page.entries, **more})

    def _find_start(self) -> int:
        """The place after the entry or, where that has left the journal, the first."""
        return (self._journal.find_place(self._since) or 0) if self._since else 0


@described(200, "Request", refuses=(400,))
def show_request(desk: Desk, inquiry: Inquiry) -> Reply:
    """One entry of the journal; ``last`` is the id of the newest call."""
    wanted = read_entry_id(inquiry.args["entry_id"])
    entry = inquiry.sandbox.journal.find(wanted, inquiry.sandbox.disclosure)
    if entry is None:
        raise refuse_unknown(wanted)
    return Reply(200, entry)


def refuse_unknown(entry_id: str) -> Refused:
    none = entry_id == LAST
    return Refused(
        "request_not_found",
        "the journal is empty" if none else f"the journal has no entry {entry_id}",
        "it keeps the newest calls to providers only; GET …/requests lists them",
        status=404,
    )


def read_entry_id(text: str) -> str:
    """The id of an entry, or ``last``. Raises Refused."""
    return text if text == LAST else _entry_id(text)


def make_filter(desk: Desk, sandbox: Sandbox, given: Mapping[str, str]) -> Keep:
    """Whether an entry is one of those that were asked for. Raises Refused.

    What can be none of those that there are is refused: an empty list would pass for "no such
    call" in a test.
    """
    match: dict[str, Any] = {name: given[name] for name in TEXTS if name in given}
    match |= {name: _read_number(given, name) for name in NUMBERS if name in given}
    if "status" in given:
        match["status"] = read_whole(given, "status", 0)
    if (committed := read_truth(given, "committed")) is not None:
        match["committed"] = committed
    unknown = find_unknown(match, sandbox, desk.providers)
    if unknown:
        raise join_refusals(unknown)
    matcher = Matcher(resolve_faults(match, sandbox))
    because = given.get("because", "").casefold()
    if not because:
        return matcher.keeps

    def keep(traits: Traits, record: bytes) -> bool:
        if not matcher.keeps(traits, record):
            return False
        return because in show_because(read_record(record), sandbox.disclosure).casefold()

    return keep


def _read_number(given: Mapping[str, str], name: str) -> str:
    digits = digits_of(given[name])
    if not digits:
        message = f"{name}: expected a phone number, came {shown(given[name])}"
        raise Refused("bad_filter", message, "such as 628123456789")
    return digits


def _read_since(given: Mapping[str, str]) -> str | None:
    since = given.get("since")
    return _entry_id(since) if since else since


def _entry_id(text: str) -> str:
    if not ENTRY_ID.fullmatch(text):
        message = f"expected the id of an entry, which X-Mock-Request-Id tells, came {shown(text)}"
        raise Refused("bad_filter", message, "such as req_01JD8Z0V9Q5S3T7W2X4Y6Z8A0B")
    return text
