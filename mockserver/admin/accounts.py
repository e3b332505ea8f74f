"""An account's condition and its numbers' states, changed in the middle of a test."""

from typing import Any

from marshmallow import Schema, ValidationError, fields

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, choose, read_body
from mockserver.api.account import Account
from mockserver.api.call import Reply
from mockserver.api.changes import set_fields
from mockserver.api.provider import Provider
from mockserver.sandbox.events import SANDBOX
from mockserver.sandbox.fixture_format import make_condition_field, make_state_field
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.text.mistakes import Refused
from mockserver.text.validation import Strict, first_mistake


@described(200, "Account", body="AccountPatch")
def patch_account(desk: Desk, inquiry: Inquiry) -> Reply:
    """An account's condition and its numbers' states; what is not named stays."""
    wanted = choose("provider", inquiry.args["provider"], desk.providers, status=404)
    provider = desk.providers[wanted]
    accounts = {each.label: each for each in inquiry.sandbox.accounts.of(provider.id)}
    label = choose("account", inquiry.args["label"], accounts, status=404)
    data = _load(provider, read_body(inquiry))
    states = {each["number"]: each["state"] for each in data.get("numbers", ())}
    _require_known(states, accounts[label])
    changed: dict[str, Any] = {"condition": data.get("condition", accounts[label].condition)}
    changed["numbers"] = [
        {
            "number": each.number,
            "state": states.get(each.number, each.state),
            "ids": dict(each.ids),
        }
        for each in accounts[label].numbers
    ]
    inquiry.sandbox.change([set_fields(ACCOUNTS, f"{provider.id}/{label}", changed)])
    inquiry.sandbox.events.tell(SANDBOX, label, "account_patched", provider.id)
    [account] = [each for each in inquiry.sandbox.accounts.of(provider.id) if each.label == label]
    return Reply(200, account.to_json())


def _load(provider: Provider, body: dict[str, Any]) -> dict[str, Any]:
    schema = make_patch_schema(provider)
    try:
        data: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        hint = f"the keys are {', '.join(schema.fields)}"
        raise Refused("bad_account", f"{path}: {reason}" if path else reason, hint) from None
    return data


def make_patch_schema(provider: Provider) -> Schema:
    """What there is to be changed of an account of the provider."""
    number = Strict.from_dict(
        {"number": fields.String(required=True), "state": make_state_field(provider, required=True)}
    )
    return Strict.from_dict(
        {
            "condition": make_condition_field(provider),
            "numbers": fields.List(fields.Nested(number)),
        }
    )()


def _require_known(states: dict[str, str], account: Account) -> None:
    known = [each.number for each in account.numbers]
    for number in states:
        choose("number", number, known)
