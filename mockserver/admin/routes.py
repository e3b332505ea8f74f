"""The routes of the administration API."""

import re
from collections.abc import Mapping

from mockserver.admin import offer
from mockserver.admin.described import Described, Late

PREFIX = "/_mock"
ALL = f"{PREFIX}/sandboxes"
SANDBOX = f"{ALL}/{{sandbox}}"

# Loaded when they are first asked for: a start is shorter without.
ACCOUNTS = "mockserver.admin.accounts"
AUTHORITY = "mockserver.admin.authority"
CLOCK = "mockserver.admin.clock"
EVENTS = "mockserver.admin.events"
EXPLAIN = "mockserver.admin.explain"
FAULTS = "mockserver.admin.faults"
MESSAGES = "mockserver.admin.messages"
OPENAPI = "mockserver.admin.openapi"
REPORTS = "mockserver.admin.reports"
REQUESTS = "mockserver.admin.requests"
SANDBOXES = "mockserver.admin.sandboxes"
SIGN = "mockserver.admin.sign"
VERDICTS = "mockserver.admin.verdicts"
VERIFY = "mockserver.admin.verify"

ROUTES: Mapping[str, Mapping[str, Described | Late]] = {
    f"{PREFIX}/livez": {"GET": offer.tell_alive},
    f"{PREFIX}/readyz": {"GET": offer.tell_ready},
    f"{PREFIX}/providers": {"GET": offer.list_providers},
    f"{PREFIX}/openapi.json": {"GET": Late(OPENAPI, "tell_administration")},
    f"{PREFIX}/openapi/{{provider}}.json": {"GET": Late(OPENAPI, "tell_provider")},
    f"{PREFIX}/ca.pem": {"GET": Late(AUTHORITY, "show_authority")},
    ALL: {"GET": Late(SANDBOXES, "list_sandboxes"), "POST": Late(SANDBOXES, "create_sandbox")},
    SANDBOX: {"GET": Late(SANDBOXES, "show_sandbox"), "DELETE": Late(SANDBOXES, "delete_sandbox")},
    f"{SANDBOX}/reset": {"POST": Late(SANDBOXES, "reset_sandbox")},
    f"{SANDBOX}/snapshot": {
        "GET": Late(SANDBOXES, "download_snapshot"),
        "POST": Late(SANDBOXES, "remember_state"),
    },
    f"{SANDBOX}/restore": {"POST": Late(SANDBOXES, "restore_sandbox")},
    f"{SANDBOX}/accounts/{{provider}}/{{label:rest}}": {"PATCH": Late(ACCOUNTS, "patch_account")},
    f"{SANDBOX}/clock": {"GET": Late(CLOCK, "show_clock"), "PUT": Late(CLOCK, "set_clock")},
    f"{SANDBOX}/sign": {"POST": Late(SIGN, "sign_call")},
    f"{SANDBOX}/messages": {
        "GET": Late(MESSAGES, "list_messages"),
        "POST": Late(MESSAGES, "write_message"),
    },
    f"{SANDBOX}/messages/{{message_id:rest}}": {"GET": Late(MESSAGES, "show_message")},
    f"{SANDBOX}/reports": {"GET": Late(REPORTS, "list_reports")},
    f"{SANDBOX}/faults": {
        "GET": Late(FAULTS, "list_rules"),
        "POST": Late(FAULTS, "add_rule"),
        "PUT": Late(FAULTS, "replace_rules"),
        "DELETE": Late(FAULTS, "clear_rules"),
    },
    f"{SANDBOX}/faults/transcript": {"GET": Late(FAULTS, "tell_transcript")},
    f"{SANDBOX}/faults/{{rule_id}}": {
        "GET": Late(FAULTS, "show_rule"),
        "DELETE": Late(FAULTS, "remove_rule"),
    },
    f"{SANDBOX}/scenarios": {"GET": Late(FAULTS, "list_scenarios")},
    f"{SANDBOX}/scenarios/{{name:rest}}": {"POST": Late(FAULTS, "apply_scenario")},
    f"{SANDBOX}/requests": {"GET": Late(REQUESTS, "list_requests")},
    f"{SANDBOX}/requests/{{entry_id}}/explain": {"GET": Late(EXPLAIN, "explain_request")},
    f"{SANDBOX}/requests/{{entry_id:rest}}": {"GET": Late(REQUESTS, "show_request")},
    f"{SANDBOX}/events": {"GET": Late(EVENTS, "follow_events")},
    f"{SANDBOX}/verdicts": {"GET": Late(VERDICTS, "show_verdicts")},
    f"{SANDBOX}/verify": {"POST": Late(VERIFY, "verify_calls")},
}
ELSEWHERE = (PREFIX, f"{PREFIX}/{{unknown:rest}}")
OPEN = {
    path
    for path, handlers in ROUTES.items()
    if all(isinstance(each, Described) and each.open for each in handlers.values())
}
"""Asked by whoever looks after containers: they tell nothing and change nothing."""
NAME = re.compile(r"\{(\w+)")
NAMES = {path: NAME.findall(path) for path in (*ROUTES, *ELSEWHERE)}


def load_handler(handler: Described | Late) -> Described:
    return handler.load() if isinstance(handler, Late) else handler


def load_routes() -> dict[str, dict[str, Described]]:
    """All of them, with what each says of itself."""
    return {
        path: {method: load_handler(each) for method, each in handlers.items()}
        for path, handlers in ROUTES.items()
    }
