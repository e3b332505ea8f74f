"""``Authorization: Bearer kdv_live_…``. Source: developers.kirim.chat/authentication/."""

import math
from collections.abc import Mapping

from mockserver.api import (
    DAY,
    SECOND,
    AccountKind,
    Bucket,
    Call,
    Check,
    Claim,
    Exchange,
    Fail,
    Header,
    LateModule,
    Reply,
    Signing,
    read_bearer_token,
    require_bearer,
    require_condition,
    shown,
    take_token,
    tell_allowance,
)
from mockserver.providers.kirim import identifiers
from mockserver.providers.kirim.errors import Error

diagnosis = LateModule("mockserver.providers.kirim.diagnosis")

CONDITIONS = {
    "expired": Error.EXPIRED_API_KEY,
    "rate_limited": Error.RATE_LIMIT_EXCEEDED,
}

READS, WRITES = "reads", "writes"
READS_A_MINUTE, WRITES_A_MINUTE = 600, 60  # of the default plan; no read is emulated yet
MINUTE = 60 * SECOND
NOT_CONNECTED = ("pending", "degraded")
RATE_LIMIT_HEADERS = (
    Header("X-RateLimit-Limit", "calls of this kind within a minute", required=False),
    Header("X-RateLimit-Remaining", "how many are left", required=False),
    Header("X-RateLimit-Reset", "when all are there again: seconds since 1970", required=False),
)

ACCOUNT = AccountKind(
    credentials=("api_key",),
    conditions=tuple(CONDITIONS),
    states=("connected", *NOT_CONNECTED),
    new_credentials=identifiers.new_credentials,
    new_number=identifiers.new_number,
    number_ids=("phone_number_id",),
    secret_forms=(identifiers.KEY_FORM,),
)


def claim(call: Call, args: Mapping[str, str]) -> Claim:
    api_key = read_bearer_token(call)
    codes = identifiers.read_codes(api_key, args.get("phone_number_id", ""))
    return Claim(api_key, codes, {"api_key": api_key})


def sign(signing: Signing) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {signing.account.credentials['api_key']}",
        "Content-Type": "application/json",
    }


def limit_rate(exchange: Exchange) -> None:
    """A receipt is a write and takes a token of its organisation. Source: RATE_LIMITS."""
    now = exchange.at
    verdict = take_token(_recall_bucket(exchange, WRITES), now, WRITES_A_MINUTE, MINUTE)
    exchange.note([verdict.bucket.left, verdict.bucket.at], DAY, WRITES)
    if not verdict.passed and exchange.switch("enforce_rate_limits"):
        because = f"more than {WRITES_A_MINUTE} writes within a minute"
        raise Fail(
            Error.RATE_LIMIT_EXCEEDED,
            because,
            expected=f"at most {WRITES_A_MINUTE} writes a minute",
            came="one more",
            retry_after=verdict.retry_after_s(now),
        )


def tell_rate_limit(exchange: Exchange, reply: Reply) -> None:
    """``X-RateLimit-…`` stand on every 2xx and 4xx, of an unknown key too. Source: RATE_LIMITS."""
    if reply.status >= 500:
        return
    told, now = exchange.allowance, exchange.at
    if reply.status == 429 and (told is None or told.remaining):
        # Nothing is left to a client that is told to wait, whatever made the server tell it so.
        told = tell_allowance(Bucket(0, now), now, WRITES_A_MINUTE, MINUTE)
    elif told is None:
        reads = exchange.call.method in ("GET", "HEAD")
        limit = READS_A_MINUTE if reads else WRITES_A_MINUTE
        told = tell_allowance(
            _recall_bucket(exchange, READS if reads else WRITES), now, limit, MINUTE
        )
    reply.headers["X-RateLimit-Limit"] = str(told.limit)
    reply.headers["X-RateLimit-Remaining"] = str(told.remaining)
    reset_at = told.full_at + (exchange.peer_now - now)  # the client judges it by its own clock
    reply.headers["X-RateLimit-Reset"] = str(math.ceil(reset_at / SECOND))


def _recall_bucket(exchange: Exchange, kind: str) -> Bucket | None:
    """None where it is full, as that of nobody known always is."""
    kept = exchange.recall(kind) if exchange.account else None
    return Bucket(*kept) if kept else None


def require_number(exchange: Exchange) -> None:
    """The path's id must be that of a connected number of the key's organisation."""
    number = exchange.subject.number
    if number is None:
        known = ", ".join(each.ids["phone_number_id"] for each in exchange.caller.numbers)
        came = exchange.args["phone_number_id"]
        raise Fail(Error.PHONE_NUMBER_NOT_FOUND, expected=f"one of {known}", came=shown(came))
    if number.state in NOT_CONNECTED:
        because = f"{number.number} is {number.state}"
        expected = "a number in the state connected"
        raise Fail(Error.ACCOUNT_NOT_CONNECTED, because, expected=expected, came=because)


KEY = require_bearer(Error.INVALID_API_KEY)
CONDITION = require_condition("account", CONDITIONS)
RATE = Check("rate_limit", limit_rate, (Error.RATE_LIMIT_EXCEEDED,))
NUMBER = Check(
    "number",
    require_number,
    (Error.PHONE_NUMBER_NOT_FOUND, Error.ACCOUNT_NOT_CONNECTED),
    diagnosis.diagnose_path_number,
)
