"""From what the journal keeps of a call to the call, to be explained."""

from typing import Any

from mockserver.api.call import Call
from mockserver.api.catalogue import split_reason
from mockserver.api.changes import put
from mockserver.pipeline.decoding import decode_body
from mockserver.pipeline.explaining.recorded import Failed, Recorded
from mockserver.pipeline.ports import Stamp
from mockserver.sandbox.ids import IDS
from mockserver.sandbox.records import FAILED, HINT, SECRETS, Record
from mockserver.text.times import instant_of

WHOLE = ("request.path", "request.headers")
"""Parts without which a call cannot be read again."""


def recall_call(record: Record, body: bytes) -> Recorded:
    """``body`` is as much of it as is kept."""
    head = record.head
    request = head["request"]
    headers: dict[str, str] = request["headers"]
    content = decode_body(body, headers.get("content-encoding"))
    query = request["path"].partition("?")[2]
    natural = head.get("natural")
    return Recorded(
        Call(request["method"], "", request["path"], headers, body, content, query=query),
        _recall_stamp(head),
        head.get("provider"),
        head.get("operation"),
        head.get("account"),
        head["response"]["status"],
        head.get("error"),
        head.get("because"),
        head["committed"],
        head.get("changes", ()),
        _recall_failure(head),
        head.get("unattributed"),
        head.get("fault"),
        head.get("injected", ()),
        head.get("when"),
        natural["status"] if natural else None,
        len(body) == record.bodies[0].size and not any(each in record.cut for each in WHOLE),
        head.get(HINT),
    )


def secrets_of(record: Record) -> tuple[str, ...]:
    """What must not be seen of the call and is not found out by what is kept of it."""
    return tuple(record.head.get(SECRETS, ()))


def _recall_stamp(head: dict[str, Any]) -> Stamp:
    at = instant_of(head["at"])
    machine_at = instant_of(head["machine_at"]) if "machine_at" in head else at
    return Stamp(head["id"], at, machine_at, put(IDS, "", {}), peer_now=machine_at)


def _recall_failure(head: dict[str, Any]) -> Failed | None:
    kept = head.get(FAILED)
    if kept is None:
        return None
    because = kept.get("because", head.get("because")) or ""
    parts = (kept["expected"], kept["came"]) if "came" in kept else split_reason(because)
    expected, came = parts or ("", "")
    return Failed(kept["check"], kept.get("error", head.get("error")), because, expected, came)
