"""Snapshots as documents that leave the server and come back."""

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.api.message import DIRECTIONS, TYPES
from mockserver.api.provider import Provider
from mockserver.sandbox.database import Rows, Tables
from mockserver.sandbox.fixtures import account_schema
from mockserver.text.mistakes import Refused
from mockserver.text.shown import there_are
from mockserver.text.times import iso
from mockserver.text.validation import LARGEST, Strict, check_plain, first_mistake, one_of, whole

FORM = 1
WARNING = "this document holds credentials in full"
HINT = "send what GET …/snapshot gave, unchanged"
INSTANT: dict[str, Any] = {"required": True, "allow_none": True}
ORDINAL = Strict.from_dict({"n": whole(0, LARGEST, required=True)})
COUNTER = Strict.from_dict(
    {"calls": whole(0, LARGEST, required=True), "hits": whole(0, LARGEST, required=True)}
)
NOTE = Strict.from_dict(
    {
        "until": whole(0, LARGEST, required=True),
        "value": fields.Raw(required=True, allow_none=True, validate=check_plain),
    }
)
GIVEN = fields.String(required=True)


class RuleSchema(Schema):
    """What a rule's document has beside the rule itself, which is judged where it is made."""

    class Meta:
        unknown = INCLUDE

    seed = whole(-LARGEST, LARGEST, required=True)
    number = twin = made_at = whole(0, LARGEST, required=True)


class MessageSchema(Strict):
    id = provider = account = business_number = customer = content = GIVEN
    direction = fields.String(required=True, validate=one_of(DIRECTIONS))
    type = fields.String(required=True, validate=one_of(TYPES))
    received_at = whole(-LARGEST, LARGEST, required=True)
    sequence = whole(0, LARGEST, required=True)
    read_at = whole(-LARGEST, LARGEST, **INSTANT)
    typing_until = whole(-LARGEST, LARGEST, **INSTANT)
    upstream_calls = whole(0, LARGEST, required=True)
    external_id = fields.String(**INSTANT)


class SnapshotSchema(Strict):
    mockserver_snapshot = fields.Integer(strict=True, required=True, validate=validate.Equal(FORM))
    warning = fields.String()
    taken_at = fields.String()
    code = fields.String(required=True, allow_none=True, validate=validate.Regexp(r"[0-9]{8}\Z"))
    seed = whole(0, LARGEST, required=True)
    any_credentials = fields.Boolean(required=True)
    switches = fields.Dict(required=True)
    ids = fields.Dict(keys=fields.String(), values=whole(0, LARGEST), required=True)
    tables = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Tuple((fields.String(), fields.Dict(keys=fields.String())))),
        required=True,
    )


def write_snapshot(about: Mapping[str, Any], ids: Rows, tables: Tables, at: int) -> dict[str, Any]:
    """The document that makes a sandbox of the same state.

    Rows are lists, as they have an order, which objects lose on some ways.
    """
    return {
        "mockserver_snapshot": FORM,
        "warning": WARNING,
        "taken_at": iso(at),
        "code": about["code"],
        "seed": about["seed"],
        "any_credentials": about["any_credentials"],
        "switches": about["switches"],
        "ids": {kind: given["n"] for kind, given in ids.items()},
        "tables": {
            name: [[document_id, document] for document_id, document in rows.items()]
            for name, rows in tables.items()
        },
    }


def read_snapshot(data: Any, providers: Mapping[str, Provider]) -> dict[str, Any]:
    """The document, judged. Raises Refused. Its rules are judged where they are made."""
    try:
        check_plain(data)
        read: dict[str, Any] = SnapshotSchema().load(data)
        read["tables"] = {name: dict(rows) for name, rows in read["tables"].items()}
        for table, rows in read["tables"].items():
            schema = _schema_of(table, providers)
            for document_id, document in rows.items():
                _load(schema, document, f"tables.{table}.{document_id}")
    except ValidationError as error:
        path, reason = first_mistake(error, data, "snapshot")
        raise Refused("bad_snapshot", f"{path}: {reason}", HINT) from None
    tables = read["tables"]
    for account in tables.get("accounts", {}).values():
        _require_account(account, providers)
    for table, rows in tables.items():
        for document_id, document in rows.items():
            if table.startswith(MESSAGES):
                _require_name(table, document_id, document, table.removeprefix(MESSAGES))
    counters = tables.setdefault("counters", {})
    for rule_id in tables.get("rules", {}):
        counters.setdefault(rule_id, {"calls": 0, "hits": 0})
    return read


def _require_name(table: str, document_id: str, document: Any, provider: str) -> None:
    if (document["id"], document["provider"]) != (document_id, provider):
        message = f"snapshot.tables.{table}.{document_id}: expected the id and provider as its name"
        raise Refused("bad_snapshot", message, HINT)


def _require_account(account: Mapping[str, Any], providers: Mapping[str, Provider]) -> None:
    """Judge an account by what its provider says of accounts. Raises Refused."""
    path = f"snapshot.tables.accounts.{account['provider']}/{account['label']}"
    provider = providers.get(account["provider"])
    if provider is None:
        hint = there_are(providers, account["provider"])
        raise Refused("bad_snapshot", f"{path}: there is no such provider", hint)
    shape = {
        "label": account["label"],
        "condition": account["condition"],
        **account["credentials"],
        "numbers": [
            {"number": each["number"], "state": each["state"], **each["ids"]}
            for each in account["numbers"]
        ],
    }
    try:
        account_schema(provider)().load(shape)
    except ValidationError as error:
        where, reason = first_mistake(error, shape, path)
        raise Refused("bad_snapshot", f"{where}: {reason}", HINT) from None


def _load(schema: type[Schema], document: Any, path: str) -> None:
    try:
        schema().load(document)
    except ValidationError as error:
        where, reason = first_mistake(error, document, f"snapshot.{path}")
        raise Refused("bad_snapshot", f"{where}: {reason}", HINT) from None


def _schema_of(table: str, providers: Mapping[str, Provider]) -> type[Schema]:
    """What the documents of a table are. Raises Refused."""
    known: dict[str, type[Schema]] = {
        "accounts": AccountSchema,
        "counters": COUNTER,
        "notes": NOTE,
        "ordinals": ORDINAL,
        "rules": RuleSchema,
    }
    if table in known:
        return known[table]
    for provider in providers.values():
        if table == MESSAGES + provider.id:
            return MessageSchema
        for name, schema in provider.records.items():
            if table == f"{RECORDS}{provider.id}/{name}":
                return type(schema)
    raise Refused("bad_snapshot", f"snapshot.tables.{table}: there is no such table", HINT)


class NumberSchema(Strict):
    number = state = GIVEN
    ids = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AccountSchema(Strict):
    provider = label = condition = GIVEN
    credentials = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    numbers = fields.List(
        fields.Nested(NumberSchema), required=True, validate=validate.Length(min=1)
    )
