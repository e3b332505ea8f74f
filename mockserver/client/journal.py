"""Messages, and the entries of the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mockserver.client.values import read_instant


@dataclass(frozen=True)
class Message:
    """A message as it was when it was asked for. ``id`` is what a client sends to mark it read.

    ``direction`` is ``inbound`` where the customer wrote it. ``read_at`` and ``typing_until`` are
    None until they happen; instants are in UTC. ``document`` is all that the server tells.
    """

    id: str
    provider: str
    account: str
    direction: str
    business_number: str
    customer: str
    type: str
    text: str | None
    received_at: datetime
    read_at: datetime | None
    typing_until: datetime | None
    document: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Entry:
    """A call that was made: an entry of the journal. ``id`` is what X-Mock-Request-Id told.

    ``status`` is None where no answer was sent, ``error`` the name of the documented error that
    was answered, ``because`` the reason, ``hint`` what to do where it was refused before it was a
    call, ``fault`` the id of the rule that struck, ``committed`` whether the work was done.
    ``sent_bytes``, ``first_byte_at`` and ``last_byte_at`` tell what of the answer went out, and are
    None until it did; instants are in UTC, by the machine's clock. ``closed_by`` is ``client``,
    ``server`` or ``fault``, and None while the connection lives. ``document`` is all that the
    server tells, secrets masked.
    """

    id: str
    provider: str | None
    operation: str | None
    account: str | None
    method: str
    path: str
    status: int | None
    error: str | None
    because: str | None
    hint: str | None
    fault: str | None
    committed: bool
    sent_bytes: int | None
    first_byte_at: datetime | None
    last_byte_at: datetime | None
    closed_by: str | None
    document: Mapping[str, Any] = field(repr=False, compare=False)


def read_message(document: Mapping[str, Any]) -> Message:
    names = ("id", "provider", "account", "direction", "business_number", "customer", "type")
    instants = ("received_at", "read_at", "typing_until")
    known: dict[str, Any] = {name: document[name] for name in names}
    return Message(
        **known | {name: read_instant(document[name]) for name in instants},
        text=document["text"]["body"] if document["type"] == "text" else None,
        document=document,
    )


def read_entry(document: Mapping[str, Any]) -> Entry:
    names = ("provider", "operation", "account", "error", "because", "hint", "fault")
    of_the_wire = ("sent_bytes", "closed_by")
    instants = ("first_byte_at", "last_byte_at")
    known: dict[str, Any] = {name: document.get(name) for name in (*names, *of_the_wire)}
    return Entry(
        **known | {name: read_instant(document.get(name)) for name in instants},
        id=document["id"],
        method=document["request"]["method"],
        path=document["request"]["path"],
        status=document["response"]["status"],
        committed=document["committed"],
        document=document,
    )
