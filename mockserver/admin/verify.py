"""Whether the calls that were made are those that somebody expects."""

from mockserver.admin.desk import Desk, Inquiry, Later
from mockserver.api.call import Reply
from mockserver.late import load_module

JUDGE = "mockserver.admin.expectations"  # loading it takes 10 ms, which few starts need


def verify_calls(desk: Desk, inquiry: Inquiry) -> Reply | Later:
    """200 where what is expected holds, or 409 with what came instead."""
    found: Reply | Later = load_module(JUDGE).judge_calls(desk, inquiry)
    return found
