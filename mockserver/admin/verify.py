"""Whether the calls that were made are those that somebody expects."""

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, Later
from mockserver.api.call import Reply
from mockserver.late import load_module

JUDGE = "mockserver.admin.expectations"  # loading it takes 10 ms, which few starts need


@described(200, "Outcome", body="Verification", also={409: "Outcome"}, refuses=(503,))
def verify_calls(desk: Desk, inquiry: Inquiry) -> Reply | Later:
    """Whether the calls that were made are those that are expected.

    409 comes with what came instead.
    """
    found: Reply | Later = load_module(JUDGE).judge_calls(desk, inquiry)
    return found
