"""From a call's outcome to what the journal keeps of it."""

from functools import partial
from typing import Any

import orjson

from mockserver.api.changes import MESSAGES, Change
from mockserver.api.exchange import Exchange
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Hit, Plan
from mockserver.pipeline.ports import Outcome
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import ITEMS_LIMIT, SECRETS, cut_text, note_cut, write_record
from mockserver.text.times import iso, iso_or_none

SETTING_LIMIT = 256
"""Characters of one setting of a fault that struck: the rule tells the rest."""
LONGEST_SECRET = 2_048
INSTANTS = ("read_at", "typing_until")
NO_RESPONSE = {"status": None, "headers": dict[str, str]()}


def write_entry(
    outcome: Outcome, retry_of: str | None, secrets: tuple[str, ...], disclosure: Disclosure
) -> bytes:
    """The record of a call. ``secrets`` are those of no account that it came with."""
    answer, exchange, stamp, call = outcome.answer, outcome.exchange, outcome.stamp, outcome.call
    unanswered = answer.delivery is not None and answer.delivery.sent in ("nothing", "garbage")
    head: dict[str, Any] = {
        "id": stamp.id,
        "at": iso(stamp.at),
        "request": {"method": call.method, "path": call.target, "headers": call.headers},
        "response": NO_RESPONSE
        if unanswered
        else {"status": answer.status, "headers": answer.headers},
        "committed": outcome.committed,
        "duration_ms": round(outcome.duration_ms, 3),
    }
    if stamp.machine_at != stamp.at:
        head["machine_at"] = iso(stamp.machine_at)
    if exchange is not None:
        _describe_exchange(head, exchange)
    if outcome.changes:
        head["changes"] = _describe_changes(outcome.changes)
    if answer.because is not None:
        head["because"] = answer.because
    if outcome.error is not None:
        head["error"] = outcome.error
    if outcome.unattributed is not None:
        head["unattributed"] = outcome.unattributed
    if retry_of is not None:
        head["retry_of"] = retry_of
    if secrets:
        head[SECRETS] = [each[:LONGEST_SECRET] for each in secrets]
    body, natural = b"" if unanswered else answer.body, b""
    if outcome.plan is not None and outcome.natural is not None:
        _describe_faults(head, outcome.plan, outcome.natural)
        natural = outcome.natural.body
    find_signatures = partial(disclosure.find_signatures, call.headers, call.body)
    return write_record(head, call.body, body, natural, find_secrets=find_signatures)


def _describe_exchange(head: dict[str, Any], exchange: Exchange) -> None:
    subject, message = exchange.subject, exchange.message
    head["provider"] = exchange.provider.id
    head["operation"] = exchange.operation_name
    head["account"] = exchange.account_label
    if subject.message_id is not None:
        head["message_id"] = subject.message_id
    if subject.business_number is not None:
        head["business_number"] = subject.business_number
    if message is not None:
        head["customer"] = message.customer


def _describe_faults(head: dict[str, Any], plan: Plan, natural: Answer) -> None:
    """What struck, and what the answer would have been."""
    injected = [_describe_hit(hit) for hit in plan.hits[:ITEMS_LIMIT]]
    if injected != [hit.to_json() for hit in plan.hits]:
        note_cut(head, "injected")
    head["fault"] = plan.rule
    head["injected"] = injected
    head["sent"] = plan.delivery.sent
    head["injected_ms"] = round(plan.delivery.planned_ms, 3)
    head["when"] = ("after" if plan.after else "before") if plan.terminal else None
    head["natural"] = {"status": natural.status}


def _describe_hit(hit: Hit) -> dict[str, Any]:
    told = hit.to_json()
    told["fault"] = {name: _shorten(setting) for name, setting in hit.fault.items()}
    return told


def _shorten(setting: Any) -> Any:
    """A setting whose JSON is long as its beginning: the whole stands in the rule."""
    if isinstance(setting, dict | list):
        text = orjson.dumps(setting).decode()
        return cut_text(text, SETTING_LIMIT) if len(text) > SETTING_LIMIT else setting
    return cut_text(setting, SETTING_LIMIT) if isinstance(setting, str) else setting


def _describe_changes(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """The work: which message got which fields; of very many the first."""
    described: list[dict[str, Any]] = []
    for _, table, document_id, fields in changes[:ITEMS_LIMIT]:
        if table.startswith(MESSAGES):
            told = {name: iso_or_none(fields[name]) for name in INSTANTS if name in fields}
            described.append({"message": document_id, **told})
    if len(changes) > ITEMS_LIMIT:
        described.append({"more": len(changes) - ITEMS_LIMIT})
    return described
