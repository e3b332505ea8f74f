"""One rule: whom a fault strikes, when and how often."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Fault

LARGEST = 2**53  # the largest whole number that every JSON reader keeps


class MatchSchema(Schema):
    provider = fields.String()
    operation = fields.String()
    account = fields.String()
    message_id = fields.String()
    business_number = fields.String()


class ScheduleSchema(Schema):
    skip = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, LARGEST))
    times = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(1, LARGEST)
    )
    probability = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1))


class RuleSchema(Schema):
    name = fields.String(load_default=None, allow_none=True)
    match = fields.Nested(MatchSchema, load_default=dict)
    fault = fields.Dict(keys=fields.String(), required=True)
    schedule = fields.Nested(ScheduleSchema, load_default=lambda: ScheduleSchema().load({}))
    seed = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(-LARGEST, LARGEST),
    )


@dataclass(slots=True)
class Rule:
    """A fault with its envelope. ``twins`` counts the equal rules that were made before it."""

    id: str
    definition: Mapping[str, Any]
    fault: Fault
    seed: int
    twins: int = 0
    calls: int = 0
    hits: int = 0

    @property
    def key(self) -> str:
        """What the rule says, as text: the same in every run, unlike its id."""
        return json.dumps(self.definition, sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, **self.definition, "seed": self.seed, "hits": self.hits}

    def strike(self, blow: Blow, exchange: Exchange) -> None:
        """Strike if this call is one of those the rule is about and its turn has come."""
        if not self._matches(exchange):
            return
        self.calls += 1
        if not (blow.fail and self.fault.terminal) and self._due():
            self.hits += 1
            blow.rule = blow.rule if blow.fail else self.id
            self.fault.strike(blow, exchange, self._draw("size"))

    def _matches(self, exchange: Exchange) -> bool:
        match = self.definition["match"]
        if not self.fault.fits(exchange.provider):
            return False
        if match.get("provider", exchange.provider.id) != exchange.provider.id:
            return False
        operation = exchange.operation.name if exchange.operation else None
        if match.get("operation", operation) != operation:
            return False
        account = exchange.account.label if exchange.account else None
        if match.get("account", account) != account:
            return False
        return self._matches_subject(match, exchange)

    def _matches_subject(self, match: Mapping[str, Any], exchange: Exchange) -> bool:
        if "message_id" not in match and "business_number" not in match:
            return True
        subject = exchange.subject()
        if match.get("message_id", subject.message_id) != subject.message_id:
            return False
        number = subject.business_number or ""
        return _digits(match.get("business_number", number)) == _digits(number)

    def _due(self) -> bool:
        schedule = self.definition["schedule"]
        if self.calls <= schedule["skip"]:
            return False
        if schedule["times"] is not None and self.hits >= schedule["times"]:
            return False
        probability: float = schedule["probability"]
        return probability >= 1 or self._draw("strike") < probability

    def _draw(self, purpose: str) -> float:
        """A number from 0 to below 1 that depends on seed, rule and ordinal of the call alone."""
        text = f"{self.seed}\0{self.key}\0{self.twins}\0{self.calls}\0{purpose}"
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / (1 << 53)


def _digits(number: str) -> str:
    """A number however it is written: providers differ in the plus sign."""
    return "".join(filter(str.isdecimal, number))
