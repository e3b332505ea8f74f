"""The calls that were made."""

from collections.abc import Mapping
from typing import Any

from mockserver.admin.desk import Desk, Inquiry, choose, read_filters
from mockserver.api.call import Reply
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

SAME = ("provider", "operation", "account", "error", "fault")  # filters by equality
FILTERS = (*SAME, "status", "since", "limit")


def list_requests(desk: Desk, inquiry: Inquiry) -> Reply:
    """The newest last. ``limit`` keeps the newest, or the first after ``since``."""
    given = read_filters(inquiry, FILTERS)
    if "provider" in given:
        choose("provider", given["provider"], desk.providers)
    status = _whole("status", given["status"]) if "status" in given else None
    limit = _whole("limit", given["limit"]) if "limit" in given else None
    since = _entry_id(given["since"]) if "since" in given else None

    def keep(entry: Mapping[str, Any]) -> bool:
        return (
            all(given.get(name, entry[name]) == entry[name] for name in SAME)
            and status in (None, entry["response"]["status"])
        ) or entry["id"] == since

    if since is not None:
        entries = _after(inquiry.sandbox.journal.entries(keep), since)[:limit]
    else:
        entries = inquiry.sandbox.journal.entries(keep, limit)
    return Reply(200, {"requests": entries})


def show_request(desk: Desk, inquiry: Inquiry) -> Reply:
    wanted = _entry_id(inquiry.args["entry_id"])
    for entry in inquiry.sandbox.journal.entries(lambda entry: entry["id"] == wanted, 1):
        return Reply(200, entry)
    raise Refused(
        "request_not_found",
        f"the journal has no entry {wanted}",
        "it keeps the newest calls to providers only; GET …/requests lists them",
        status=404,
    )


def _after(entries: list[dict[str, Any]], since: str) -> list[dict[str, Any]]:
    """All of them where the entry has left the journal already."""
    places = [place for place, entry in enumerate(entries) if entry["id"] == since]
    return entries[places[0] + 1 :] if places else entries


def _entry_id(text: str) -> str:
    if not text.startswith("req_"):
        message = f"expected the id of an entry, which X-Mock-Request-Id tells, came {shown(text)}"
        raise Refused("bad_filter", message, "such as req_01JD8Z0V9Q5S3T7W2X4Y6Z8A0B")
    return text


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Refused(
            "bad_filter", f"{name}: expected a whole number, came {shown(text)}", "such as 200"
        )
    return int(text)
