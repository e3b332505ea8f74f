"""Why a call was answered as it was."""

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry
from mockserver.api.call import Reply
from mockserver.late import load_module

EXPLAINING = "mockserver.admin.explaining"  # which few servers are asked for, and takes a while


@described(200, "Explanation", refuses=(400,))
def explain_request(desk: Desk, inquiry: Inquiry) -> Reply:
    """Why a call was answered as it was, in words and as data; ``last`` is the newest one."""
    reply: Reply = load_module(EXPLAINING).explain_entry(desk, inquiry)
    return reply
