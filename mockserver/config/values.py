"""Reading one value of a setting, whether it was typed or stands in a variable or in the file.

What is typed and what stands in a variable is text; TOML also has numbers and booleans.
"""

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.text.targets import Pattern, read_pattern
from mockserver.text.validation import flatten

MOST_DIGITS = 9
# Written out and not compiled: few starts read such a value.
HOST_NAME = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,252}"
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
CERTIFIED = rf"(?i)(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*"  # RFC 1034, 3.1
SWITCHED = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def text_field() -> fields.String:
    """Any text but an empty one."""
    expected = "expected a text"
    filled = validate.Length(min=1, error=expected)
    return fields.String(validate=filled, error_messages={"invalid": expected})


def whole_number(low: int, high: int) -> "Whole":
    """From ``low`` to ``high``, both included."""
    expected = f"expected a whole number from {low} to {high}"
    messages: dict[str, Any] = dict.fromkeys(("invalid", "too_large"), expected)
    within = validate.Range(low, high, error=expected)
    return Whole(strict=True, validate=within, error_messages=messages)


class Whole(fields.Integer):
    """A whole number, also one written in decimal digits."""

    def _validated(self, value: Any) -> int:
        digits = isinstance(value, str) and value.isascii() and value.isdecimal()
        if digits and len(value) <= MOST_DIGITS:  # Python refuses to read the longest
            value = int(value)
        return super()._validated(value)


class FilePath(fields.Field[Path]):
    """The path of a file or folder, which may exist or not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Path:
        if not isinstance(value, str) or not value or "\0" in value:
            raise ValidationError("expected a path")
        return Path(value)


class HostNames(fields.Field[tuple[str, ...]]):
    """Names of hosts with commas between them, in TOML also a list of them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[str, ...]:
        names = value.split(",") if isinstance(value, str) else value
        if not isinstance(names, list) or not all(map(_is_host_name, names)):
            raise ValidationError(
                "expected names of hosts with commas between them, without scheme, port and "
                "blanks, such as mock.example.com"
            )
        return tuple(names)


class CertifiedNames(fields.Field[tuple[str, ...]]):
    """Names and addresses for a certificate, given one by one or with commas between them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[str, ...]:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
            raise ValidationError(self._EXPECTED)
        names = [name for each in given for name in each.split(",")]
        if not all(map(_can_be_certified, names)):
            raise ValidationError(self._EXPECTED)
        return tuple(names)

    _EXPECTED = "expected names of hosts or addresses, without scheme and port, such as mock.test"


class PassedHosts(fields.Field[tuple[Pattern, ...]]):
    """Hosts with or without a port, given one by one or with commas between them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[Pattern, ...]:
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
            raise ValidationError(self._EXPECTED)
        found = [read_pattern(name) for each in given for name in each.split(",")]
        patterns = tuple(each for each in found if each is not None)
        if len(patterns) < len(found):
            raise ValidationError(self._EXPECTED)
        return patterns

    _EXPECTED = "expected hosts such as api.example.com, api.example.com:443 or *.example.com"


def _can_be_certified(name: str) -> bool:
    try:
        return re.fullmatch(CERTIFIED, name) is not None or "%" not in str(ip_address(name))
    except ValueError:
        return False


def _is_host_name(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(HOST_NAME, value) is not None


def token_field() -> fields.String:
    """A token as the header Authorization can carry it. What came is told nowhere: it is secret."""
    expected = "expected a token of visible ASCII characters; what came is not shown here"
    visible = validate.Regexp(r"[!-~]{1,1024}\Z", error=expected)
    return fields.String(validate=visible, error_messages={"invalid": expected})


class Truth(fields.Field[bool]):
    """True or false, also one of the words for them, in any letter case."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in SWITCHED:
            return SWITCHED[value.lower()]
        raise ValidationError("expected true or false")


class Choice(fields.Field[Any]):
    """One of some values, also written as text, in any letter case."""

    def __init__(self, choices: Sequence[Any]) -> None:
        super().__init__()
        self._choices = {str(choice).lower(): choice for choice in choices}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = str(value).lower()
        if name not in self._choices:
            raise ValidationError(f"expected one of {', '.join(self._choices)}")
        return self._choices[name]


def sift(schema: Schema, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The good values in their own types, and (name, reason) of every bad one."""
    wrong = schema.validate(values)
    good: dict[str, Any] = schema.load(
        {name: value for name, value in values.items() if name not in wrong}
    )
    return good, flatten(wrong, values)
