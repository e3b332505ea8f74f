"""Why D7 refuses a call: the id in its path."""

import re
from collections.abc import Iterator

from mockserver.api import Case, Finding, diagnose_message, find_near_id, shown

REPORTS = "reports"
FORMS = {
    re.compile(r"wamid\..*"): "WhatsApp's own id; D7 has UUIDs",
    re.compile(r"msg_.*"): "the id of another provider's row",
}


def diagnose_own_message(case: Case) -> Iterator[Finding]:
    yield from diagnose_message(case, case.exchange.args.get("message_id"), None, FORMS)


def diagnose_report(case: Case) -> Iterator[Finding]:
    """Whose report it is, or what else the id is that of."""
    request_id = case.exchange.args.get("request_id", "")[:1_024]
    exchange = case.exchange
    record = exchange.world.record(exchange.provider.id, REPORTS, request_id)
    if record is not None:
        text = f"the report is one of the account {record['account']}"
        yield Finding("other_account", text, (f"call as the account {record['account']}",))
        return
    if exchange.world.messages.get(exchange.provider.id, request_id) is not None:
        text = f"{shown(request_id)} is the id of a message, and no send request's"
        advice = "take the request_id of the answer to the send"
        yield Finding("other_kind_of_id", text, (advice,))
    yield from find_near_id(case, request_id, REPORTS)
