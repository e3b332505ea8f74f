"""From a call's outcome to what the journal keeps of it."""

from functools import partial
from typing import Any

import orjson

from mockserver.api.call import BadJSON
from mockserver.api.catalogue import Fail
from mockserver.api.changes import MESSAGES, Change
from mockserver.api.exchange import Exchange
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Hit, Plan
from mockserver.pipeline.ports import Outcome
from mockserver.pipeline.refusal import Refusal
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import (
    FAILED,
    HINT,
    ITEMS_LIMIT,
    SECRETS,
    cut_text,
    note_cut,
    write_record,
)
from mockserver.sandbox.traits import KnownTraits, Traits
from mockserver.text.times import iso, iso_or_none

SETTING_LIMIT = 256
"""Characters of one setting of a fault that struck: the rule tells the rest."""
REASON_LIMIT = 512
"""Characters of each part of a reason."""
LONGEST_SECRET = 2_048
FAULTS, REQUEST_BODY = "fault", "request.body"
MATCHED = ("message_id", "customer", "request.path", "request.headers")
"""Parts of a head that may be cut and a match may ask for."""
INSTANTS = ("read_at", "typing_until")
NO_RESPONSE = {"status": None, "headers": dict[str, str]()}


def write_entry(
    outcome: Outcome,
    retry_of: str | None,
    secrets: tuple[str, ...],
    disclosure: Disclosure,
    known: KnownTraits,
) -> tuple[bytes, Traits]:
    """The record of a call, and its traits. ``secrets`` are those of no account that it came with.

    What it was about stands first in the record, so that it is read without the rest.
    """
    answer, exchange, stamp, call = outcome.answer, outcome.exchange, outcome.stamp, outcome.call
    unanswered = answer.delivery is not None and answer.delivery.sent in ("nothing", "garbage")
    head: dict[str, Any] = {"id": stamp.id}
    if exchange is not None:
        if exchange.subject.message_id is not None:
            head["message_id"] = exchange.subject.message_id
        if exchange.message is not None:
            head["customer"] = exchange.message.customer
    head["at"] = iso(stamp.at)
    head["request"] = {"method": call.method, "path": call.target, "headers": call.headers}
    head["response"] = (
        NO_RESPONSE if unanswered else {"status": answer.status, "headers": answer.headers}
    )
    head["committed"] = outcome.committed
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
    if outcome.failure is not None:
        head[FAILED] = _describe_failure(outcome.failure, answer)
    if outcome.unattributed is not None:
        head["unattributed"] = outcome.unattributed
    if outcome.refusal is not None:
        _describe_refusal(head, outcome.refusal)
    if retry_of is not None:
        head["retry_of"] = retry_of
    if secrets:
        head[SECRETS] = [each[:LONGEST_SECRET] for each in secrets]
    body, natural = b"" if unanswered else answer.body, b""
    if outcome.plan is not None and outcome.natural is not None:
        _describe_faults(head, outcome.plan, outcome.natural)
        natural = outcome.natural.body
    find_signatures = partial(disclosure.find_signatures, call.headers, call.body)
    record, body_cut = write_record(head, call.body, body, natural, find_secrets=find_signatures)
    cut = _find_cut(head, body_cut) if body_cut or "cut" in head else ()
    return record, _share_traits(outcome, head, cut, known)


def _describe_exchange(head: dict[str, Any], exchange: Exchange) -> None:
    head["provider"] = exchange.provider.id
    head["operation"] = exchange.operation_name
    head["account"] = exchange.account_label
    if exchange.subject.business_number is not None:
        head["business_number"] = exchange.subject.business_number


def _describe_refusal(head: dict[str, Any], refusal: Refusal) -> None:
    """What the reason leaves out."""
    head[HINT] = refusal.hint
    if refusal.host:
        head["host"] = refusal.host
    if refusal.peer:
        head["peer"] = refusal.peer


def _find_cut(head: dict[str, Any], body_cut: bool) -> tuple[str, ...]:
    """What of that which a match may ask for was left out."""
    cut = [each for each in MATCHED if each in head.get("cut", ())]
    return (*cut, REQUEST_BODY) if body_cut else tuple(cut)


def _share_traits(
    outcome: Outcome, head: dict[str, Any], cut: tuple[str, ...], known: KnownTraits
) -> Traits:
    exchange, status = outcome.exchange, head["response"]["status"]
    has_json = type(outcome.call.content) is not BadJSON
    if exchange is None:
        return known[None, None, None, status, None, False, (), None, None, has_json, cut]
    faults: tuple[str, ...] = ()
    if outcome.plan is not None and outcome.natural is not None:
        hits = outcome.plan.hits
        faults = tuple(dict.fromkeys(hit.rule for hit in hits[:ITEMS_LIMIT]))
        cut = cut if len(hits) <= ITEMS_LIMIT else (*cut, FAULTS)
    message = exchange.message
    return known[
        head["provider"],
        head["operation"],
        head["account"],
        status,
        outcome.error,
        outcome.committed,
        faults,
        exchange.subject.business_number,
        None if message is None else message.direction,
        has_json,
        cut,
    ]


def _describe_failure(fail: Fail, answer: Answer) -> dict[str, Any]:
    """The check that failed, and what the entry does not tell of the reason already."""
    told = {"check": fail.check}
    if fail.because != answer.because:  # a fault struck
        told |= {"error": fail.row.name, "because": cut_text(fail.because, REASON_LIMIT)}
    if fail.expected is not None and fail.came is not None and not fail.is_plain:
        told["expected"] = cut_text(fail.expected, REASON_LIMIT)
        told["came"] = cut_text(fail.came, REASON_LIMIT)
    return told


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
