"""Whether the documents that sandboxes were left with are what they should be."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields

from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.api.provider import Provider
from mockserver.sandbox.documents import (
    ANY,
    APART,
    AboutDocument,
    AccountSchema,
    MessageDocument,
    SnapshotDocument,
    find_wrong_name,
    schema_of,
)
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.sandbox.storage.memory import Document, Tables
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown
from mockserver.text.validation import first_mistake

INNER = {SnapshotDocument: "tables", AboutDocument: "snapshot"}
"""The tables that a document holds itself."""
QUICK = (MessageDocument, AccountSchema)  # those of which there are many
MOST_SEEN = 10_000  # values


class Wrong(NamedTuple):
    """A document that is not what it should be: where it stands, and why."""

    sandbox: str
    table: str
    document_id: str
    reason: str


def find_wrong_document(
    sandboxes: Mapping[str, Tables], providers: Mapping[str, Provider]
) -> Wrong | None:
    """The first of all. Those of a provider that is not there are left alone."""
    judges = Judges(providers)
    for sandbox, tables in sandboxes.items():
        for table, document_id, reason in judges.find_wrong(tables):
            return Wrong(sandbox, table, document_id, reason)
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
        self._seen: set[tuple[fields.Field[Any], type, Any]] = set()

    def find_wrong(self, tables: Any) -> Iterator[tuple[str, str, str]]:
        """Table, id and what is wrong of each document that is not what it should be."""
        for table, rows in tables.items():
            if not isinstance(rows, dict):
                yield table, ANY, f"expected documents by id, came {shown(rows)}"
                continue
            for document_id, document in rows.items():
                reason = self._judge(table, document_id, document)
                if reason is not None:
                    yield table, document_id, f"{shown(document_id)[1:-1]}: {reason}"

    def _judge(self, table: str, document_id: str, document: Any) -> str | None:
        schema = self._find_schema(table, document_id if table in APART else ANY)
        if schema is None:
            return None if table.startswith((MESSAGES, RECORDS)) else "there is no such table"
        if not (isinstance(schema, QUICK) and self._is_like_others(schema, document)):
            try:
                schema.load(document)
            except ValidationError as error:
                return ": ".join(filter(None, first_mistake(error, document)))
        wrong = find_wrong_name(table, document_id, document)
        if wrong is None and type(schema) in INNER:
            inner = document[INNER[type(schema)]]
            wrong = next((found[::2] for found in self.find_wrong(inner or {})), None)
        return None if wrong is None else ": ".join(wrong)

    def _find_schema(self, table: str, document_id: str) -> Schema | None:
        key = table, document_id
        if key not in self._schemas:
            known = APART.get(table, {})
            made = known.get(document_id) or known.get(ANY)
            self._schemas[key] = made() if made else schema_of(table, self._providers)
        return self._schemas[key]

    def _is_like_others(self, schema: Schema, document: Any) -> bool:
        """Whether its fields take all of its values, most of which they were seen to take: so
        100,000 messages cost 0.6 s, where each as a whole would make it 3.
        """
        if not isinstance(document, dict) or document.keys() != schema.fields.keys():
            return False
        return all(
            (type(value) is str and _is_text(schema.fields[name]))
            or self._takes(schema.fields[name], value)
            for name, value in document.items()
        )

    def _takes(self, field: fields.Field[Any], value: Any) -> bool:
        if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
            inner = field.inner.schema
            return type(value) is list and all(self._is_like_others(inner, each) for each in value)
        known = not isinstance(value, dict | list)
        if known and (field, type(value), value) in self._seen:
            return True
        try:
            field.deserialize(value)
        except ValidationError:
            return False
        if known and len(self._seen) < MOST_SEEN:
            self._seen.add((field, type(value), value))
        return True


def _is_text(field: fields.Field[Any]) -> bool:
    """Whether it takes any text."""
    return type(field) is fields.String and not field.validators
