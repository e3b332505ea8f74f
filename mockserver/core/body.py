"""Reading a JSON body by a schema."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from marshmallow import EXCLUDE, Schema, ValidationError

from mockserver.core.call import BadJSON
from mockserver.core.errors import Fail
from mockserver.core.provider import Check, Exchange
from mockserver.core.shown import shown

ABSENT = object()


class Lenient(Schema):
    """A body that may have further members, as most providers let it."""

    class Meta:
        unknown = EXCLUDE


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing wrong with a body.

    ``kind``: ``json`` it cannot be decoded, ``object`` it is no JSON object, ``missing`` a field
    is absent, ``invalid`` a field has a wrong value. ``path`` leads to the field; ``given`` are
    the members that the body does have.
    """

    kind: Literal["json", "object", "missing", "invalid"]
    reason: str
    path: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    @property
    def param(self) -> str:
        return ".".join(self.path)

    def __str__(self) -> str:
        return f"{self.param}: {self.reason}" if self.path else self.reason


def body_check(schema: Schema, refuse: Callable[[Problem], Fail]) -> Check:
    """A check that sets ``exchange.data`` or raises what ``refuse`` makes of the problem."""

    def body(exchange: Exchange) -> None:
        try:
            value = exchange.call.json()
        except BadJSON as error:
            raise refuse(Problem("json", f"the body is not JSON: {error}")) from None
        if not isinstance(value, dict):
            raise refuse(Problem("object", "the body is JSON, but not an object"))
        try:
            exchange.data = schema.load(value)
        except ValidationError as error:
            raise refuse(_first(error.messages_dict, value)) from None

    return body


def _first(messages: dict[Any, Any], value: Any) -> Problem:
    path: list[str] = []
    found: Any = messages
    inner = value
    while isinstance(found, dict):
        key, found = next(iter(found.items()))
        if key != "_schema":
            path.append(str(key))
            inner = inner.get(key, ABSENT) if isinstance(inner, dict) else None
    given = frozenset(value)
    if inner is ABSENT:
        return Problem("missing", str(found[0]), tuple(path), given)
    return Problem("invalid", f"{found[0].rstrip('.')}, came {shown(inner)}", tuple(path), given)
