"""The fault ``rate_limit``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.call import Reply
from mockserver.core.clock import DAY, SECOND
from mockserver.core.errors import Fail
from mockserver.core.limits import ALGORITHMS, Verdict
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    limit = fields.Integer(required=True, validate=validate.Range(min=1, max=1_000_000))
    per = fields.Float(load_default=60.0, validate=validate.Range(min=0.001, max=86_400))
    key = fields.String(load_default="account", validate=validate.OneOf(["account", "number"]))
    algorithm = fields.String(
        load_default="token_bucket", validate=validate.OneOf(list(ALGORITHMS))
    )


@dataclass(frozen=True)
class Fault(Unit):
    """The provider's 429 once more than ``limit`` calls come in ``per`` seconds; then it recovers.

    ``key``: counted for each account or business number; ``algorithm``: token_bucket or
    fixed_window. The answer carries ``Retry-After`` in seconds, and where a provider's answers
    tell their rate limit they tell this one.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "limit"

    limit: int
    per: float
    key: str
    algorithm: str

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any] | None:
        verdict = self._verdict(exchange, turn.rule)
        exchange.allowance = verdict.allowance
        if verdict.passed:
            return None
        fail = Fail(
            exchange.provider.errors["RATE_LIMIT_EXCEEDED"],
            f"injected by {turn.rule}: more than {self.limit} calls in {self.per:g} s",
            retry_after=verdict.retry_after_s,
        )

        def answer(natural: Reply) -> Reply:
            raise fail

        blow.answer = answer
        return self.settings() | {"retry_after": verdict.retry_after_s}

    def again(self, fault: Mapping[str, Any]) -> Mapping[str, Any]:
        retry_after = fault["retry_after"]
        return {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": retry_after}

    def _verdict(self, exchange: Exchange, rule: str) -> Verdict:
        account = exchange.account.label if exchange.account else None
        counted = account if self.key == "account" else exchange.subject().business_number
        note = ("rate_limit", rule, exchange.provider.id, counted)
        notes, now = exchange.world.notes, exchange.call.received_at
        verdict = ALGORITHMS[self.algorithm](
            notes.recall(note, now), now, self.limit, self.per * SECOND
        )
        notes.keep(note, verdict.bucket, now + 2 * DAY)
        return verdict
