"""A sandbox's clock: told, set, moved on, made faster."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, read_body
from mockserver.api.call import Reply
from mockserver.sandbox.clock import FASTEST, MACHINES, SLOWEST, Reading
from mockserver.sandbox.timekeeping import move_clock, read_clock, tell_time
from mockserver.text.mistakes import Refused
from mockserver.text.times import parse_duration, parse_instant, parse_shift
from mockserver.text.validation import Strict, first_mistake, number


class Parsed(fields.Field[int]):
    """A text that a function makes milliseconds of; ``expected`` is told of what is none."""

    def __init__(self, parse: Callable[[str], int], expected: str, **options: Any) -> None:
        super().__init__(metadata={"type": "string"}, **options)
        self._parse = parse
        self._expected = expected

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError(self._expected)
        try:
            return self._parse(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def require_true(value: Any) -> None:
    if value is not True:
        raise ValidationError("expected true")


TRUE = {"enum": [True]}
SCHEMA = Strict.from_dict(
    {
        "now": Parsed(parse_instant, "expected a time such as 2026-11-21T06:00:00Z"),
        "advance": Parsed(parse_duration, "expected a duration such as PT61S"),
        "rate": number(SLOWEST, FASTEST),
        "run": fields.Raw(validate=require_true, metadata=TRUE),
        "reset": fields.Raw(validate=require_true, metadata=TRUE),
        "skew": Parsed(parse_shift, "expected a duration such as PT61S or -PT61S"),
    }
)()
HINT = (
    'send one of {"now": "2026-11-21T06:00:00Z"}, which may go back, {"advance": "PT61S"}, '
    '{"rate": 60}, {"run": true}, {"reset": true}, {"skew": "-PT61S"}'
)
MOVES: Mapping[str, Callable[[Reading, int, Any], Reading]] = {
    "now": lambda clock, machine_at, now: clock._replace(at=now, since=machine_at, running=False),
    "advance": lambda clock, machine_at, length: clock.moved(machine_at, length),
    "rate": lambda clock, machine_at, rate: clock.moved(machine_at, rate=rate)._replace(
        running=True
    ),
    "run": lambda clock, machine_at, _: clock.moved(machine_at)._replace(running=True),
    "reset": lambda clock, machine_at, _: MACHINES,
    "skew": lambda clock, machine_at, skew: clock._replace(skew=skew),
}
"""What each key makes of a clock, at an instant of the machine's."""


@described(200, "Clock")
def show_clock(desk: Desk, inquiry: Inquiry) -> Reply:
    """What time it is in the sandbox, and how it goes on."""
    return Reply(200, tell_time(inquiry.sandbox))


@described(200, "Clock", body=SCHEMA)
def set_clock(desk: Desk, inquiry: Inquiry) -> Reply:
    """Set the clock, move it on, make it run otherwise: one of these.

    What becomes due by it has happened before the answer.
    """
    name, value = _read_move(read_body(inquiry))
    sandbox = inquiry.sandbox
    machine_at = sandbox.clock.machine.now()
    move_clock(sandbox, MOVES[name](read_clock(sandbox), machine_at, value))
    return Reply(200, tell_time(sandbox))


def _read_move(body: dict[str, Any]) -> tuple[str, Any]:
    """Raises Refused."""
    try:
        data: dict[str, Any] = SCHEMA.load(body)
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        raise Refused("bad_clock", f"{path}: {reason}" if path else reason, HINT) from None
    if len(data) != 1:
        came = ", ".join(data) or "none"
        raise Refused("bad_clock", f"expected one of {', '.join(MOVES)}, came {came}", HINT)
    return next(iter(data.items()))
