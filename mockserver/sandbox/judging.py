"""Whether the documents that a sandbox was left with, or is sent, are what they should be."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError

from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.api.provider import Provider
from mockserver.sandbox.account_documents import find_contradiction, make_account_schema
from mockserver.sandbox.contents import find_wrong_content
from mockserver.sandbox.documents import ANY, NOTES, MessageDocument, find_wrong_name, schema_of
from mockserver.sandbox.documents_apart import (
    APART,
    AboutDocument,
    SnapshotDocument,
    find_wrong_name_or_switch,
)
from mockserver.sandbox.kept_notes import find_wrong_note
from mockserver.sandbox.likeness import Likeness
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.sandbox.storage.memory import Document, Tables
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown
from mockserver.text.validation import first_mistake

INNER = {SnapshotDocument: "tables", AboutDocument: "snapshot"}
"""The tables that a document holds itself."""

Reason = tuple[str, str]
"""The path in a document, which may be empty, and what is wrong there."""


class Wrong(NamedTuple):
    """A document that is not what it should be: where it stands, and why. ``field`` is what is
    wrong of it, empty where that is the whole.
    """

    sandbox: str
    table: str
    document_id: str
    reason: str
    field: str = ""


class Found(NamedTuple):
    """The same of the tables of one sandbox. The id is ``ANY`` where the table is wrong."""

    table: str
    document_id: str
    path: str
    reason: str

    def tell(self) -> str:
        """In a line, without the table."""
        name = shown(self.document_id)[1:-1]
        return ": ".join(filter(None, (name, self.path, self.reason)))


def find_wrong_document(
    sandboxes: Mapping[str, Tables], providers: Mapping[str, Provider]
) -> Wrong | None:
    """The first of all. Those of a provider that is not there are left alone."""
    judges = Judges(providers)
    for sandbox, tables in sandboxes.items():
        found = judges.find_wrong(tables, sandbox)
        if found is not None:
            field = re.split(r"[.\[:]", found.path, maxsplit=1)[0]
            return Wrong(sandbox, found.table, found.document_id, found.tell(), field)
    return None


def find_wrong_rule(
    sandboxes: Mapping[str, Tables],
    providers: Mapping[str, Provider],
    read: Callable[[Document, Mapping[str, list[str]]], object],
) -> Wrong | None:
    """The first rule that ``read`` refuses, beside the labels of its sandbox's accounts."""
    for sandbox, tables in sandboxes.items():
        labels: dict[str, list[str]] = {provider: [] for provider in providers}
        for account in tables.get(ACCOUNTS, {}).values():
            labels.setdefault(account["provider"], []).append(account["label"])
        for rule_id, document in tables.get("rules", {}).items():
            try:
                read(document, labels)
            except Refused as refused:
                return Wrong(sandbox, "rules", rule_id, f"{rule_id}: {refused.message}")
    return None


class Judges:
    """Judge documents by the schemas of their tables, each of which is made once."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._schemas: dict[tuple[str, str], Schema | None] = {}
        self._likeness = Likeness()

    def find_wrong(self, tables: Any, sandbox: str = "") -> Found | None:
        """The first document of the tables that is not what it should be, None where all are."""
        for table, rows in tables.items():
            if not isinstance(rows, dict):
                return Found(table, ANY, "", f"expected documents by id, came {shown(rows)}")
            for document_id, document in rows.items():
                wrong = self._judge(table, document_id, document, sandbox)
                if wrong is not None:
                    return Found(table, document_id, *wrong)
        return self._compare(tables)

    def _compare(self, tables: Tables) -> Found | None:
        """What is wrong in documents beside others, each of which is right in itself."""
        accounts = tables.get(ACCOUNTS, {})
        contradiction = find_contradiction(accounts, self._providers)
        if contradiction is not None:
            return Found(ACCOUNTS, *contradiction)
        note = find_wrong_note(tables.get(NOTES, {}), accounts, self._providers)
        return note and Found(NOTES, *note)

    def _judge(self, table: str, document_id: str, document: Any, sandbox: str) -> Reason | None:
        schema = self._find_schema(table, _name_kind(table, document_id, document))
        if schema is None:
            known = table.startswith((MESSAGES, RECORDS))
            return None if known else ("", "there is no such table")
        many = table == ACCOUNTS or isinstance(schema, MessageDocument)
        if not (many and self._likeness.covers(schema, document)):
            try:
                schema.load(document)
            except ValidationError as error:
                return first_mistake(error, document)
        return find_wrong_name(table, document_id, document) or self._look_inside(
            schema, document, sandbox
        )

    def _look_inside(self, schema: Schema, document: Document, sandbox: str) -> Reason | None:
        """What is wrong in what a schema takes as it is."""
        if isinstance(schema, MessageDocument):
            reason = find_wrong_content(document)
            return None if reason is None else ("content", reason)
        if isinstance(schema, AboutDocument):
            wrong = find_wrong_name_or_switch(document, sandbox, self._providers)
            if wrong is not None:
                return wrong
        inner = INNER.get(type(schema))
        found = self.find_wrong(document[inner] or {}) if inner else None
        return None if found is None else (f"{inner}: {found.table}", found.tell())

    def _find_schema(self, table: str, kind: str) -> Schema | None:
        key = table, kind
        if key not in self._schemas:
            self._schemas[key] = self._make_schema(table, kind)
        return self._schemas[key]

    def _make_schema(self, table: str, kind: str) -> Schema | None:
        if table == ACCOUNTS and kind in self._providers:
            return make_account_schema(self._providers[kind])
        known = APART.get(table, {})
        made = known.get(kind) or known.get(ANY)
        return made() if made else schema_of(table, self._providers)


def _name_kind(table: str, document_id: str, document: Any) -> str:
    """Of the documents of a table those that have a schema of their own."""
    if table in APART:
        return document_id
    provider = document.get("provider") if table == ACCOUNTS and isinstance(document, dict) else ANY
    return provider if isinstance(provider, str) else ANY
