"""From a match to the tests that a call passes which it is about."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from mockserver.api.call import BadJSON
from mockserver.api.message import digits_of
from mockserver.match.candidate import Candidate
from mockserver.match.pointers import follow, is_same, read_steps

Test = Callable[[Candidate], bool]


def compile_match(match: Mapping[str, Any]) -> Iterator[Test]:
    """The tests that a call of those which the match, as loaded by the schema, is about passes.

    The quickest come first.
    """
    for name, make_test in TESTS.items():
        if name in match:
            yield make_test(match[name])


def _test_provider(wanted: str) -> Test:
    return lambda call: call.provider_id == wanted


def _test_operation(wanted: str | None) -> Test:
    return lambda call: call.operation_name == wanted


def _test_account(wanted: str | list[str] | None) -> Test:
    if isinstance(wanted, list):
        return lambda call: call.account_label in wanted
    return lambda call: call.account_label == wanted


def _test_message_id(wanted: str) -> Test:
    return lambda call: call.message_id == wanted


def _test_business_number(wanted: str) -> Test:
    digits = digits_of(wanted)
    return lambda call: _has_digits(call.business_number, digits)


def _test_customer(wanted: str) -> Test:
    digits = digits_of(wanted)
    return lambda call: _has_digits(call.customer, digits)


def _has_digits(number: str | None, digits: str) -> bool:
    """However the number is written: providers differ in the plus sign."""
    return number is not None and digits_of(number) == digits


def _test_direction(wanted: str) -> Test:
    return lambda call: call.direction == wanted


def _test_headers(wanted: Mapping[str, str]) -> Test:
    lowered = {name.lower(): value for name, value in wanted.items()}

    def has_all(call: Candidate) -> bool:
        for name, value in lowered.items():  # noqa: SIM110 - a generator takes twice as long
            if not call.has_header(name, value):
                return False
        return True

    return has_all


def _test_path(wanted: str) -> Test:
    """As documented or as it came, however it is escaped."""
    plain = unquote(wanted)
    return lambda call: plain == call.path or plain == read_plain_path(call.target)


@lru_cache(maxsize=4)
def read_plain_path(target: str) -> str:
    """The path of a target, unescaped. Cached: thousands of rules may ask for that of one call."""
    return unquote(target.partition("?")[0])


def _test_body(wanted: Mapping[str, Any]) -> Test:
    pairs = [(read_steps(pointer), value) for pointer, value in wanted.items()]
    members = [(steps[0], value) for steps, value in pairs if _is_member(steps, value)]
    others = [(steps, value) for steps, value in pairs if not _is_member(steps, value)]

    def has_all(call: Candidate) -> bool:
        content = call.content
        if type(content) is not dict:
            return not isinstance(content, BadJSON) and _has_values(content, pairs)
        for name, value in members:  # most are such: they take a fifth of the time
            found = content.get(name, BadJSON)
            if found != value or type(found) is not type(value):
                return False
        return not others or _has_values(content, others)

    return has_all


def _is_member(steps: tuple[str, ...], value: Any) -> bool:
    """Whether that is a text, a number or such, to be found in an object by its name."""
    return len(steps) == 1 and not isinstance(value, dict | list)


def _has_values(content: Any, wanted: Iterable[tuple[tuple[str, ...], Any]]) -> bool:
    for steps, value in wanted:
        found = follow(steps, content)
        if not found or not is_same(found[0], value):
            return False
    return True


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
