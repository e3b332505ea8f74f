"""Entries of the journal: from a call's outcome to what is kept of it, and to what is shown."""

from codecs import getincrementaldecoder
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from mockserver.api.changes import MESSAGES, Change
from mockserver.api.exchange import Exchange
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Hit, Plan
from mockserver.pipeline.ports import Outcome
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import (
    ITEMS_LIMIT,
    LIMIT,
    SECRETS,
    Body,
    Record,
    cut_text,
    note_cut,
    write_record,
)
from mockserver.text.masking import Masking
from mockserver.text.times import iso, iso_or_none

SETTING_LIMIT = 256
"""Characters of one setting of a fault that struck: the rule tells the rest."""
SURELY_SHORT = LIMIT // 6
"""Bytes of a record whose entry is within the limit, even if JSON writes six for each."""
INSTANTS = ("read_at", "typing_until")
# An entry is read into this one: what most of them do not have is not kept, which saves memory.
EMPTY: Mapping[str, Any] = {
    "id": None,
    "at": None,
    "machine_at": None,
    "provider": None,
    "operation": None,
    "account": None,
    "message_id": None,
    "business_number": None,
    "customer": None,
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
    "cut": [],
}
OURS = frozenset(
    ("id", "at", "machine_at", "provider", "operation", "account", "error", "fault", "retry_of",
     "committed", "duration_ms", "injected_ms", "sent", "when", "request", "response", "secrets")
)  # fmt: skip
LONGEST_SECRET = 2_048
NO_RESPONSE: Mapping[str, Any] = {"status": None, "headers": {}}
BODIES = ("request", "response", "natural")


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


def show_entry(record: Record, disclosure: Disclosure) -> dict[str, Any]:
    """The entry without secrets, of at most ``LIMIT`` bytes."""
    masking = _find_masking(record, disclosure)
    entry: dict[str, Any] = {**EMPTY, **_mask_head(record.head, masking), "cut": list(record.cut)}
    entry["machine_at"] = entry["machine_at"] or entry["at"]
    for name, body in _find_bodies(record):
        text = getincrementaldecoder("utf-8")("replace").decode(body.kept)
        if body.is_cut:
            text = f"{text}{_remark(body)}"
            entry["cut"].append(f"{name}.body")
        entry[name]["body"] = masking.mask(text)
    if record.size > SURELY_SHORT:
        _fit(entry, record)
    return entry


def show_because(record: Record, disclosure: Disclosure) -> str:
    """The reason alone, as the entry shows it."""
    because = record.head.get("because")
    return _find_masking(record, disclosure).mask(because) if because else ""


def _find_masking(record: Record, disclosure: Disclosure) -> Masking:
    head = record.head
    return disclosure.masking_of(
        head["request"]["headers"], record.bodies[0].kept, head.get(SECRETS, ())
    )


def _find_bodies(record: Record) -> list[tuple[str, Body]]:
    """The bodies by the name of the part that they belong to; without faults there are two."""
    return [
        (name, body)
        for name, body in zip(BODIES, record.bodies, strict=True)
        if name in record.head
    ]


def _mask_head(head: Mapping[str, Any], masking: Masking) -> dict[str, Any]:
    """What is ours holds nothing that a client sent."""
    masked = {
        name: masking.mask_tree(part)
        for name, part in head.items()
        if part is not None and name not in OURS
    }
    request, response = head["request"], head["response"]
    masked["request"] = {
        "method": masking.mask(request["method"]),
        "path": masking.mask(request["path"]),
        "headers": masking.mask_headers(request["headers"]),
    }
    masked["response"] = {
        "status": response["status"],
        "headers": {
            masking.mask(name): masking.mask(value) for name, value in response["headers"].items()
        },
    }
    return {name: masked.get(name, part) for name, part in head.items() if name != SECRETS}


def _fit(entry: dict[str, Any], record: Record) -> None:
    """Cut what is shown of the bodies until all of it, as JSON, is within the limit."""
    while (excess := len(orjson.dumps(entry)) - LIMIT) > 0:
        sizes = {
            name: (len(orjson.dumps(entry[name]["body"])), body)
            for name, body in _find_bodies(record)
        }
        name = max(sizes, key=lambda each: sizes[each][0])
        text, (size, body) = entry[name]["body"], sizes[name]
        remark = _remark(body)
        text = text.removesuffix(remark)
        share = max(0.0, 1 - (excess + len(remark) + 8) / size)
        entry[name]["body"] = text[: int(len(text) * share)] + remark
        entry["cut"] = [*(each for each in entry["cut"] if each != f"{name}.body"), f"{name}.body"]
        if not text:
            return


def _remark(body: Body) -> str:
    return f"… (cut: {body.size} bytes in all)"


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
