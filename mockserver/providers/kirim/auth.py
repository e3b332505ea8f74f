"""``Authorization: Bearer kdv_live_…``. Source: developers.kirim.chat/authentication/."""

import math

from mockserver.core.account import AccountKind
from mockserver.core.call import Reply
from mockserver.core.checks import bearer_known, in_order
from mockserver.core.clock import DAY, SECOND
from mockserver.core.errors import Fail
from mockserver.core.limits import Bucket, allowed, token_bucket
from mockserver.core.provider import Exchange, Signing
from mockserver.core.shown import shown
from mockserver.providers.kirim.errors import Error

CONDITIONS = {
    "expired": Error.EXPIRED_API_KEY,
    "rate_limited": Error.RATE_LIMIT_EXCEEDED,
}

READS, WRITES = "reads", "writes"
READS_A_MINUTE, WRITES_A_MINUTE = 600, 60  # of the default plan; no read is emulated yet
MINUTE = 60 * SECOND

ACCOUNT = AccountKind(
    credentials=("api_key",),
    conditions=tuple(CONDITIONS),
    states=("connected", "degraded"),
    number_ids=("phone_number_id",),
)


def sign(signing: Signing) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {signing.account.credentials['api_key']}",
        "Content-Type": "application/json",
    }


key_known = bearer_known(Error.INVALID_API_KEY)
account_in_order = in_order(CONDITIONS)


def within_rate_limit(exchange: Exchange) -> None:
    """A receipt is a write and takes a token of its organisation. Source: RATE_LIMITS."""
    bucket, now = exchange.recall(WRITES), exchange.call.received_at
    verdict = token_bucket(bucket, now, WRITES_A_MINUTE, MINUTE)
    exchange.note(verdict.bucket, DAY, WRITES)
    if exchange.allowance is None and not exchange.rehearsal:
        exchange.allowance = verdict.allowance
    if not verdict.passed and exchange.switch("enforce_rate_limits"):
        because = f"more than {WRITES_A_MINUTE} writes within a minute"
        raise Fail(Error.RATE_LIMIT_EXCEEDED, because, retry_after=verdict.retry_after_s(now))


def tell_rate_limit(exchange: Exchange, reply: Reply) -> None:
    """``X-RateLimit-…`` stand on every 2xx and 4xx. Source: RATE_LIMITS."""
    if exchange.account is None or reply.status >= 500:
        return
    told, now = exchange.allowance, exchange.call.received_at
    if reply.status == 429 and (told is None or told.remaining):
        # Nothing is left to a client that is told to wait, whatever made the server tell it so.
        told = allowed(Bucket(0, now), now, WRITES_A_MINUTE, MINUTE)
    elif told is None:
        reads = exchange.call.method in ("GET", "HEAD")
        limit = READS_A_MINUTE if reads else WRITES_A_MINUTE
        told = allowed(exchange.recall(READS if reads else WRITES), now, limit, MINUTE)
    reply.headers["X-RateLimit-Limit"] = str(told.limit)
    reply.headers["X-RateLimit-Remaining"] = str(told.remaining)
    reply.headers["X-RateLimit-Reset"] = str(math.ceil(told.full_at / SECOND))


def number_known(exchange: Exchange) -> None:
    """The path's id must be that of a connected number of the key's organisation."""
    came = exchange.call.args["phone_number_id"]
    number = next(
        (each for each in exchange.caller.numbers if each.ids["phone_number_id"] == came), None
    )
    if number is None:
        known = ", ".join(each.ids["phone_number_id"] for each in exchange.caller.numbers)
        raise Fail(Error.PHONE_NUMBER_NOT_FOUND, f"expected one of {known}, came {shown(came)}")
    if number.state == "degraded":
        raise Fail(Error.ACCOUNT_NOT_CONNECTED, f"{number.number} is degraded")
