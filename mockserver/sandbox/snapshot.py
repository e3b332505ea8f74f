"""Snapshots as documents that leave the server and come back."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.api.account import AccountKind
from mockserver.api.changes import MESSAGES
from mockserver.api.content import ContentSchema
from mockserver.api.provider import Provider
from mockserver.pipeline.plan import MOST_RULES
from mockserver.sandbox.documents import NOTES, ORDINAL, find_wrong_name, schema_of
from mockserver.sandbox.fixtures import FixtureMistakes, read_fixture
from mockserver.sandbox.planting import ACCOUNTS, list_accounts
from mockserver.sandbox.storage.memory import Document, Rows, Tables
from mockserver.sandbox.switches import require_switches
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are, there_are_keys
from mockserver.text.times import iso
from mockserver.text.validation import (
    LARGEST,
    UNKNOWN,
    Strict,
    check_plain,
    first_mistake,
    whole,
)

FORM = 1
WARNING = "this document holds credentials in full"
HINT = "send what GET …/snapshot gave"


class SnapshotSchema(Strict):
    mockserver_snapshot = fields.Integer(strict=True, required=True, validate=validate.Equal(FORM))
    warning = fields.String()
    taken_at = fields.String()
    seal = fields.String(load_default="")
    code = fields.String(required=True, allow_none=True, validate=validate.Regexp(r"[0-9]{8}\Z"))
    seed = whole(0, LARGEST, required=True)
    any_credentials = fields.Boolean(required=True, truthy={True}, falsy={False})
    switches = ids = tables = fields.Dict(required=True)


def write_snapshot(about: Mapping[str, Any], ids: Rows, tables: Tables, at: int) -> dict[str, Any]:
    """The document that makes a sandbox of the same state.

    Rows are lists, as they have an order, which objects lose on some ways. Notes have no form that
    could be judged, so the seal tells whether they are those that were written.
    """
    notes = [[document_id, document] for document_id, document in tables.get(NOTES, {}).items()]
    return {
        "mockserver_snapshot": FORM,
        "warning": WARNING,
        "taken_at": iso(at),
        "seal": _seal(notes),
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
    except ValidationError as error:
        raise _refuse("snapshot", str(error.messages[0])) from None
    read = _load(SnapshotSchema(), data, "snapshot")
    require_switches(read["switches"], providers, "snapshot.switches")
    for kind, given in read["ids"].items():
        _load(ORDINAL(), {"n": given}, f"snapshot.ids.{shown(kind)[1:-1]}")
    if read["tables"].get(NOTES) and _seal(read["tables"][NOTES]) != read["seal"]:
        reason = "expected those that the server wrote, under its seal"
        raise _refuse(f"snapshot.tables.{NOTES}", reason, f"{HINT}, or leave them out")
    _require_room(read["tables"].get("rules"))
    tables = {name: _read_table(name, rows, providers) for name, rows in read["tables"].items()}
    if ACCOUNTS not in tables:
        raise _refuse(f"snapshot.tables.{ACCOUNTS}", "missing")
    read["tables"] = {**tables, ACCOUNTS: _read_accounts(tables[ACCOUNTS], providers)}
    for name, rows in tables.items():
        _require_names(name, rows)
    _complete_counters(tables, read)
    return read


def _require_room(rules: Any) -> None:
    """Raises Refused where there are more rules than a sandbox may have."""
    if isinstance(rules, list) and len(rules) > MOST_RULES:
        message = f"snapshot.tables.rules: {len(rules)} rules; {MOST_RULES} is the most"
        raise Refused("too_many_rules", message, "leave some of them out", status=429)


def _seal(notes: Any) -> str:
    text = json.dumps(_write_plainly(notes), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _write_plainly(value: Any) -> Any:
    """With numbers as all who read and write JSON agree on them: 1.0 is 1."""
    if isinstance(value, dict):
        return {name: _write_plainly(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_write_plainly(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read_table(name: str, rows: Any, providers: Mapping[str, Provider]) -> Rows:
    schema, path = schema_of(name, providers), f"snapshot.tables.{shown(name)[1:-1]}"
    if schema is None:
        raise _refuse(path, "there is no such table")
    read: Rows = {}
    if not isinstance(rows, list):
        raise _refuse(path, f"expected a list of rows, came {shown(rows)}")
    for place, row in enumerate(rows):
        match row:
            case [str(document_id), dict(document)] if document_id not in read:
                _load(schema, document, f"{path}[{place}][1]")
                read[document_id] = document
            case [str(document_id), dict()]:
                raise _refuse(f"{path}[{place}][0]", f"{shown(document_id)} is there already")
            case _:
                reason = f"expected an id and a document, came {shown(row)}"
                raise _refuse(f"{path}[{place}]", reason)
    return read


def _read_accounts(rows: Rows, providers: Mapping[str, Provider]) -> Rows:
    """The accounts, judged by what their providers say of them. Raises Refused."""
    by_provider: dict[str, list[Document]] = {}
    for account in rows.values():
        by_provider.setdefault(account["provider"], []).append(account)
    read: list[Document] = []
    for name, accounts in by_provider.items():
        path = f"snapshot.tables.{ACCOUNTS}.{shown(name)[1:-1]}"
        if name not in providers:
            raise _refuse(path, "there is no such provider", there_are(providers, name))
        content = {
            "accounts": [
                _write_for_fixture(each, providers[name].account, path) for each in accounts
            ],
            "conversations": [],
        }
        try:
            read += read_fixture(providers[name], content).accounts
        except FixtureMistakes as wrong:
            place, reason = wrong.found[0]
            raise _refuse(path + place.removeprefix("accounts"), reason) from None
    made = list_accounts(read)[ACCOUNTS]
    if made.keys() != rows.keys():
        name = next(iter(rows.keys() - made.keys()))
        reason = f"expected provider/label as the id of an account, came {shown(name)}"
        raise _refuse(f"snapshot.tables.{ACCOUNTS}", reason)
    return {name: made[name] for name in rows}


def _write_for_fixture(account: Document, kind: AccountKind, path: str) -> Document:
    """The account as fixtures have it. Raises Refused where it has what would get lost there."""
    for place in (account["credentials"], *(each["ids"] for each in account["numbers"])):
        known = kind.credentials if place is account["credentials"] else kind.number_ids
        for name in place.keys() - set(known):
            raise _refuse(f"{path}.{shown(name)[1:-1]}", UNKNOWN, there_are_keys(known, name))
    numbers = [
        {"number": each["number"], "state": each["state"], **each["ids"]}
        for each in account["numbers"]
    ]
    named = {"label": account["label"], "condition": account["condition"], "numbers": numbers}
    return {**account["credentials"], **named}


def _require_names(table: str, rows: Rows) -> None:
    """That messages and records stand under their own ids."""
    for document_id, document in rows.items():
        path = f"snapshot.tables.{table}.{shown(document_id)[1:-1]}"
        wrong = find_wrong_name(table, document_id, document)
        if wrong is not None:
            raise _refuse(f"{path}.{wrong[0]}", wrong[1])
        if table.startswith(MESSAGES):
            _require_content(document, f"{path}.content")


def _require_content(document: Document, path: str) -> None:
    try:
        content = {"type": document["type"], document["type"]: json.loads(document["content"])}
        check_plain(content)
        ContentSchema().load(content)
    except ValidationError as error:
        raise _refuse(path, first_mistake(error, content)[1]) from None
    except (ValueError, RecursionError) as error:
        raise _refuse(path, f"expected JSON as text: {error}") from None


def _complete_counters(tables: Tables, read: Mapping[str, Any]) -> None:
    """Every rule has a counter, and a number that was given out. Raises Refused."""
    counters = read["tables"].setdefault("counters", {})
    rules = tables.get("rules", {})
    for rule_id in rules:
        counters.setdefault(rule_id, {"calls": 0, "hits": 0})
    numbers = [rule["number"] for rule in rules.values()]
    if len(set(numbers)) < len(numbers):
        raise _refuse("snapshot.tables.rules", "two rules have one number")
    if max(numbers, default=0) > read["ids"].get("rule", 0):
        reason = f"expected at least {max(numbers)}, the number of a rule"
        raise _refuse("snapshot.ids.rule", reason)


def _load(schema: Schema, document: Any, path: str) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise _refuse(*first_mistake(error, document, path)) from None
    return loaded


def _refuse(path: str, reason: str, hint: str = HINT) -> Refused:
    return Refused("bad_snapshot", f"{path[:200]}: {reason}", hint)
