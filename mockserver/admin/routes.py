"""The routes of the administration API, and the way through them."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from mockserver.admin import (
    accounts,
    clock,
    explain,
    faults,
    messages,
    offer,
    openapi,
    reports,
    requests,
    sandboxes,
    sign,
    verdicts,
    verify,
)
from mockserver.admin.described import Described, Handler
from mockserver.admin.desk import Desk, Inquiry, Later
from mockserver.admin.finish import Finish
from mockserver.admin.gate import CHALLENGE, Gate
from mockserver.api.call import Call, Reply
from mockserver.pipeline.answer import (
    Answer,
    Waiting,
    bug_answer,
    encode_refusal,
    encode_reply,
)
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import ask_whether_meant, shown

PREFIX = "/_mock"
ALL = f"{PREFIX}/sandboxes"
SANDBOX = f"{ALL}/{{sandbox}}"

Look = Callable[[bool], Answer | None]

ROUTES: dict[str, dict[str, Handler]] = {
    f"{PREFIX}/livez": {"GET": offer.tell_alive},
    f"{PREFIX}/readyz": {"GET": offer.tell_ready},
    f"{PREFIX}/providers": {"GET": offer.list_providers},
    f"{PREFIX}/openapi.json": {"GET": openapi.tell_administration},
    f"{PREFIX}/openapi/{{provider}}.json": {"GET": openapi.tell_provider},
    ALL: {"GET": sandboxes.list_sandboxes, "POST": sandboxes.create_sandbox},
    SANDBOX: {"GET": sandboxes.show_sandbox, "DELETE": sandboxes.delete_sandbox},
    f"{SANDBOX}/reset": {"POST": sandboxes.reset_sandbox},
    f"{SANDBOX}/snapshot": {"GET": sandboxes.download_snapshot, "POST": sandboxes.remember_state},
    f"{SANDBOX}/restore": {"POST": sandboxes.restore_sandbox},
    f"{SANDBOX}/accounts/{{provider}}/{{label:rest}}": {"PATCH": accounts.patch_account},
    f"{SANDBOX}/clock": {"GET": clock.show_clock, "PUT": clock.set_clock},
    f"{SANDBOX}/sign": {"POST": sign.sign_call},
    f"{SANDBOX}/messages": {"GET": messages.list_messages, "POST": messages.write_message},
    f"{SANDBOX}/messages/{{message_id:rest}}": {"GET": messages.show_message},
    f"{SANDBOX}/reports": {"GET": reports.list_reports},
    f"{SANDBOX}/faults": {
        "GET": faults.list_rules,
        "POST": faults.add_rule,
        "PUT": faults.replace_rules,
        "DELETE": faults.clear_rules,
    },
    f"{SANDBOX}/faults/transcript": {"GET": faults.tell_transcript},
    f"{SANDBOX}/faults/{{rule_id}}": {"GET": faults.show_rule, "DELETE": faults.remove_rule},
    f"{SANDBOX}/scenarios": {"GET": faults.list_scenarios},
    f"{SANDBOX}/scenarios/{{name:rest}}": {"POST": faults.apply_scenario},
    f"{SANDBOX}/requests": {"GET": requests.list_requests},
    f"{SANDBOX}/requests/{{entry_id}}/explain": {"GET": explain.explain_request},
    f"{SANDBOX}/requests/{{entry_id:rest}}": {"GET": requests.show_request},
    f"{SANDBOX}/verdicts": {"GET": verdicts.show_verdicts},
    f"{SANDBOX}/verify": {"POST": verify.verify_calls},
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

log = logging.getLogger("mockserver")


def administrate(desk: Desk, gate: Gate, finish: Finish) -> Mapping[str, Callable[[Call], Answer]]:
    """What answers at each of the paths above, and elsewhere below the prefix."""

    def answer(path: str, call: Call) -> Answer:
        found = settle(path, partial(_answer, desk, gate, path, call))
        assert found is not None, "a call is answered, if only by what to wait for"
        if found.waiting is not None:
            seconds, look, listen = found.waiting
            found.waiting = Waiting(seconds, partial(look_again, path, look), listen)
        return found

    def look_again(path: str, look: Look, over: bool) -> Answer | None:
        return settle(path, partial(look, over))

    def settle(path: str, work: Callable[[], Answer | None]) -> Answer | None:
        try:
            found = work()
        except Refused as refused:
            found = _refuse(path, refused)
        except Exception as bug:
            log.exception("a bug in the server itself, at %s", path)
            found = bug_answer(bug)
        return None if found is None else finish(found)

    return {path: partial(answer, path) for path in (*ROUTES, *ELSEWHERE)}


def _answer(desk: Desk, gate: Gate, path: str, call: Call) -> Answer:
    """Raises Refused."""
    if path not in OPEN:
        gate.check(call)
    handler = _find_handler(path, call)
    args = dict(zip(NAMES[path], call.segments, strict=True))
    if "sandbox" not in args:
        found = handler(desk, Inquiry(call, args, None))
        assert isinstance(found, Reply), "only what happens in a sandbox can be waited for"
        return encode_reply(found)
    sandbox = _find_sandbox(desk, args["sandbox"])
    with _open_sandbox(sandbox):
        found = handler(desk, Inquiry(call, args, sandbox))
    return _wait_for(found, sandbox) if isinstance(found, Later) else encode_reply(found)


def _wait_for(later: Later, sandbox: Sandbox) -> Answer:
    def look(over: bool) -> Answer | None:
        with _open_sandbox(sandbox):
            reply = later.look(over)
        return None if reply is None else encode_reply(reply)

    def listen(wake: Callable[[], None]) -> Callable[[], None]:
        return sandbox.events.listen(lambda what, subject: wake())

    return Answer(200, {}, b"", waiting=Waiting(later.seconds, look, listen))


@contextmanager
def _open_sandbox(sandbox: Sandbox) -> Iterator[None]:
    """What is due there has happened. Raises Refused where it was deleted since it was found."""
    with sandbox.lock:
        if sandbox.closed:
            raise _unknown_sandbox(sandbox.id)
        sandbox.run_due(sandbox.now())
        yield


def _refuse(path: str, refused: Refused) -> Answer:
    answer = encode_refusal(refused)
    if refused.status == 405:
        answer.headers["Allow"] = ", ".join(ROUTES[path])
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = CHALLENGE
    return answer


def _find_handler(path: str, call: Call) -> Handler:
    if path not in ROUTES or call.code is not None:
        hint = f"there are {', '.join(map(_write_path, ROUTES))}"
        raise Refused("not_found", f"no such path: {call.target}", hint, status=404)
    methods = ROUTES[path]
    method = "GET" if call.method == "HEAD" else call.method
    if method not in methods:
        hint = f"there are {', '.join(methods)}"
        message = f"{call.method} is not what {_write_path(path)} is for"
        raise Refused("method_not_allowed", message, hint, status=405)
    if call.too_large:
        hint = f"the limit is 1 MiB, and 64 MiB where a sandbox is made: POST {ALL}"
        raise Refused("body_too_large", "the body is too large", hint, status=413)
    return methods[method]


def _write_path(path: str) -> str:
    return path.replace(":rest}", "}")


def _find_sandbox(desk: Desk, sandbox_id: str) -> Sandbox:
    sandbox = desk.sandboxes.find(sandbox_id)
    if sandbox is None:
        raise _unknown_sandbox(sandbox_id, [each.id for each in desk.sandboxes.all()])
    return sandbox


def _unknown_sandbox(sandbox_id: str, known: Sequence[str] = ()) -> Refused:
    message = f"no such sandbox: {shown(sandbox_id)}"
    hint = f"{ask_whether_meant(known, sandbox_id.lower())}GET /_mock/sandboxes lists all"
    return Refused("sandbox_not_found", message, hint, status=404)
