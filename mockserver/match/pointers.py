"""JSON pointers (RFC 6901), and whether two values are equal as JSON."""

import re
from typing import Any

INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def is_pointer(text: str) -> bool:
    escapes = text.count("~0") + text.count("~1")
    return (not text or text.startswith("/")) and text.count("~") == escapes


def read_steps(pointer: str) -> tuple[str, ...]:
    """The keys that a pointer goes along."""
    steps = pointer.split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def follow(steps: tuple[str, ...], value: Any) -> list[Any]:
    """What a pointer leads to, as a list of one, or nothing."""
    for key in steps:
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return []
    return [value]


def is_same(one: Any, other: Any) -> bool:
    """Equal as JSON: unlike in Python, true is not 1. No more is looked at than both have, however
    large one of them is.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            is_same(each, other[key]) for key, each in one.items()
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)
