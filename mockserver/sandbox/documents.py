"""What the documents of a sandbox's tables are."""

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, fields

from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.api.message import DIRECTIONS, TYPES
from mockserver.api.provider import Provider
from mockserver.pipeline.jobs import JOBS
from mockserver.sandbox.clock import CLOCK, FASTEST, OWN, SLOWEST
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.sandbox.storage.memory import Document
from mockserver.text.shown import shown
from mockserver.text.times import FIRST, LAST
from mockserver.text.validation import LARGEST, Strict, StrictBoolean, number, one_of, whole

EARLIEST, LATEST = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999
INSTANT: dict[str, Any] = {"required": True, "allow_none": True}
ORDINAL = Strict.from_dict({"n": whole(0, LARGEST, required=True)})
COUNTER = Strict.from_dict(
    {"calls": whole(0, LARGEST, required=True), "hits": whole(0, LARGEST, required=True)}
)
NOTE = Strict.from_dict(
    {
        "until": whole(EARLIEST, LATEST, required=True),
        "value": fields.Raw(required=True, allow_none=True),
    }
)
REQUIRED_TEXT = fields.String(required=True)
NOTES = "notes"
ANY = ""


class RuleDocument(Schema):
    """What a rule's document has beside the rule itself, which is judged where it is made."""

    class Meta:
        unknown = INCLUDE

    seed = whole(-LARGEST, LARGEST, required=True)
    number = twin = whole(0, LARGEST, required=True)
    made_at = whole(EARLIEST, LATEST, required=True)


class JobDocument(Schema):
    """What every job has; what its kind needs beside, its handler looks at."""

    class Meta:
        unknown = INCLUDE

    id = kind = REQUIRED_TEXT
    due = whole(FIRST, LAST, required=True)


class ClockDocument(Strict):
    at = whole(FIRST, LAST, required=True)
    since = whole(EARLIEST, LATEST, required=True)
    rate = number(SLOWEST, FASTEST, required=True)
    running = StrictBoolean(required=True)
    skew = whole(-LATEST, LATEST, required=True)


class MessageDocument(Strict):
    id = provider = account = business_number = customer = content = REQUIRED_TEXT
    direction = fields.String(required=True, validate=one_of(DIRECTIONS))
    type = fields.String(required=True, validate=one_of(TYPES))
    received_at = whole(EARLIEST, LATEST, required=True)
    sequence = whole(0, LARGEST, required=True)
    read_at = whole(EARLIEST, LATEST, **INSTANT)
    typing_until = whole(EARLIEST, LATEST, **INSTANT)
    upstream_calls = whole(0, LARGEST, required=True)
    external_id = fields.String(**INSTANT)


class NumberSchema(Strict):
    number = state = REQUIRED_TEXT
    ids = fields.Dict(required=True)


class AccountSchema(Strict):
    provider = label = condition = REQUIRED_TEXT
    credentials = fields.Dict(required=True)
    numbers = fields.List(fields.Nested(NumberSchema), required=True)


def schema_of(table: str, providers: Mapping[str, Provider]) -> Schema | None:
    """What the documents of a table are, None where there is no such table."""
    known: dict[str, type[Schema]] = {
        ACCOUNTS: AccountSchema,
        CLOCK: ClockDocument,
        JOBS: JobDocument,
        "counters": COUNTER,
        NOTES: NOTE,
        "ordinals": ORDINAL,
        "rules": RuleDocument,
    }
    if table in known:
        return known[table]()
    for provider in providers.values():
        if table == MESSAGES + provider.id:
            return MessageDocument()
        for name, schema in provider.records.items():
            if table == f"{RECORDS}{provider.id}/{name}":
                return schema
    return None


def find_wrong_name(table: str, document_id: str, document: Document) -> tuple[str, str] | None:
    """Of an account, message or record that does not stand under its own id: the path and the
    reason.
    """
    if table == ACCOUNTS:
        provider, _, label = document_id.partition("/")  # a provider's id has no slash
        for part, expected in (("provider", provider), ("label", label)):
            if document[part] != expected:
                reason = f"expected {shown(expected)}, as in the id {shown(document_id)}"
                return part, f"{reason}, came {shown(document[part])}"
    if table == CLOCK and document_id != OWN:
        return "", f"expected no other clock than {shown(OWN)}"
    if (table == JOBS or table.startswith((MESSAGES, RECORDS))) and document["id"] != document_id:
        return "id", f"expected it again, came {shown(document['id'])}"
    if table.startswith(MESSAGES) and document["provider"] != table.removeprefix(MESSAGES):
        return "provider", f"expected that of the table, came {shown(document['provider'])}"
    return None
