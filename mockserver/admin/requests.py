"""The calls that were made."""

import re
from collections.abc import Iterable, Mapping

from mockserver.admin.desk import (
    PAGE,
    Desk,
    Inquiry,
    Later,
    find_labels,
    read_choice,
    read_filters,
    read_truth,
    read_whole,
    read_within,
)
from mockserver.api.call import Reply
from mockserver.api.message import digits_of
from mockserver.sandbox.journal import Keep
from mockserver.sandbox.records import Record
from mockserver.sandbox.showing import show_because
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

NUMBERS = ("customer", "business_number")  # however they are written
CHOSEN = ("provider", "operation", "account", "error", "fault")  # one of those that there are
OTHERS = ("status", "committed", "because")
FILTERS = (*CHOSEN, "message_id", *NUMBERS, *OTHERS, "since", "limit", "within")
ENTRY_ID = re.compile(r"req_[0-9A-Za-z]{1,64}")


def list_requests(desk: Desk, inquiry: Inquiry) -> Reply | Later:
    """The newest last. ``limit`` keeps the newest, or the first after ``since``.

    ``next`` is the ``since`` that goes on where more is left, and ``earlier`` tells that the answer
    would have been too long with those before. An empty ``since`` begins with the oldest.
    Where there is none so far it is waited for, for a duration ``within``.
    """
    given = read_filters(inquiry, FILTERS)
    keep = _make_filter(desk, inquiry.sandbox, given)
    limit = read_whole(given, "limit", PAGE)
    within = read_within(given)

    def look(over: bool) -> Reply | None:
        reply = _list(inquiry.sandbox, given, keep, limit)
        return reply if over or reply.body["requests"] else None

    return Later(within, look) if within else _list(inquiry.sandbox, given, keep, limit)


def _list(sandbox: Sandbox, given: Mapping[str, str], keep: Keep, limit: int) -> Reply:
    if "since" not in given:
        page = sandbox.journal.show_newest(keep, limit, sandbox.disclosure)
        earlier = {"earlier": True} if page.more and len(page.entries) < limit else {}
        return Reply(200, {"requests": page.entries, **earlier})
    since = _entry_id(given["since"]) if given["since"] else ""
    page = sandbox.journal.show_after(since, keep, limit, sandbox.disclosure)
    last = page.entries[-1]["id"] if page.entries else since
    more = {"next": last} if page.more else {}
    return Reply(200, {"requests": page.entries, **more})


def show_request(desk: Desk, inquiry: Inquiry) -> Reply:
    wanted = _entry_id(inquiry.args["entry_id"])
    entry = inquiry.sandbox.journal.find(wanted, inquiry.sandbox.disclosure)
    if entry is not None:
        return Reply(200, entry)
    raise Refused(
        "request_not_found",
        f"the journal has no entry {wanted}",
        "it keeps the newest calls to providers only; GET …/requests lists them",
        status=404,
    )


def _make_filter(desk: Desk, sandbox: Sandbox, given: Mapping[str, str]) -> Keep:
    """Whether an entry is one of those that were asked for. Raises Refused.

    What can be none of those that there are is refused: an empty list would pass for "no such
    call" in a test.
    """
    for name in CHOSEN:
        read_choice(given, name, _find_choices(desk, sandbox, name, given) if name in given else ())
    equal = {name: given[name] for name in (*CHOSEN, "message_id") if name in given}
    numbers = {name: _read_number(given, name) for name in NUMBERS if name in given}
    status = read_whole(given, "status", 0) if "status" in given else None
    committed = read_truth(given, "committed")
    because = given.get("because", "").casefold()

    def keep(record: Record) -> bool:
        head = record.head
        return (
            all(head.get(name) == value for name, value in equal.items())
            and all(digits_of(head.get(name) or "") == each for name, each in numbers.items())
            and status in (None, head["response"]["status"])
            and committed in (None, head["committed"])
            and (not because or because in show_because(record, sandbox.disclosure).casefold())
        )

    return keep


def _read_number(given: Mapping[str, str], name: str) -> str:
    digits = digits_of(given[name])
    if not digits:
        message = f"{name}: expected a phone number, came {shown(given[name])}"
        raise Refused("bad_filter", message, "such as 628123456789")
    return digits


def _find_choices(
    desk: Desk, sandbox: Sandbox, name: str, given: Mapping[str, str]
) -> Iterable[str]:
    """What a filter may be: what there is, and what the journal still knows of."""
    providers = [
        each for each in desk.providers.values() if given.get("provider") in (None, each.id)
    ]
    there: Iterable[str]
    match name:
        case "provider":
            return desk.providers
        case "operation":
            there = [each.name for provider in providers for each in provider.operations]
        case "account":
            there = find_labels(desk.providers, sandbox.labels(), given)
        case "error":
            there = [row.name for provider in providers for row in provider.errors]
        case _:
            there = ["header", *(rule["id"] for rule in sandbox.faults.all())]
    known: set[str] = {
        head[name]
        for head in sandbox.journal.heads()
        if head.get(name) and given.get("provider") in (None, head.get("provider"))
    }
    return (*dict.fromkeys(there), *sorted(known.difference(there)))


def _entry_id(text: str) -> str:
    if not ENTRY_ID.fullmatch(text):
        message = f"expected the id of an entry, which X-Mock-Request-Id tells, came {shown(text)}"
        raise Refused("bad_filter", message, "such as req_01JD8Z0V9Q5S3T7W2X4Y6Z8A0B")
    return text
