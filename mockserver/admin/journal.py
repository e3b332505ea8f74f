"""The calls that were made."""

from collections.abc import Mapping
from typing import Any

from mockserver.admin.desk import Desk, chosen, filters_of
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Refused
from mockserver.core.shown import shown

FILTERS = ("provider", "operation", "status", "since", "limit")


def find(desk: Desk, call: Call) -> Reply:
    """The newest last. ``limit`` keeps the newest, or the first after ``since``."""
    given = filters_of(call, FILTERS)
    if "provider" in given:
        chosen("provider", given["provider"], desk.providers)
    status = _whole("status", given["status"]) if "status" in given else None
    limit = _whole("limit", given["limit"]) if "limit" in given else None

    def keep(entry: Mapping[str, Any]) -> bool:
        return (
            given.get("provider", entry["provider"]) == entry["provider"]
            and given.get("operation", entry["operation"]) == entry["operation"]
            and status in (None, entry["response"]["status"])
        ) or entry["id"] == given.get("since")

    if "since" in given:
        entries = _after(desk.sandbox.journal.entries(keep), given["since"])[:limit]
    else:
        entries = desk.sandbox.journal.entries(keep, limit)
    return Reply(200, {"requests": entries})


def _after(entries: list[dict[str, Any]], since: str) -> list[dict[str, Any]]:
    """All of them where the entry has left the journal already."""
    places = [place for place, entry in enumerate(entries) if entry["id"] == since]
    return entries[places[0] + 1 :] if places else entries


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Refused(
            "bad_filter", f"{name}: expected a whole number, came {shown(text)}", "such as 200"
        )
    return int(text)
