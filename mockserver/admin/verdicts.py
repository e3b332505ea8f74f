"""What is to be said of the client."""

from collections.abc import Mapping

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, read_filters, read_whole
from mockserver.api.call import Reply
from mockserver.late import load_module
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown
from mockserver.verdicts.thresholds import BOUNDS, Thresholds

JUDGE = "mockserver.verdicts.judge"  # what it needs takes a while to load


@described(200, "Verdicts", query=tuple(BOUNDS))
def show_verdicts(desk: Desk, inquiry: Inquiry) -> Reply:
    """All verdicts on the client, by the settings' thresholds or by those that were given."""
    thresholds = _read_thresholds(desk.thresholds, read_filters(inquiry, tuple(BOUNDS)))
    sandbox = inquiry.sandbox
    judge = load_module(JUDGE).Judge(desk.providers, desk.sandboxes, sandbox, thresholds)
    verdicts = judge.judge()
    mask = sandbox.disclosure.masking().mask
    told = [each._replace(text=mask(each.text)).to_json() for each in verdicts]
    return Reply(200, {"verdicts": told, "dropped": sandbox.journal.dropped})


def _read_thresholds(usual: Thresholds, given: Mapping[str, str]) -> Thresholds:
    """Raises Refused."""
    read = {}
    for name in given:
        bounds = BOUNDS[name]
        value = read_whole(given, name, bounds.default)
        if not bounds.low <= value <= bounds.high:
            message = f"{name}: expected {bounds.low} to {bounds.high}, came {shown(given[name])}"
            raise Refused("bad_filter", message, f"such as {bounds.default}")
        read[name] = value
    return usual._replace(**read)
