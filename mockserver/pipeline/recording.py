"""The end of a call's way, and of those that were on none: written down, and told in the log."""

import logging

from mockserver.api.call import Call
from mockserver.pipeline.answer import REQUEST_ID, Answer, bug_answer, encode_refusal
from mockserver.pipeline.call_log import log_call
from mockserver.pipeline.ports import CallWorld, CallWorlds, Outcome
from mockserver.pipeline.reason_header import tell_reason
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

log = logging.getLogger("mockserver.calls")


def record_call(sandbox: CallWorld, outcome: Outcome) -> Answer:
    """Write a call down that was answered, and tell it in the log. What becomes of the answer on
    the wire is written down once it is told to its ``transfer``.
    """
    answer = outcome.answer
    answer.headers[REQUEST_ID] = outcome.stamp.id
    if sandbox.tells_reasons:
        tell_reason(sandbox, outcome)
    answer.transfer = sandbox.write_down(outcome)
    log_call(outcome, sandbox.masking_of)
    return answer


def answer_apart(
    sandboxes: CallWorlds,
    sandbox: CallWorld | None,
    call: Call,
    answer: Answer,
    arrived: float,
    unattributed: str | None = None,
) -> Answer:
    """Write down an answer without an exchange, if the sandbox is there and stays."""
    if sandbox is not None:
        with sandbox.lock:
            if not sandbox.closed:
                return _answer_without_exchange(sandbox, call, answer, arrived, unattributed)
    return answer_unknown_code(sandboxes, call, arrived)


def answer_unknown_code(sandboxes: CallWorlds, call: Call, arrived: float) -> Answer:
    """Answer a call whose path names a sandbox that is not there."""
    reason = f"no sandbox has the code {shown(call.code)}"
    hint = "it may have been deleted, or have expired; GET /_mock/sandboxes lists them with theirs"
    sandboxes.count_unattributed()
    answer = encode_refusal(Refused("sandbox_not_found", reason, hint, status=404))
    return _answer_without_exchange(sandboxes.default, call, answer, arrived, reason)


def _answer_without_exchange(
    sandbox: CallWorld, call: Call, answer: Answer, arrived: float, unattributed: str | None
) -> Answer:
    with sandbox.lock:
        stamp = sandbox.stamp()
        try:
            sandbox.change([stamp.ordinal])
        except Refused as refused:
            answer = encode_refusal(refused)
        except Exception as bug:
            log.exception("a bug in the server itself")
            answer = bug_answer(bug)
        outcome = Outcome(call, stamp, answer, arrived, unattributed=unattributed)
        return record_call(sandbox, outcome)
