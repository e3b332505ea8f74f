"""Reading a JSON body by a schema."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError

from mockserver.api.call import BadJSON, Call
from mockserver.api.catalogue import CAME, Catalogue, Fail
from mockserver.api.diagnosis.case import Case, Diagnose, Finding, Remark
from mockserver.api.exchange import Exchange
from mockserver.api.operation import Check
from mockserver.api.reading import Reader
from mockserver.text.shown import shown

ABSENT = object()


class Lenient(Schema):
    """A body that may have further members, as most providers let it."""

    class Meta:
        unknown = EXCLUDE


class Problem(NamedTuple):
    """The first thing wrong with a body.

    ``kind``: ``json`` it cannot be decoded, ``object`` it is no JSON object, ``missing`` a field
    is absent, ``invalid`` a field has a wrong value. ``path`` leads to the field; ``given`` are
    the members that the body does have. ``rule`` is what was not kept, ``came`` the wrong value.
    """

    kind: Literal["json", "object", "missing", "invalid"]
    reason: str
    path: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    rule: str = "a JSON object"
    came: str = "none"

    @property
    def param(self) -> str:
        """The field's path with dots, empty where the body as a whole is wrong."""
        return ".".join(self.path)

    def fail(self, row: Catalogue, because: str | None = None, **details: Any) -> Fail:
        """A failure with that row, because of this problem."""
        because = str(self) if because is None else because
        expected = f"{self.param}: {self.rule}" if self.path else self.rule
        return Fail(row, because, expected=expected, came=self.came, **details)

    def __str__(self) -> str:
        return f"{self.param}: {self.reason}" if self.path else self.reason


def require_body(
    schema: Schema,
    refuse: Callable[[Problem], Fail],
    rows: tuple[Catalogue, ...],
    diagnose: Diagnose | None = None,
) -> Check:
    """The check ``body``: that the body is as the schema says.

    What the schema loads becomes ``exchange.data``. ``refuse`` makes a failure with one of the rows
    of the first problem that there is, and the check raises it. ``diagnose`` finds out more than
    path and rule.
    """

    reader = Reader(schema)

    def load_body(exchange: Exchange) -> None:
        exchange.data, problem = _load(reader, exchange.call)
        if problem is not None:
            raise refuse(problem)

    def diagnose_body(case: Case) -> Iterator[Finding | Remark]:
        if not case.whole:
            return  # what is left of a body tells nothing
        if diagnose is not None:
            yield from diagnose(case)
        problem = _load(reader, case.exchange.call)[1]
        if problem is not None:
            yield _tell_problem(problem)

    return Check("body", load_body, rows, diagnose_body)


def _load(reader: Reader, call: Call) -> tuple[Any, Problem | None]:
    """What the schema makes of a body, or the first thing that is wrong with it."""
    try:
        value = call.json()
    except BadJSON as error:
        return None, Problem("json", f"the body is not JSON: {error}", came=str(error))
    if not isinstance(value, dict):
        reason = "the body is JSON, but not an object"
        return None, Problem("object", reason, came=shown(value))
    try:
        return reader.load(value), None
    except ValidationError as error:
        return None, _find_problem(error.messages_dict, value)


def _tell_problem(problem: Problem) -> Finding:
    where = f"${''.join(f'.{each}' for each in problem.path)}"
    said = {"json": "the body is no JSON", "object": "the body is no object"}
    rule = "is required" if problem.kind == "missing" else problem.rule
    text = said.get(problem.kind, f"{where}: {rule}")
    advice = f"mend {where}: {rule}, came {problem.came}"
    return Finding("invalid_body", text, (advice,), {"path": where, "rule": rule})


def _find_problem(messages: dict[Any, Any], value: Any) -> Problem:
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
        return Problem("missing", str(found[0]), tuple(path), given, ".".join(path))
    rule, came = str(found[0]).rstrip("."), shown(inner)
    return Problem("invalid", f"{rule}{CAME}{came}", tuple(path), given, rule, came)
