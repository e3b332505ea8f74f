"""Looking at the delivery reports that calls can ask for."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mockserver.admin.described import described
from mockserver.admin.desk import (
    PAGE,
    Desk,
    Inquiry,
    find_labels,
    read_choice,
    read_filters,
    read_whole,
)
from mockserver.api.call import Reply
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

COLLECTION = "reports"  # what providers that have reports call theirs
FILTERS = ("provider", "account", "status", "limit", "after")


@described(200, "Reports", query=FILTERS)
def list_reports(desk: Desk, inquiry: Inquiry) -> Reply:
    """Delivery reports, as the fixtures have them.

    ``status`` is one of a message in the report.

    Where more than the limit is left, ``next`` is what ``after`` takes to go on.
    """
    given = read_filters(inquiry, FILTERS)
    limit = read_whole(given, "limit", PAGE)
    provider = read_choice(given, "provider", desk.providers)
    wanted = list(desk.providers) if provider is None else [provider]
    read_choice(given, "account", find_labels(wanted, inquiry.sandbox.labels(), given))
    found: Iterator[dict[str, Any]] = (
        report
        for report in _find_reports(desk, inquiry, wanted)
        if given.get("account", report["account"]) == report["account"]
        and ("status" not in given or _holds_status(report, given["status"]))
    )
    if "after" in given:
        found = _skip_to(found, given["after"])
    listed = list(islice(found, limit))
    more = {"next": listed[-1]["id"]} if listed and next(found, None) is not None else {}
    return Reply(200, {"reports": listed, **more})


def _find_reports(desk: Desk, inquiry: Inquiry, wanted: list[str]) -> Iterator[dict[str, Any]]:
    for provider in wanted:
        if COLLECTION in desk.providers[provider].records:
            for record in inquiry.sandbox.records(provider, COLLECTION):
                yield {"id": record["id"], "provider": provider, **record}


def _holds_status(value: Any, wanted: str) -> bool:
    """Whether anything within has that ``status``: where it stands is the provider's own matter."""
    if isinstance(value, list):
        return any(_holds_status(each, wanted) for each in value)
    if isinstance(value, dict):
        if value.get("status") == wanted:
            return True
        return any(_holds_status(each, wanted) for each in value.values())
    return False


def _skip_to(found: Iterator[dict[str, Any]], report_id: str) -> Iterator[dict[str, Any]]:
    for report in found:
        if report["id"] == report_id:
            return found
    message = f"after: no report of these has the id {shown(report_id)}"
    raise Refused("bad_filter", message, 'send what "next" told')
