"""Whom a rule is about."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.api.call import BadJSON
from mockserver.api.exchange import Exchange
from mockserver.api.message import DIRECTIONS, digits_of
from mockserver.text.shown import shown
from mockserver.text.validation import HEADER_NAME, Texts, one_of

Test = Callable[[Exchange], bool]
INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class AccountField(fields.Field[Any]):
    """A label, a list of labels, or null for callers that no account is known of."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        labels = value if isinstance(value, list) else [value]
        if not labels or not all(isinstance(label, str) for label in labels):
            raise ValidationError("expected a label or a list of labels")
        return value


def check_pointers(value: dict[str, Any]) -> None:
    reason = "expected JSON pointers such as /status or /a~1b, came "
    wrong = [f"{reason}{shown(each)}" for each in value if not _is_pointer(each)]
    if wrong:
        raise ValidationError(wrong)


def _is_pointer(text: str) -> bool:
    escapes = text.count("~0") + text.count("~1")
    return (not text or text.startswith("/")) and text.count("~") == escapes


NUMBER = validate.Regexp(r"\+?[x ()-]*[0-9][0-9x ()-]*\Z", error="expected a phone number")
PATH = validate.Regexp(r"/[^?#]*\Z", error="expected a path from its first / on, without a query")


class MatchSchema(Schema):
    provider = fields.String()
    operation = fields.String(allow_none=True)  # null: a path or method that is no operation's
    account = AccountField(allow_none=True)
    message_id = fields.String(validate=validate.Length(min=1))
    business_number = fields.String(validate=NUMBER)
    direction = fields.String(validate=one_of(DIRECTIONS))
    customer = fields.String(validate=NUMBER)
    header = Texts(HEADER_NAME)
    path = fields.String(validate=PATH)
    body = fields.Dict(keys=fields.String(), validate=check_pointers)


def compile_match(match: Mapping[str, Any]) -> Iterator[Test]:
    """The tests that a call of those which the match, as loaded by the schema, is about passes.

    The quickest come first.
    """
    for name, make_test in TESTS.items():
        if name in match:
            yield make_test(match[name])


def _test_provider(wanted: str) -> Test:
    return lambda exchange: exchange.provider.id == wanted


def _test_operation(wanted: str | None) -> Test:
    return lambda exchange: exchange.operation_name == wanted


def _test_account(wanted: str | list[str] | None) -> Test:
    if isinstance(wanted, list):
        return lambda exchange: exchange.account_label in wanted
    return lambda exchange: exchange.account_label == wanted


def _test_message_id(wanted: str) -> Test:
    return lambda exchange: exchange.subject.message_id == wanted


def _test_business_number(wanted: str) -> Test:
    digits = digits_of(wanted)
    return lambda exchange: _has_digits(exchange.subject.business_number, digits)


def _test_customer(wanted: str) -> Test:
    digits = digits_of(wanted)
    return lambda exchange: (
        exchange.message is not None and _has_digits(exchange.message.customer, digits)
    )


def _has_digits(number: str | None, digits: str) -> bool:
    """However the number is written: providers differ in the plus sign."""
    return number is not None and digits_of(number) == digits


def _test_direction(wanted: str) -> Test:
    return lambda exchange: exchange.message is not None and exchange.message.direction == wanted


def _test_headers(wanted: Mapping[str, str]) -> Test:
    lowered = {name.lower(): value for name, value in wanted.items()}
    return lambda exchange: all(
        exchange.call.headers.get(name) == value for name, value in lowered.items()
    )


def _test_path(wanted: str) -> Test:
    """As documented or as it came, however it is escaped."""
    plain = unquote(wanted)
    return lambda exchange: (
        plain == exchange.call.path or plain == _read_plain_path(exchange.call.target)
    )


@lru_cache(maxsize=4)
def _read_plain_path(target: str) -> str:
    """Cached: thousands of rules may ask for that of one call."""
    return unquote(target.partition("?")[0])


def _test_body(wanted: Mapping[str, Any]) -> Test:
    def has_all(exchange: Exchange) -> bool:
        content = exchange.call.content
        return not isinstance(content, BadJSON) and all(
            any(_same(found, value) for found in resolve(pointer, content))
            for pointer, value in wanted.items()
        )

    return has_all


TESTS: Mapping[str, Callable[[Any], Test]] = {
    "provider": _test_provider,
    "operation": _test_operation,
    "account": _test_account,
    "message_id": _test_message_id,
    "direction": _test_direction,
    "business_number": _test_business_number,
    "customer": _test_customer,
    "header": _test_headers,
    "path": _test_path,
    "body": _test_body,
}


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: unlike in Python, true is not 1. No more is looked at than both have, however
    large one of them is.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            _same(each, other[key]) for key, each in one.items()
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


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
