"""Snapshots as documents that leave the server and come back."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.api.provider import Provider
from mockserver.pipeline.jobs import JOBS
from mockserver.pipeline.plan import MOST_RULES
from mockserver.sandbox.account_documents import arrange
from mockserver.sandbox.documents import NOTES, ORDINAL, schema_of
from mockserver.sandbox.judging import Judges
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.sandbox.storage.memory import Rows, Tables
from mockserver.sandbox.switches import require_switches
from mockserver.sandbox.timers import MOST_JOBS
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are
from mockserver.text.times import iso
from mockserver.text.validation import (
    LARGEST,
    Strict,
    StrictBoolean,
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
    any_credentials = StrictBoolean(required=True)
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
    _require_room(read["tables"].get("rules"), "rules", MOST_RULES)
    _require_room(read["tables"].get(JOBS), JOBS, MOST_JOBS)
    tables = {name: _read_table(name, rows, providers) for name, rows in read["tables"].items()}
    _require_right(tables, providers)
    accounts = {
        name: arrange(account, providers[account["provider"]])
        for name, account in tables[ACCOUNTS].items()
    }
    read["tables"] = {**tables, ACCOUNTS: accounts}
    _complete_counters(tables, read)
    return read


def _require_room(rows: Any, what: str, most: int) -> None:
    """Raises Refused where there are more rules or jobs than a sandbox may have."""
    if isinstance(rows, list) and len(rows) > most:
        message = f"snapshot.tables.{what}: {len(rows)} {what}; {most} is the most"
        raise Refused(f"too_many_{what}", message, "leave some of them out", status=429)


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
    """The documents by id, which are not judged yet."""
    path = f"snapshot.tables.{shown(name)[1:-1]}"
    if schema_of(name, providers) is None:
        raise _refuse(path, "there is no such table")
    read: Rows = {}
    if not isinstance(rows, list):
        raise _refuse(path, f"expected a list of rows, came {shown(rows)}")
    for place, row in enumerate(rows):
        match row:
            case [str(document_id), dict(document)] if document_id not in read:
                read[document_id] = document
            case [str(document_id), dict()]:
                raise _refuse(f"{path}[{place}][0]", f"{shown(document_id)} is there already")
            case _:
                reason = f"expected an id and a document, came {shown(row)}"
                raise _refuse(f"{path}[{place}]", reason)
    return read


def _require_right(tables: Tables, providers: Mapping[str, Provider]) -> None:
    """Raises Refused for the first document that is wrong, and accounts of a strange provider."""
    if ACCOUNTS not in tables:
        raise _refuse(f"snapshot.tables.{ACCOUNTS}", "missing")
    found = Judges(providers).find_wrong(tables)
    if found is not None:
        place = list(tables[found.table]).index(found.document_id)
        path = f"snapshot.tables.{found.table}[{place}][1]"
        raise _refuse(".".join(filter(None, (path, found.path))), found.reason)
    for place, account in enumerate(tables[ACCOUNTS].values()):
        name = account["provider"]
        if name not in providers:
            path = f"snapshot.tables.{ACCOUNTS}[{place}][1].provider"
            reason = f"there is no such provider, came {shown(name)}"
            raise _refuse(path, reason, there_are(providers, name))


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
