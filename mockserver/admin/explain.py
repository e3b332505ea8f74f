"""Why a call was answered as it was."""

from mockserver.admin.desk import Desk, Inquiry
from mockserver.api.call import Reply
from mockserver.late import load_module

EXPLAINING = "mockserver.admin.explaining"  # which few servers are asked for, and takes a while


def explain_request(desk: Desk, inquiry: Inquiry) -> Reply:
    """In words and as data, without secrets. ``last`` is the id of the newest call."""
    reply: Reply = load_module(EXPLAINING).explain_entry(desk, inquiry)
    return reply
