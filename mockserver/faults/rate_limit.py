"""The fault ``rate_limit``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields

from mockserver.core.clock import DAY, SECOND
from mockserver.core.errors import Fail
from mockserver.core.injection import Injection
from mockserver.core.limits import ALGORITHMS, Verdict
from mockserver.core.provider import Exchange
from mockserver.core.validation import number, one_of, whole
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    limit = whole(1, 1_000_000, required=True)
    per = number(0.001, 86_400, load_default=60.0)
    key = fields.String(load_default="account", validate=one_of(("account", "number")))
    algorithm = fields.String(load_default="token_bucket", validate=one_of(tuple(ALGORITHMS)))


@dataclass(frozen=True)
class Fault(Unit):
    """The provider's 429 once the limit is used up; then it recovers.

    ``limit`` calls in ``per`` seconds (default 60) for each ``key``: account (default) or number,
    the business number. ``algorithm``: token_bucket (default; ``limit`` calls at once, and each
    comes back evenly within ``per``) or fixed_window (``limit`` calls in each window).
    ``Retry-After`` tells whole seconds, and where a provider's answers tell their rate limit they
    tell this one.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "limit"

    limit: int
    per: float
    key: str
    algorithm: str

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any] | None:
        verdict = self._verdict(exchange, turn.rule)
        known = exchange.allowance
        if known is None or verdict.allowance.remaining < known.remaining:
            exchange.allowance = verdict.allowance  # the tightest of several limits
        if verdict.passed:
            return None
        retry_after = verdict.retry_after_s(exchange.call.received_at)
        injection.fail = Fail(
            exchange.provider.errors["RATE_LIMIT_EXCEEDED"],
            f"injected by {turn.rule}: more than {self.limit} calls in {self.per:g} s",
            retry_after=retry_after,
        )
        return self.settings() | {"retry_after": retry_after}

    def again(self, fault: Mapping[str, Any]) -> Mapping[str, Any]:
        retry_after = fault["retry_after"]
        return {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": retry_after}

    def _verdict(self, exchange: Exchange, rule: str) -> Verdict:
        account = exchange.account.label if exchange.account else None
        counted = account if self.key == "account" else exchange.subject().business_number
        note = ("rate_limit", rule, exchange.provider.id, counted)
        notes, now = exchange.world.notes, exchange.call.received_at
        verdict = ALGORITHMS[self.algorithm](
            notes.recall(note, now), now, self.limit, round(self.per * SECOND)
        )
        notes.keep(note, verdict.bucket, now + 2 * DAY)
        return verdict
