"""Whether accounts, as a sandbox keeps them, are what their providers say of accounts."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from mockserver.api.provider import Provider
from mockserver.sandbox.contradictions import find_contradictions
from mockserver.sandbox.fixtures import CREDENTIAL, GIVEN, make_condition_field, make_state_field
from mockserver.sandbox.storage.memory import Document, Rows
from mockserver.text.validation import Strict

PLACE = re.compile(r"accounts\[(\d+)\]\.(.+)", re.DOTALL)


def make_account_schema(provider: Provider) -> Schema:
    """The same as of the accounts of fixtures, in the shape of documents."""
    kind = provider.account
    credential = fields.String(required=True, validate=CREDENTIAL)
    credentials = Strict.from_dict(dict.fromkeys(kind.credentials, credential))
    ids = Strict.from_dict(dict.fromkeys(kind.number_ids, GIVEN))
    number = Strict.from_dict(
        {
            "number": GIVEN,
            "state": make_state_field(provider, required=True),
            "ids": fields.Nested(ids, required=True),
        }
    )
    numbers = fields.List(
        fields.Nested(number),
        required=True,
        validate=validate.Length(min=1, error="expected at least one"),
    )
    return Strict.from_dict(
        {
            "provider": GIVEN,
            "label": GIVEN,
            "condition": make_condition_field(provider, required=True),
            "credentials": fields.Nested(credentials, required=True),
            "numbers": numbers,
        }
    )()


def arrange(account: Document, provider: Provider) -> Document:
    """The same with its credentials and further names in the provider's order, of which the first
    credential is what names the account: objects lose their order on some ways.
    """
    kind = provider.account
    numbers = [
        number | {"ids": {name: number["ids"][name] for name in kind.number_ids}}
        for number in account["numbers"]
    ]
    credentials = {name: account["credentials"][name] for name in kind.credentials}
    return account | {"credentials": credentials, "numbers": numbers}


def find_contradiction(
    rows: Rows, providers: Mapping[str, Provider]
) -> tuple[str, str, str] | None:
    """The id of an account that does not go with the others, the path in it, and why not.

    Each must be right in itself. Those of a provider that is not there are left alone.
    """
    by_provider: dict[str, list[str]] = {}
    for document_id, account in rows.items():
        by_provider.setdefault(account["provider"], []).append(document_id)
    for name, ids in by_provider.items():
        if name in providers:
            content = _write_for_fixture(rows[each] for each in ids)
            for path, reason in find_contradictions(content, providers[name]):
                found = PLACE.fullmatch(path)
                if found is not None:
                    return ids[int(found[1])], found[2], PLACE.sub(r"\2", reason)
    return None


def _write_for_fixture(accounts: Iterable[Document]) -> dict[str, Any]:
    """As fixtures have them, as far as one must not have what another has."""
    return {
        "accounts": [
            {
                **each["credentials"],
                "label": each["label"],
                "numbers": [
                    {"number": number["number"], **number["ids"]} for number in each["numbers"]
                ],
            }
            for each in accounts
        ]
    }
