"""What was refused before it was a call: written down like one, and told in the log."""

import logging
from time import perf_counter

from mockserver.api.call import Call
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.call_log import log_refusal
from mockserver.pipeline.decoding import decode_body
from mockserver.pipeline.delivery import Delivery, Ending
from mockserver.pipeline.ports import CallWorld, CallWorlds, Outcome
from mockserver.pipeline.refusal import Refusal
from mockserver.pipeline.transfer import Transfer
from mockserver.text.mistakes import Refused

LONGEST_SENTENCE, LONGEST_NAME, LONGEST_TARGET = 512, 256, 2_048
"""Characters: a client can make all of them long."""
NOBODYS = "it was refused before it was a call, and nothing in it names a sandbox"

log = logging.getLogger("mockserver.calls")


def record_refusal(sandboxes: CallWorlds, refusal: Refusal) -> Transfer:
    """Write it down in the sandbox that it names, or in ``default``, and tell it in the log.

    What is given wants to know what becomes of the answer.
    """
    arrived = perf_counter()
    sandbox = None if refusal.code is None else sandboxes.find_by_code(refusal.code)
    if sandbox is not None:
        with sandbox.lock:
            if not sandbox.closed:
                return _record(sandbox, refusal, arrived, None)
    nobodys = NOBODYS
    if refusal.code is not None:
        nobodys = f"it was refused before it was a call; no sandbox has the code {refusal.code:.16}"
    sandboxes.count_unattributed()
    with sandboxes.default.lock:
        return _record(sandboxes.default, refusal, arrived, nobodys)


def _record(
    sandbox: CallWorld, refusal: Refusal, arrived: float, unattributed: str | None
) -> Transfer:
    refusal = _shorten(refusal)
    stamp = sandbox.stamp()
    try:
        sandbox.change([stamp.ordinal])
    except Refused as refused:  # it cannot be kept, and is told all the same
        log.warning("%s: %s", stamp.id, refused.message)
    content = decode_body(b"", None)
    call = Call(refusal.method, "", refusal.target, refusal.headers, content=content)
    outcome = Outcome(
        call, stamp, _answer_of(refusal), arrived, unattributed=unattributed, refusal=refusal
    )
    transfer = sandbox.write_down(outcome)
    log_refusal(outcome, refusal, sandbox.masking_of(outcome))
    return transfer


def _answer_of(refusal: Refusal) -> Answer:
    """What was answered, as far as it is worth being kept."""
    if refusal.status is None:
        return Answer(0, {}, b"", refusal.reason, Delivery(ending=Ending()))
    return Answer(refusal.status, {}, b"", refusal.reason)


def _shorten(refusal: Refusal) -> Refusal:
    """Within bounds, and of what can be written: nobody knows yet in which encoding it came."""
    return refusal._replace(
        reason=_cut(refusal.reason, LONGEST_SENTENCE),
        hint=_cut(refusal.hint, LONGEST_SENTENCE),
        method=_cut(refusal.method, LONGEST_NAME),
        target=_cut(refusal.target, LONGEST_TARGET),
        headers={_cut(name): _cut(value) for name, value in refusal.headers.items()},
        host=_cut(refusal.host, LONGEST_NAME),
        peer=_cut(refusal.peer, LONGEST_NAME),
    )


def _cut(text: str, longest: int | None = None) -> str:
    return text[:longest].encode("utf-8", "backslashreplace").decode()
