"""Looking at messages, and writing one as a customer."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from mockserver.admin.described import described
from mockserver.admin.desk import (
    PAGE,
    Desk,
    Inquiry,
    choose,
    find_labels,
    read_body,
    read_choice,
    read_filters,
    read_truth,
    read_whole,
)
from mockserver.api.account import Account
from mockserver.api.call import Reply
from mockserver.api.content import ContentSchema
from mockserver.api.message import DIRECTIONS, TYPES, Message, content_of, digits_of
from mockserver.sandbox.messages import MessageStore, Wanted
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown
from mockserver.text.validation import Duration, first_mistake

FILTERS = ("provider", "account", "direction", "unread", "customer", "after", "limit")
OWNER = ("provider",)
DEFAULT_TEXT = "Hello"


class CustomerMessageSchema(ContentSchema):
    provider = fields.String(required=True)
    account = fields.String()
    sender = fields.String(
        required=True,
        data_key="from",
        validate=validate.Regexp(
            r"\+?[0-9]{3,20}\Z", error="expected a phone number of 3 to 20 digits, maybe with a +"
        ),
    )
    to = fields.String()
    id = fields.String(validate=validate.Length(min=1, max=512))
    age = Duration(load_default=0)


SCHEMA = CustomerMessageSchema()


@described(200, "Messages", query=FILTERS)
def list_messages(desk: Desk, inquiry: Inquiry) -> Reply:
    """Messages in order of arrival.

    ``next`` is the ``after`` that goes on where more is left.
    """
    given = read_filters(inquiry, FILTERS)
    messages = inquiry.sandbox.messages
    wanted = _read_wanted(desk, inquiry.sandbox, given)
    limit = min(read_whole(given, "limit", PAGE), PAGE)
    after = _find_message(messages, given["after"]) if given.get("after") else None
    found, more = messages.list_page(wanted, after, limit)
    last = _name_message(messages, found[-1]) if found else given.get("after", "")
    told = {"next": last} if more else {}
    return Reply(200, {"messages": [each.to_json() for each in found], **told})


def _read_wanted(desk: Desk, sandbox: Sandbox, given: Mapping[str, str]) -> Wanted:
    """Which messages are asked for. Raises Refused."""
    provider = read_choice(given, "provider", desk.providers)
    labels = find_labels(desk.providers, sandbox.labels(), given)
    return Wanted(
        provider,
        read_choice(given, "account", labels),
        read_choice(given, "direction", DIRECTIONS),
        read_truth(given, "unread"),
        given.get("customer"),  # where a bare + arrives as a space
    )


def _name_message(messages: MessageStore, message: Message) -> str:
    """Its id, behind its provider's where another has given the same one."""
    alone = len(messages.find(message.id)) == 1
    return message.id if alone else f"{message.provider}/{message.id}"


def _find_message(messages: MessageStore, name: str) -> Message:
    """The message that ``_name_message`` names so. Raises Refused."""
    found = messages.find(name)
    provider, _, message_id = name.partition("/")
    found = found or [each for each in messages.find(message_id) if each.provider == provider]
    if len(found) != 1:
        reason = "several messages have" if found else "no message has"
        hint = "after takes what next told; without it the list begins with the oldest"
        raise Refused("bad_filter", f"after: {reason} the id {shown(name)}", hint)
    return found[0]


@described(200, "Message", query=OWNER)
def show_message(desk: Desk, inquiry: Inquiry) -> Reply:
    """One message."""
    message_id = inquiry.args["message_id"]
    wanted = read_choice(read_filters(inquiry, OWNER), "provider", desk.providers)
    for provider in desk.providers if wanted is None else [wanted]:
        message = inquiry.sandbox.messages.get(provider, message_id)
        if message:
            return Reply(200, message.to_json())
    raise Refused(
        "message_not_found",
        f"no message has the id {shown(message_id)}",
        "GET …/messages lists them all",
        status=404,
    )


def _find_account(sandbox: Sandbox, provider: str, label: str | None) -> Account:
    """The account of that label, the first where none is told. Raises Refused."""
    accounts = {each.label: each for each in sandbox.accounts.of(provider)}
    if not accounts:
        message = f"the sandbox {sandbox.id} has no account of {provider}"
        raise Refused("unknown_account", message, "its fixtures left this provider out")
    label = next(iter(accounts)) if label is None else label
    return accounts[choose("account", label, accounts)]


@described(201, "Message", body=SCHEMA, refuses=(409,))
def write_message(desk: Desk, inquiry: Inquiry) -> Reply:
    """A customer writes to a business number."""
    data = _load(read_body(inquiry))
    provider = desk.providers[choose("provider", data["provider"], desk.providers)]
    sandbox = inquiry.sandbox
    account = _find_account(sandbox, provider.id, data.get("account"))
    number = _find_number(account, data.get("to"))
    customer = _write_like(number, data["sender"])
    now = sandbox.now()
    _, draw, ordinal = sandbox.draw("message")
    message_id, external_id = provider.new_ids(draw, "inbound", customer, now)
    message_id = data.get("id", message_id)
    if sandbox.messages.get(provider.id, message_id):
        raise Refused(
            "message_exists",
            f"{provider.id} has a message with the id {shown(message_id)} already",
            "leave id out to get a new one",
            status=409,
        )
    message = Message(
        id=message_id,
        provider=provider.id,
        account=account.label,
        direction="inbound",
        business_number=number,
        customer=customer,
        type=data["type"],
        content=content_of(data),
        received_at=now - data["age"],
        sequence=0,
        external_id=external_id,
    )
    sandbox.change([ordinal, sandbox.messages.draft(message)])
    return Reply(201, message.to_json())


def _load(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("type", "text") == "text" and isinstance(body.get("text", DEFAULT_TEXT), str):
        body = body | {"text": {"body": body.get("text", DEFAULT_TEXT)}}
    try:
        loaded: dict[str, Any] = SCHEMA.load(body)
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        known = [field.data_key or name for name, field in SCHEMA.fields.items()]
        own = [name for name in known if name not in TYPES]
        hint = f"the keys are {', '.join(own)} and one of {', '.join(TYPES)}"
        raise Refused("bad_message", f"{path}: {reason}" if path else reason, hint) from None
    return loaded


def _find_number(account: Account, wanted: str | None) -> str:
    numbers = {digits_of(each.number): each.number for each in account.numbers}
    if wanted is None:
        return next(iter(numbers.values()))
    return (
        numbers[digits_of(wanted)]
        if digits_of(wanted) in numbers
        else choose("number", wanted, numbers.values())
    )


def _write_like(number: str, customer: str) -> str:
    """The customer's number in the account's own way of writing, with or without a +."""
    return ("+" if number.startswith("+") else "") + digits_of(customer)
