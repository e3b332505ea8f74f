"""The headers that authenticate a call, for clients that do not sign themselves."""

from base64 import b64decode
from typing import Any

from marshmallow import ValidationError, fields

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, choose, read_body
from mockserver.api.account import Account
from mockserver.api.call import Reply
from mockserver.api.operation import Operation, Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.text.mistakes import Refused
from mockserver.text.validation import Strict, Texts, first_mistake


class SignSchema(Strict):
    provider = fields.String(required=True)
    account = fields.String()
    operation = fields.String()
    body = fields.String()
    body_base64 = fields.String()
    options = Texts(load_default=dict)


SCHEMA = SignSchema()


@described(200, "Signed", body=SCHEMA)
def sign_call(desk: Desk, inquiry: Inquiry) -> Reply:
    """The headers that authenticate a call, signed at the machine's time."""
    data = _load(read_body(inquiry))
    provider = desk.providers[choose("provider", data["provider"], desk.providers)]
    for name in data["options"]:
        choose("option", name, provider.sign_options)
    account = _find_account(inquiry, provider, data.get("account"))
    operation = _find_operation(provider, data.get("operation"))
    now = inquiry.sandbox.clock.machine.now()
    signing = Signing(account, operation, _read_sent(data), now, data["options"])
    return Reply(200, {"headers": provider.sign(signing)})


def _load(body: dict[str, Any]) -> dict[str, Any]:
    try:
        data: dict[str, Any] = SCHEMA.load(body)
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        hint = f"the keys are {', '.join(SCHEMA.fields)}"
        raise Refused("bad_signing", f"{path}: {reason}" if path else reason, hint) from None
    return data


def _read_sent(data: dict[str, Any]) -> bytes:
    """The exact bytes of the call's body. Raises Refused."""
    if "body_base64" not in data:
        return str(data.get("body", "")).encode("utf-8", "surrogatepass")
    if "body" in data:
        raise Refused("bad_signing", "body and body_base64 do not go together", "give one of them")
    try:
        return b64decode(data["body_base64"], validate=True)
    except ValueError:
        hint = "body takes text as it stands"
        raise Refused("bad_signing", "body_base64: expected bytes in Base64", hint) from None


def _find_account(inquiry: Inquiry, provider: Provider, label: str | None) -> Account:
    """The one of that label, or the first. Raises Refused."""
    accounts = {each.label: each for each in inquiry.sandbox.accounts.of(provider.id)}
    first = next(iter(accounts), "main")
    return accounts[choose("account", first if label is None else label, accounts)]


def _find_operation(provider: Provider, name: str | None) -> Operation:
    """The one of that name, or the one that marks as read. Raises Refused."""
    operations = {each.name: each for each in provider.operations}
    usual = provider.operation_to(Purpose.MARK_AS_READ) or provider.operations[0]
    return operations[choose("operation", usual.name if name is None else name, operations)]
