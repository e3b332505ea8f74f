"""The way of a call to the administration."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from mockserver.admin.described import Described
from mockserver.admin.desk import Desk, Inquiry, Later
from mockserver.admin.finish import Finish
from mockserver.admin.gate import CHALLENGE, Gate
from mockserver.admin.routes import ALL, ELSEWHERE, NAMES, OPEN, ROUTES, load_handler
from mockserver.api.call import Call, Reply
from mockserver.pipeline.answer import (
    Answer,
    Waiting,
    bug_answer,
    encode_refusal,
    encode_reply,
)
from mockserver.pipeline.stream import Stream
from mockserver.sandbox.events import CALL, SANDBOX
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import ask_whether_meant, shown

Look = Callable[[bool], Answer | None]

NEWS = (CALL, SANDBOX)
"""Kinds of events: nothing that is waited for depends on another."""

log = logging.getLogger("mockserver")


def administrate(desk: Desk, gate: Gate, finish: Finish) -> Mapping[str, Callable[[Call], Answer]]:
    """What answers at each of the paths above, and elsewhere below the prefix."""

    def answer(path: str, call: Call) -> Answer:
        found = settle(path, partial(_answer, desk, gate, path, call))
        assert found is not None, "a call is answered, if only by what to wait for"
        if found.waiting is not None:
            look = partial(look_again, path, found.waiting.look)
            found.waiting = found.waiting._replace(look=look)
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
    if isinstance(found, Stream):
        return Answer(200, {"Content-Type": handler.media_type}, b"", stream=found)
    return _wait_for(found, sandbox) if isinstance(found, Later) else encode_reply(found)


def _wait_for(later: Later, sandbox: Sandbox) -> Answer:
    def look(over: bool) -> Answer | None:
        with _open_sandbox(sandbox):
            reply = later.look(over)
        return None if reply is None else encode_reply(reply)

    def listen(wake: Callable[[], None]) -> Callable[[], None]:
        def hear(kind: str) -> None:
            if kind in NEWS:
                wake()

        return sandbox.events.listen(hear)

    return Answer(200, {}, b"", waiting=Waiting(later.seconds, look, later.pause, listen))


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


def _find_handler(path: str, call: Call) -> Described:
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
    return load_handler(methods[method])


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
