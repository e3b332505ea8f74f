"""The routes of the administration API, and the way through them."""

from collections.abc import Callable

from mockserver.admin import faults, journal, messages, status
from mockserver.admin.desk import Desk
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Refused
from mockserver.core.shown import shown

PREFIX = "/_mock"
SANDBOX = f"{PREFIX}/sandboxes/{{sandbox}}"

Handler = Callable[[Desk, Call], Reply]

ROUTES: dict[str, dict[str, Handler]] = {
    f"{PREFIX}/livez": {"GET": status.ready},
    f"{PREFIX}/readyz": {"GET": status.ready},
    f"{PREFIX}/providers": {"GET": status.providers},
    SANDBOX: {"GET": status.sandbox},
    f"{SANDBOX}/reset": {"POST": status.reset},
    f"{SANDBOX}/messages": {"GET": messages.find, "POST": messages.write},
    f"{SANDBOX}/messages/{{message_id:rest}}": {"GET": messages.show},
    f"{SANDBOX}/faults": {
        "GET": faults.find,
        "POST": faults.add,
        "PUT": faults.replace,
        "DELETE": faults.clear,
    },
    f"{SANDBOX}/faults/transcript": {"GET": faults.transcript},
    f"{SANDBOX}/faults/{{rule_id}}": {"GET": faults.show, "DELETE": faults.remove},
    f"{SANDBOX}/scenarios": {"GET": faults.scenarios},
    f"{SANDBOX}/scenarios/{{name:rest}}": {"POST": faults.apply},
    f"{SANDBOX}/requests": {"GET": journal.find},
    f"{SANDBOX}/requests/{{entry_id:rest}}": {"GET": journal.show},
}


def answer(desk: Desk, path: str | None, call: Call) -> Reply:
    """Answer a call to one of the paths above; ``path`` is None where it is none of them."""
    try:
        reply = _handler(desk, path, call)(desk, call)
    except Refused as refused:
        headers = {"Allow": ", ".join(ROUTES[path])} if path and refused.status == 405 else {}
        reply = Reply(refused.status, refused.body(), headers)
    reply.headers["X-Mock-Request-Id"] = call.id
    return reply


def _handler(desk: Desk, path: str | None, call: Call) -> Handler:
    if path is None:
        hint = f"there are {', '.join(ROUTES)}"
        raise Refused("not_found", f"no such path: {call.target}", hint, status=404)
    methods = ROUTES[path]
    method = "GET" if call.method == "HEAD" else call.method
    if method not in methods:
        hint = f"there are {', '.join(methods)}"
        message = f"{call.method} is not what {path} is for"
        raise Refused("method_not_allowed", message, hint, status=405)
    if call.too_large:
        raise Refused("body_too_large", "the body is too large", "the limit is 1 MiB", status=413)
    wanted = call.args.get("sandbox", desk.sandbox.id)
    if wanted != desk.sandbox.id:
        hint = f"there is {desk.sandbox.id}"
        raise Refused("sandbox_not_found", f"no such sandbox: {shown(wanted)}", hint, status=404)
    return methods[method]
