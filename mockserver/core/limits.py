"""Rate limits, as pure functions of time: what may pass now, and when more may."""

import math
from dataclasses import dataclass

from mockserver.core.clock import SECOND


@dataclass(frozen=True, slots=True)
class Bucket:
    """``level`` calls may pass at the instant ``at``."""

    level: float
    at: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a client may know of a limit: ``remaining`` of ``limit`` calls are left.

    ``full_at`` is the instant when all are there again.
    """

    limit: int
    remaining: int
    full_at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the call passes, what is left then, and after how many seconds one more may."""

    passed: bool
    bucket: Bucket
    retry_after_s: int
    allowance: Allowance


def token_bucket(bucket: Bucket | None, now: int, limit: int, per_ms: float) -> Verdict:
    """A bucket of ``limit`` tokens that fills evenly within ``per_ms``; a call takes one."""
    level = refilled(bucket, now, limit, per_ms)
    passed = level >= 1
    bucket = Bucket(level - passed, now)
    retry_after_s = _seconds((1 - bucket.level) * per_ms / limit)
    return Verdict(passed, bucket, retry_after_s, allowed(bucket, now, limit, per_ms))


def allowed(bucket: Bucket | None, now: int, limit: int, per_ms: float) -> Allowance:
    """What a token bucket allows now."""
    level = refilled(bucket, now, limit, per_ms)
    return Allowance(limit, int(level), now + (limit - level) * per_ms / limit)


def refilled(bucket: Bucket | None, now: int, limit: int, per_ms: float) -> float:
    """How many calls may pass by now."""
    if bucket is None:
        return float(limit)
    return min(float(limit), bucket.level + (now - bucket.at) * limit / per_ms)


def fixed_window(bucket: Bucket | None, now: int, limit: int, per_ms: float) -> Verdict:
    """``limit`` calls in each window of ``per_ms``; the first call opens one."""
    if bucket is None or now >= bucket.at + per_ms:
        bucket = Bucket(float(limit), now)
    passed = bucket.level >= 1
    bucket = Bucket(bucket.level - passed, bucket.at)
    ends_at = bucket.at + per_ms
    allowance = Allowance(limit, int(bucket.level), ends_at)
    return Verdict(passed, bucket, _seconds(ends_at - now), allowance)


def _seconds(milliseconds: float) -> int:
    return max(1, math.ceil(milliseconds / SECOND))


ALGORITHMS = {"token_bucket": token_bucket, "fixed_window": fixed_window}
