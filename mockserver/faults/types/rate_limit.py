"""The fault ``rate_limit``."""

from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema, fields

from mockserver.api.catalogue import Fail
from mockserver.api.exchange import Exchange
from mockserver.api.limits import ALGORITHMS, Bucket, Verdict
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.plan import Plan
from mockserver.text.times import SECOND
from mockserver.text.validation import number, one_of, whole

ROW = "RATE_LIMIT_EXCEEDED"


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

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck | None:
        verdict = self._judge(exchange, turn)
        known = exchange.allowance
        if known is None or verdict.allowance.remaining < known.remaining:
            exchange.allowance = verdict.allowance  # the tightest of several limits
        if verdict.passed:
            return None
        retry_after = verdict.retry_after_s(exchange.at)
        plan.fail = Fail(
            exchange.provider.errors[ROW],
            f"injected by {turn.rule}: more than {self.limit} calls in {self.per:g} s",
            retry_after=retry_after,
        )
        again = {"type": "error", "error": ROW, "retry_after": retry_after}
        return Struck(self.settings() | {"retry_after": retry_after}, again)

    def _judge(self, exchange: Exchange, turn: Turn) -> Verdict:
        by_number = self.key == "number"
        counted = exchange.subject.business_number if by_number else exchange.account_label
        key = f"{exchange.provider.id}/{counted}"
        kept = turn.memory.recall(key)
        bucket = Bucket(*kept) if kept else None
        period = round(self.per * SECOND)
        verdict = ALGORITHMS[self.algorithm](bucket, exchange.at, self.limit, period)
        turn.memory.keep(key, [verdict.bucket.left, verdict.bucket.at])
        return verdict
