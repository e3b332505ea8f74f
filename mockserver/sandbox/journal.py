"""The newest calls and what became of them."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from mockserver.api.call import Call
from mockserver.api.changes import MESSAGES, Change
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.ports import Outcome
from mockserver.sandbox.bounded import Budget, Log
from mockserver.sandbox.retries import Retries
from mockserver.text.masking import masked, masked_headers
from mockserver.text.times import iso, iso_or_none

KEPT_CHARACTERS = 8_192
HEADER_LIMIT = 1_024
CHANGES_LIMIT = 100
INSTANTS = ("read_at", "typing_until")
# An entry is read into this one: what most of them do not have is not kept, which saves memory.
EMPTY: Mapping[str, Any] = {
    "id": None,
    "at": None,
    "machine_at": None,
    "provider": None,
    "operation": None,
    "account": None,
    "request": None,
    "response": None,
    "error": None,
    "because": None,
    "fault": None,
    "committed": False,
    "changes": [],
    "retry_of": None,
    "unattributed": None,
    "duration_ms": 0.0,
}
NO_RESPONSE: Mapping[str, Any] = {"status": None, "headers": {}, "body": ""}


class Journal:
    """A bounded list of entries, oldest first.

    Secrets are masked before an entry is kept, and long bodies cut, so that the journal's size is
    bounded too.
    """

    def __init__(self, length: int, budget: Budget) -> None:
        self._log = Log(length, budget)
        self._retries = Retries()

    def record(self, outcome: Outcome) -> None:
        self._log.append(self._describe(outcome))
        if outcome.exchange is not None and outcome.plan is not None and outcome.plan.terminal:
            self._retries.lose(outcome.exchange)

    def entries(
        self, keep: Callable[[Mapping[str, Any]], bool], newest: int | None = None
    ) -> list[dict[str, Any]]:
        """Those to keep, all or so many of the newest."""
        found = filter(keep, ({**EMPTY, **each} for each in self._log.newest_first()))
        return list(islice(found, newest))[::-1]

    def clear(self) -> None:
        self._log.clear()
        self._retries.clear()

    def _describe(self, outcome: Outcome) -> dict[str, Any]:
        answer, exchange, stamp = outcome.answer, outcome.exchange, outcome.stamp
        at = iso(stamp.at)
        entry: dict[str, Any] = {
            "id": stamp.id,
            "at": at,
            "machine_at": at if stamp.machine_at == stamp.at else iso(stamp.machine_at),
            "provider": exchange.provider.id if exchange else None,
            "operation": exchange.operation_name if exchange else None,
            "account": exchange.account_label if exchange else None,
            "request": _describe_call(outcome.call),
            "response": NO_RESPONSE if _is_unanswered(answer) else _describe_answer(answer),
            "committed": outcome.committed,
            "duration_ms": round(outcome.duration_ms, 3),
        }
        if outcome.changes:
            entry["changes"] = _describe_changes(outcome.changes)
        if outcome.error is not None:
            entry["error"] = outcome.error
        if answer.because is not None:
            entry["because"] = answer.because
        if outcome.unattributed is not None:
            entry["unattributed"] = outcome.unattributed
        retry_of = self._retries.find(exchange) if exchange else None
        if retry_of is not None:
            entry["retry_of"] = retry_of
        if outcome.plan and outcome.natural:
            entry |= _describe_faults(outcome.plan, outcome.natural)
        return entry


def _describe_call(call: Call) -> dict[str, Any]:
    return {
        "method": call.method,
        "path": masked(call.target[:HEADER_LIMIT]),
        "headers": masked_headers(call.headers, HEADER_LIMIT),
        "body": masked(_cut(call.body.decode("utf-8", "replace"))),
    }


def _describe_faults(plan: Plan, natural: Answer) -> dict[str, Any]:
    """What struck, and what the answer would have been."""
    return {
        "fault": plan.rule,
        "injected": [hit.to_json() for hit in plan.hits],
        "sent": plan.delivery.sent,
        "injected_ms": round(plan.delivery.planned_ms, 3),
        "when": ("after" if plan.after else "before") if plan.terminal else None,
        "natural": {"status": natural.status, "body": _cut(natural.text)},
    }


def _describe_changes(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """The work: which message got which fields; of very many the first."""
    described: list[dict[str, Any]] = []
    for _, table, document_id, fields in changes[:CHANGES_LIMIT]:
        if table.startswith(MESSAGES):
            told = {name: iso_or_none(fields[name]) for name in INSTANTS if name in fields}
            described.append({"message": document_id[:HEADER_LIMIT], **told})
    if len(changes) > CHANGES_LIMIT:
        described.append({"more": len(changes) - CHANGES_LIMIT})
    return described


def _is_unanswered(answer: Answer) -> bool:
    return answer.delivery is not None and answer.delivery.sent in ("nothing", "garbage")


def _describe_answer(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "headers": answer.headers, "body": _cut(answer.text)}


def _cut(text: str) -> str:
    dropped = len(text) - KEPT_CHARACTERS
    return text if dropped <= 0 else f"{text[:KEPT_CHARACTERS]}… ({dropped} more characters)"
