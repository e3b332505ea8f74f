"""The request header by which one call asks for its own fault."""

import json
from typing import Any

from marshmallow import Schema, fields

from mockserver.api.exchange import Exchange
from mockserver.faults.rules.language import BY_HEADER
from mockserver.faults.rules.reader import RuleReader
from mockserver.faults.rules.rule import inject
from mockserver.faults.unit import Aim, OfHandshakes, RuleMemory, Turn
from mockserver.pipeline.plan import Plan
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

SIZE = 0.5  # nothing is left to chance: the middle of whatever a fault may draw
FORM = "send TYPE, TYPE=SETTING or TYPE=SETTING;NAME=VALUE, such as latency=250 or reset;when=after"


def strike_as_asked(
    text: str, reader: RuleReader, plan: Plan, exchange: Exchange, memory: RuleMemory
) -> None:
    """``reset``, ``error=NAME`` or ``gateway=503;flavour=alb;when=after``. Raises Refused."""
    first, *others = text.split(";")
    kind, equals, value = _split_pair(first)
    unit = reader.find_type(kind)
    if issubclass(unit, OfHandshakes):
        message = (
            f"{kind} strikes TLS handshakes, which are over before a call can ask for anything"
        )
        raise Refused("bad_fault_header", message, "make a rule of it: POST …/faults")
    given: dict[str, str] = {}
    if equals:
        if unit.short is None:
            raise Refused("bad_fault_header", f"{kind} has no setting", f"send {kind}")
        given[unit.short] = value
    for other in others:
        _add(given, other)
    when = given.pop("when", "before")
    if when not in ("before", "after"):
        message = f"when: expected before or after, came {shown(when)}"
        raise Refused("bad_fault_header", message, FORM)
    settings = {name: _read_value(unit.schema, name, value) for name, value in given.items()}
    fault = reader.read_fault(kind, settings, after=when == "after")
    reader.require_one(fault, [Aim(exchange.provider, exchange.operation)])
    turn = Turn(BY_HEADER, None, None, None, SIZE, memory)
    inject(fault, plan, exchange, turn, after=when == "after")


def _add(given: dict[str, str], part: str) -> None:
    """Add another ``NAME=VALUE`` to those that were given."""
    name, equals, value = _split_pair(part)
    if not name or not equals:
        message = f"expected NAME=VALUE, came {shown(part.strip())}"
        raise Refused("bad_fault_header", message, FORM)
    if name in given:
        raise Refused("bad_fault_header", f"{shown(name)} is given twice", FORM)
    given[name] = value


def _split_pair(part: str) -> tuple[str, str, str]:
    name, equals, value = part.partition("=")
    return name.strip(), equals, value.strip()


def _read_value(schema: Schema, name: str, text: str) -> Any:
    """A number where the setting is one; otherwise the text, which the schema then judges."""
    if isinstance(schema.fields.get(name), fields.Number):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text
