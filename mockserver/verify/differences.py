"""How a call differs from a match, field by field and without secrets."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mockserver.api.call import BadJSON
from mockserver.match.pointers import follow, read_steps
from mockserver.sandbox.describing import REQUEST_BODY
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.kept_call import KeptCall
from mockserver.sandbox.records import cut_tree, read_record
from mockserver.sandbox.showing import find_masking, show_entry
from mockserver.text.masking import Masking
from mockserver.text.secrets import HIDDEN
from mockserver.verify.matcher import Step

LONGEST, MOST_ITEMS = 256, 20
"""Characters of a text, and items, of a value that is told."""
ABSENT = object()
Entry = Mapping[str, Any]


def describe_call(
    call: KeptCall,
    wrong: Sequence[tuple[Step, bool | None]],
    match: Mapping[str, Any],
    disclosure: Disclosure,
) -> dict[str, Any]:
    """``wrong`` are the tests that it does not pass, each of a single header or part of the body,
    or cannot be put to (None).
    """
    record = read_record(call.record)
    masking = find_masking(record, disclosure)
    entry = show_entry(record, disclosure)
    differs = []
    for step, passed in wrong:
        name, expected, came = READERS.get(step.name, _read_plain)(
            step, match, call, entry, masking
        )
        told = {"field": name, "expected": _shorten(expected), "came": None}
        if passed is None:
            told["cut"] = True
        elif came is ABSENT:
            told["missing"] = True
        else:
            told["came"] = _shorten(came)
        differs.append(told)
    return {"request": entry["id"], "differs": differs}


def _read_plain(
    step: Step, match: Mapping[str, Any], call: KeptCall, entry: Entry, masking: Masking
) -> tuple[str, Any, Any]:
    """The field, what was expected there, and what came."""
    name = step.name
    came: Any = entry.get(name)
    if name == "direction":
        came = call.direction
    elif name == "status":
        came = entry["response"]["status"]
    elif name == "path":
        came = entry["request"]["path"].partition("?")[0]
    return name, masking.mask_tree(match[name]), came


def _read_header(
    step: Step, match: Mapping[str, Any], call: KeptCall, entry: Entry, masking: Masking
) -> tuple[str, Any, Any]:
    [name] = step.wanted
    expected = masking.mask_headers({name.lower(): step.wanted[name]})
    shown_name, value = next(iter(expected.items()))
    return f"header.{shown_name}", value, entry["request"]["headers"].get(shown_name, ABSENT)


def _read_body(
    step: Step, match: Mapping[str, Any], call: KeptCall, entry: Entry, masking: Masking
) -> tuple[str, Any, Any]:
    [pointer] = step.wanted
    steps = read_steps(pointer)
    named = {steps[-1] if steps else "": step.wanted[pointer]}
    expected = next(iter(masking.mask_tree(named).values()))
    return f"body{masking.mask(pointer)}", expected, _read_content(call, steps, entry)


def _read_content(call: KeptCall, steps: tuple[str, ...], entry: Entry) -> Any:
    """What stands there in the body as it is shown, in which no name tells of a secret."""
    text = entry["request"]["body"]
    if REQUEST_BODY in call.traits.cut:
        return ABSENT
    if isinstance(call.content, BadJSON):
        return text
    if not follow(steps, call.content):
        return ABSENT
    try:
        found = follow(steps, orjson.loads(text))
    except ValueError:
        return HIDDEN
    return found[0] if found else HIDDEN


READERS = {"header": _read_header, "body": _read_body}


def _shorten(value: Any) -> Any:
    return cut_tree(value, LONGEST, MOST_ITEMS)
