"""Why a call was answered as it was."""

from functools import partial

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, read_filters
from mockserver.admin.requests import read_entry_id, refuse_unknown
from mockserver.api.call import Reply
from mockserver.pipeline.explaining.explain import explain_call
from mockserver.sandbox.recalling import recall_call, secrets_of
from mockserver.sandbox.surroundings import SandboxSurroundings


@described(200, "Explanation", refuses=(400,))
def explain_request(desk: Desk, inquiry: Inquiry) -> Reply:
    """Why a call was answered as it was, in words and as data; ``last`` is the newest one."""
    read_filters(inquiry, ())
    wanted, sandbox = read_entry_id(inquiry.args["entry_id"]), inquiry.sandbox
    found = sandbox.journal.find_record(wanted)
    if found is None:
        raise refuse_unknown(wanted)
    record, body = found
    recorded = recall_call(record, body)
    told = explain_call(
        desk.providers,
        sandbox,
        sandbox.id,
        recorded,
        partial(SandboxSurroundings, desk.providers, desk.sandboxes, sandbox),
        sandbox.faults.find,
    )
    masking = sandbox.disclosure.masking_of(recorded.call.headers, body, secrets_of(record))
    return Reply(200, masking.mask_tree(told))
