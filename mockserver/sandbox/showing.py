"""From what the journal keeps of a call to the entry that is shown."""

from codecs import getincrementaldecoder
from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.records import HIDDEN, LIMIT, SECRETS, Body, Record, cut_text
from mockserver.sandbox.transfers import UNKNOWN, Told
from mockserver.text.masking import Masking

SHOWN_LIMIT = LIMIT - 64
"""Bytes of an entry, so that a list of it alone is within the limit too."""
SURELY_SHORT = LIMIT // 6
"""Bytes of a record whose entry is within the limit, even if JSON writes six for each."""
SHORT_PATH = 256
"""Characters of a path where little is told of a call."""
BODIES = ("request", "response", "natural")
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
    **UNKNOWN.to_json(),
    "cut": [],
}
OURS = frozenset(
    ("id", "at", "machine_at", "provider", "operation", "account", "error", "fault", "retry_of",
     "committed", "injected_ms", "sent", "when", "request", "response", *HIDDEN)
)  # fmt: skip


def show_entry(record: Record, disclosure: Disclosure, told: Told = UNKNOWN) -> dict[str, Any]:
    """The entry without secrets, of at most ``LIMIT`` bytes. ``told`` is what became of the answer
    on the wire.
    """
    masking = find_masking(record, disclosure)
    entry: dict[str, Any] = {**EMPTY, **_mask_head(record.head, masking), **told.to_json()}
    entry["cut"] = list(record.cut)
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


def show_shortly(record: Record, disclosure: Disclosure) -> dict[str, Any]:
    """What a line tells of the entry, without secrets."""
    head, masking = record.head, find_masking(record, disclosure)
    path = masking.mask(head["request"]["path"])
    return {
        "id": head["id"],
        "at": head["at"],
        "provider": head.get("provider"),
        "operation": head.get("operation"),
        "account": head.get("account"),
        "method": masking.mask(head["request"]["method"]),
        "path": cut_text(path, SHORT_PATH),
        "status": head["response"]["status"],
        "error": head.get("error"),
        "fault": head.get("fault"),
    }


def show_because(record: Record, disclosure: Disclosure) -> str:
    """The reason alone, as the entry shows it."""
    because = record.head.get("because")
    return find_masking(record, disclosure).mask(because) if because else ""


def find_masking(record: Record, disclosure: Disclosure) -> Masking:
    """What must not be seen of the call."""
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
    return {name: masked.get(name, part) for name, part in head.items() if name not in HIDDEN}


def _fit(entry: dict[str, Any], record: Record) -> None:
    """Cut what is shown of the bodies until all of it, as JSON, is within the limit."""
    while (excess := len(orjson.dumps(entry)) - SHOWN_LIMIT) > 0:
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
