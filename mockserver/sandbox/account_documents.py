"""Whether accounts, as a sandbox keeps them, are what their providers say of accounts."""

from collections.abc import Iterator, Mapping
from itertools import chain

from marshmallow import Schema, fields, validate

from mockserver.api.provider import Provider
from mockserver.sandbox.contradictions import Place, find_repeated
from mockserver.sandbox.fixture_format import (
    CREDENTIAL,
    GIVEN,
    make_condition_field,
    make_state_field,
)
from mockserver.sandbox.storage.memory import Document, Rows
from mockserver.text.secrets import mask_secret
from mockserver.text.validation import Strict


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
    """The id of an account that has what another has, the path in it, and what it is.

    Each must be right in itself. Those of a provider that is not there are left alone.
    """
    by_provider: dict[str, Rows] = {}
    for document_id, account in rows.items():
        by_provider.setdefault(account["provider"], {})[document_id] = account
    for name, accounts in by_provider.items():
        if name in providers:
            kind = providers[name].account
            credentials = _list_credentials(accounts, kind.credentials[0])
            numbers = [_list_names(accounts, each) for each in kind.number_ids]
            for path, reason in chain(
                find_repeated(credentials, mask_secret),
                find_repeated(_list_numbers(accounts)),
                *map(find_repeated, numbers),
            ):
                document_id, _, inner = path.rpartition(": ")
                return document_id, inner, reason
    return None


def _list_credentials(accounts: Rows, name: str) -> Iterator[Place]:
    for document_id, account in accounts.items():
        yield f"{document_id}: credentials.{name}", account["credentials"][name]


def _list_numbers(accounts: Rows) -> Iterator[Place]:
    for document_id, account in accounts.items():
        for place, number in enumerate(account["numbers"]):
            yield f"{document_id}: numbers[{place}].number", number["number"]


def _list_names(accounts: Rows, name: str) -> Iterator[Place]:
    """Of the further names of numbers those of one kind."""
    for document_id, account in accounts.items():
        for place, number in enumerate(account["numbers"]):
            yield f"{document_id}: numbers[{place}].ids.{name}", number["ids"][name]
