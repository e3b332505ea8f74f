"""Reading what people write: fields with a meaning, and reasons that teach."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.text.mistakes import Mistake, Mistakes
from mockserver.text.shown import ask_whether_meant, shown, there_are
from mockserver.text.times import parse_duration

LARGEST = 2**53  # the largest whole number that every JSON reader keeps
NOTHING = object()
UNKNOWN, MISSING = "unknown key", "missing"
SHORTER = {"Unknown field.": UNKNOWN, "Missing data for required field.": MISSING}
OF_THE_LIBRARY = {
    "Not a valid list.": "expected a list",
    "Not a valid string.": "expected a text",
    "Not a valid boolean.": "expected true or false",
    "Not a valid mapping type.": "expected an object",
    "Invalid input type.": "expected an object",
    "Field may not be null.": "expected a value",
}
"""What the library says of values of another type, in our words."""
LONGEST_KEY = 120  # characters of a key in the path to what is wrong
MOST_TYPOS = 20  # unknown keys that are looked at for what is missing
DEEPEST = 32  # levels of JSON in what users write
TOO_DEEP = f"expected at most {DEEPEST} levels of JSON, came more"

HEADER_NAME = validate.Regexp(
    r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z", error="expected the name of a header"
)
HEADER_VALUE = validate.Regexp(
    r"[\x20-\x7e\t]*\Z", error="expected the value of a header: printable ASCII"
)


class Strict(Schema):
    """Tells what keys there are where it refuses one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = sorted(field.data_key or name for name, field in self.fields.items())
        self.error_messages["unknown"] = f"{UNKNOWN}; {there_are(known)}"


class Duration(fields.Field[int]):
    """An ISO 8601 duration, loaded as milliseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError('expected an ISO 8601 duration such as "P8D"')
        try:
            return parse_duration(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class Texts(fields.Dict):
    """An object of texts, which tells what is wrong with one at its key."""

    def __init__(self, key: Any = None, value: Any = None, **options: Any) -> None:
        names, texts = fields.String(validate=key), fields.String(validate=value)
        super().__init__(keys=names, values=texts, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            raise ValidationError(
                {key: _tell_pair(key, wrong) for key, wrong in error.messages.items()}
            ) from None


def _tell_pair(key: Any, wrong: dict[str, list[str]]) -> list[str]:
    """What is wrong with a name, or else with its text."""
    if "key" in wrong:
        return [f"{reason}, came {shown(key)}" for reason in wrong["key"]]
    return wrong["value"]


def one_of(choices: Sequence[Any]) -> validate.OneOf:
    return validate.OneOf(choices, error="expected one of {choices}")


class StrictBoolean(fields.Boolean):
    """True or false, and neither a word nor a number for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class NumberField(fields.Float):
    """A number, and not its text."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def number(low: float, high: float, **options: Any) -> NumberField:
    expected = f"expected a number from {low} to {high}"
    within = validate.Range(low, high, error=expected)
    return NumberField(validate=within, error_messages=_always(expected), **options)


def whole(low: int, high: int, **options: Any) -> fields.Integer:
    expected = f"expected a whole number from {low} to {high}"
    within = validate.Range(low, high, error=expected)
    return fields.Integer(strict=True, validate=within, error_messages=_always(expected), **options)


def _always(reason: str) -> dict[str, Any]:
    return dict.fromkeys(("invalid", "too_large", "special"), reason)


def check_plain(value: Any, levels: int = DEEPEST) -> None:
    """Raise ValidationError for what cannot be written as JSON, or is nested too deep."""
    if isinstance(value, dict | list):
        if levels == 0:
            raise ValidationError(TOO_DEEP)
        for inner in value.values() if isinstance(value, dict) else value:
            check_plain(inner, levels - 1)
    elif isinstance(value, float | int):
        _check_number(value)


def _check_number(value: float) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValidationError(f"expected a number, came {value}")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise ValidationError(f"expected a number of at most 64 bits, came {shown(value)}")


def find_unplain(value: Any, path: str = "", levels: int = DEEPEST) -> Iterator[tuple[str, str]]:
    """(JSON path, reason) of all that ``check_plain`` would refuse."""
    if isinstance(value, dict | list):
        if levels == 0:
            yield path, TOO_DEEP
            return
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from find_unplain(inner, _extend(path, step), levels - 1)
        return
    try:
        check_plain(value)
    except ValidationError as error:
        yield path, str(error.messages[0])


def mistakes_in(file: Path, error: ValidationError, data: Any) -> Mistakes:
    """All that is wrong with what was read from a file."""
    found = list_mistakes(error, data)
    return Mistakes([Mistake(str(file), path, reason) for path, reason in found])


def first_mistake(error: ValidationError, data: Any, path: str = "") -> tuple[str, str]:
    """Of all that is wrong the one to tell."""
    return list_mistakes(error, data, path)[0]


def list_mistakes(error: ValidationError, data: Any, path: str = "") -> list[tuple[str, str]]:
    """All that is wrong as (JSON path, reason), unknown keys first.

    What is missing is left out where one of those is a typo of it.
    """
    found = flatten(error.messages, data, path)
    unknown = [_split(where) for where, reason in found if reason.startswith(UNKNOWN)]
    told = [
        mistake
        for mistake in found
        if not (mistake[1].startswith(MISSING) and _is_mistyped(mistake[0], unknown[:MOST_TYPOS]))
    ]
    return sorted(told, key=_rank)


def _rank(mistake: tuple[str, str]) -> tuple[bool, str]:
    """Unknown keys in the order of the alphabet, as the library has them in none; then the rest."""
    path, reason = mistake
    unknown = reason.startswith(UNKNOWN)
    return not unknown, path if unknown else ""


def _is_mistyped(missing: str, unknown: list[tuple[str, str]]) -> bool:
    whose, name = _split(missing)
    return any(whose == theirs and ask_whether_meant([name], came) for theirs, came in unknown)


def _split(path: str) -> tuple[str, str]:
    """Whose key it is, and which."""
    whose, _, name = path.rpartition(".")
    return whose, name


def _extend(path: str, step: Any) -> str:
    """The path of what is in an object or a list."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    name = str(step)
    if len(name) > LONGEST_KEY or not name.isprintable():
        name = shown(name)[1:-1]
    return f"{path}.{name}" if path else name


def flatten(messages: Any, data: Any, path: str = "") -> list[tuple[str, str]]:
    """Marshmallow's nested errors about ``data`` as (JSON path, reason), such as ``a[0].b``.

    The reason ends with what came, where something did.
    """
    if not isinstance(messages, dict):
        return [(path, _with_what_came(str(reason), data)) for reason in messages]
    found: list[tuple[str, str]] = []
    for key, inner in messages.items():
        if key == "_schema":
            step, value = path, data
        elif isinstance(key, int):
            step, value = _extend(path, key), data[key]
        else:
            step = _extend(path, key)
            value = data.get(key, NOTHING) if isinstance(data, dict) else NOTHING
        found += flatten(inner, value, step)
    return found


def _with_what_came(reason: str, value: Any) -> str:
    if reason in SHORTER:
        return SHORTER[reason]
    if value is NOTHING or "came" in reason or reason.startswith(UNKNOWN):
        return reason
    if reason in OF_THE_LIBRARY:
        reason = OF_THE_LIBRARY[reason]
    return f"{reason}, came {shown(value)}"
