"""Whom a rule is about."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.core.call import BadJSON, Call
from mockserver.core.message import DIRECTIONS, digits_of
from mockserver.core.provider import Exchange
from mockserver.core.shown import shown
from mockserver.core.validation import HEADER_NAME, one_of

INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
POINTER = re.compile(r"(/([^~/]|~[01])*)*")


class Account(fields.Field[Any]):
    """A label, a list of labels, or null for callers that no account is known of."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        labels = value if isinstance(value, list) else [value]
        if not labels or not all(isinstance(label, str) for label in labels):
            raise ValidationError("expected a label or a list of labels")
        return value


def check_pointers(value: dict[str, Any]) -> None:
    for pointer in value:
        if not POINTER.fullmatch(pointer):
            raise ValidationError(
                f"expected JSON pointers such as /status or /a~1b, came {shown(pointer)}"
            )


NUMBER = validate.Regexp(r"\+?[0-9 ()-]*[0-9][0-9 ()-]*\Z", error="expected a phone number")
PATH = validate.Regexp(r"/[^?#]*\Z", error="expected a path from its first / on, without a query")


class MatchSchema(Schema):
    provider = fields.String()
    operation = fields.String(allow_none=True)  # null: a path or method that is no operation's
    account = Account(allow_none=True)
    message_id = fields.String(validate=validate.Length(min=1))
    business_number = fields.String(validate=NUMBER)
    direction = fields.String(validate=one_of(DIRECTIONS))
    customer = fields.String(validate=NUMBER)
    header = fields.Dict(keys=fields.String(validate=HEADER_NAME), values=fields.String())
    path = fields.String(validate=PATH)
    body = fields.Dict(keys=fields.String(), validate=check_pointers)


def matches(match: Mapping[str, Any], exchange: Exchange) -> bool:
    """Whether a call is one that the match, as loaded by the schema, is about."""
    return (
        match.get("provider", exchange.provider.id) == exchange.provider.id
        and match.get("operation", exchange.operation_name) == exchange.operation_name
        and _matches_account(match, exchange)
        and _matches_request(match, exchange)
        and _matches_message(match, exchange)
    )


def _matches_account(match: Mapping[str, Any], exchange: Exchange) -> bool:
    if "account" not in match:
        return True
    label = exchange.account.label if exchange.account else None
    wanted = match["account"]
    return label in wanted if isinstance(wanted, list) else label == wanted


def _matches_request(match: Mapping[str, Any], exchange: Exchange) -> bool:
    call = exchange.call
    if "path" in match:
        came = unquote(call.path)
        wanted = unquote(match["path"])
        if wanted not in (came, came.removeprefix(f"/{exchange.provider.id}")):
            return False
    headers = match.get("header", {})
    if any(call.headers.get(name.lower()) != value for name, value in headers.items()):
        return False
    return "body" not in match or _matches_body(match["body"], call)


def _matches_body(pointers: Mapping[str, Any], call: Call) -> bool:
    try:
        body = call.json()
    except BadJSON:
        return False
    return all(
        any(_same(found, value) for found in resolve(pointer, body))
        for pointer, value in pointers.items()
    )


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: unlike in Python, true is not 1. What is nested too deep is like nothing."""
    try:
        return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    except RecursionError:
        return False


def _matches_message(match: Mapping[str, Any], exchange: Exchange) -> bool:
    if not match.keys() & {"message_id", "business_number", "direction", "customer"}:
        return True
    subject = exchange.subject()
    if match.get("message_id", subject.message_id) != subject.message_id:
        return False
    if not _same_number(match.get("business_number"), subject.business_number):
        return False
    message = exchange.named()
    if not _same_number(match.get("customer"), message.customer if message else None):
        return False
    return "direction" not in match or (
        message is not None and message.direction == match["direction"]
    )


def _same_number(wanted: str | None, came: str | None) -> bool:
    """However they are written: providers differ in the plus sign."""
    return wanted is None or (came is not None and digits_of(wanted) == digits_of(came))


def resolve(pointer: str, value: Any) -> list[Any]:
    """What a JSON pointer (RFC 6901) leads to, as a list of one, or nothing."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return []
    return [value]
