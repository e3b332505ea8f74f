"""The routes of the administration API, and the way through them."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from secrets import randbits

from mockserver.admin import accounts, faults, journal, messages, sandboxes, status
from mockserver.admin.desk import Desk, Inquiry
from mockserver.api.call import Call, Reply
from mockserver.api.ids import Draw
from mockserver.pipeline.answer import Answer, encode_refusal, encode_reply
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

PREFIX = "/_mock"
ALL = f"{PREFIX}/sandboxes"
SANDBOX = f"{ALL}/{{sandbox}}"
REQUEST_ID = "X-Mock-Request-Id"

Handler = Callable[[Desk, Inquiry], Reply]

ROUTES: dict[str, dict[str, Handler]] = {
    f"{PREFIX}/livez": {"GET": status.tell_ready},
    f"{PREFIX}/readyz": {"GET": status.tell_ready},
    f"{PREFIX}/providers": {"GET": status.list_providers},
    ALL: {"GET": sandboxes.find, "POST": sandboxes.create},
    SANDBOX: {"GET": sandboxes.show, "DELETE": sandboxes.delete},
    f"{SANDBOX}/reset": {"POST": sandboxes.reset},
    f"{SANDBOX}/snapshot": {"GET": sandboxes.download, "POST": sandboxes.remember},
    f"{SANDBOX}/restore": {"POST": sandboxes.restore},
    f"{SANDBOX}/accounts/{{provider}}/{{label:rest}}": {"PATCH": accounts.patch},
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
ELSEWHERE = (PREFIX, f"{PREFIX}/{{unknown:rest}}")
NAME = re.compile(r"\{(\w+)")
NAMES = {path: NAME.findall(path) for path in (*ROUTES, *ELSEWHERE)}


def administrate(desk: Desk) -> Mapping[str, Callable[[Call], Answer]]:
    """What answers at each of the paths above, and elsewhere below the prefix."""
    seed, numbers = randbits(53), count(1)

    def answer(path: str, call: Call) -> Answer:
        made = _answer(desk, path, call)
        made.headers[REQUEST_ID] = f"req_{Draw(seed, 'administration', next(numbers)).crockford()}"
        return made

    return {path: partial(answer, path) for path in (*ROUTES, *ELSEWHERE)}


def _answer(desk: Desk, path: str, call: Call) -> Answer:
    try:
        handler = _find_handler(path, call)
        args = dict(zip(NAMES[path], call.segments, strict=True))
        if "sandbox" not in args:
            return encode_reply(handler(desk, Inquiry(call, args, None)))
        sandbox = _find_sandbox(desk, args["sandbox"])
        with sandbox.lock:
            if sandbox.closed:  # since it was found, by another thread
                raise _unknown_sandbox(args["sandbox"])
            return encode_reply(handler(desk, Inquiry(call, args, sandbox)))
    except Refused as refused:
        answer = encode_refusal(refused)
        if refused.status == 405:
            answer.headers["Allow"] = ", ".join(ROUTES[path])
        return answer


def _find_handler(path: str, call: Call) -> Handler:
    if path not in ROUTES or call.code is not None:
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
    return methods[method]


def _find_sandbox(desk: Desk, sandbox_id: str) -> Sandbox:
    sandbox = desk.sandboxes.find(sandbox_id)
    if sandbox is None:
        raise _unknown_sandbox(sandbox_id)
    return sandbox


def _unknown_sandbox(sandbox_id: str) -> Refused:
    message = f"no such sandbox: {shown(sandbox_id)}"
    hint = "there is default; GET /_mock/sandboxes lists all"
    return Refused("sandbox_not_found", message, hint, status=404)
