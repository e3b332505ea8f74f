"""Rate limits, as pure functions of time: what may pass now, and when more may."""

import math
from typing import Any, NamedTuple

from mockserver.text.times import SECOND


class Bucket(NamedTuple):
    """What was left at the instant ``at``, in milliseconds since 1970.

    ``left`` is in parts of a call: it has as many as the period has milliseconds. So all are
    whole numbers, and a limit recovers to the millisecond.
    """

    left: int
    at: int


def is_bucket(value: Any) -> bool:
    """Whether a JSON value is what is left of a bucket: both of its numbers, in a list."""
    return isinstance(value, list) and len(value) == 2 and all(type(each) is int for each in value)


class Allowance(NamedTuple):
    """What a client may know of a limit: ``remaining`` of ``limit`` calls are left.

    ``full_at`` is the instant, in milliseconds since 1970, when all are there again.
    """

    limit: int
    remaining: int
    full_at: float


class Verdict(NamedTuple):
    """Whether the call passes, the bucket as it leaves it, and the instant when one more may.

    The rest is what a client may know: see ``Allowance``. Instants are in milliseconds since 1970.
    """

    passed: bool
    bucket: Bucket
    next_at: float
    limit: int
    remaining: int
    full_at: float

    @property
    def allowance(self) -> Allowance:
        """What the call leaves."""
        return Allowance(self.limit, self.remaining, self.full_at)

    def retry_after_s(self, now: int) -> int:
        """Whole seconds to wait from now, at least one."""
        return max(1, math.ceil((self.next_at - now) / SECOND))


def take_token(bucket: Bucket | None, now: int, limit: int, per_ms: int) -> Verdict:
    """A bucket of ``limit`` tokens that fills evenly within ``per_ms`` milliseconds; a call takes
    one. ``bucket`` is as the last call left it, None where it is full.
    """
    left = _refill(bucket, now, limit, per_ms)
    passed = left >= per_ms
    if passed:
        left -= per_ms
    next_at, full_at = now + (per_ms - left) / limit, now + (limit * per_ms - left) / limit
    return Verdict(passed, Bucket(left, now), next_at, limit, left // per_ms, full_at)


def tell_allowance(bucket: Bucket | None, now: int, limit: int, per_ms: int) -> Allowance:
    """What a token bucket allows now, without taking from it. The same arguments."""
    left = _refill(bucket, now, limit, per_ms)
    return Allowance(limit, left // per_ms, now + (limit * per_ms - left) / limit)


def _refill(bucket: Bucket | None, now: int, limit: int, per_ms: int) -> int:
    if bucket is None:
        return limit * per_ms
    return min(limit * per_ms, bucket.left + max(0, now - bucket.at) * limit)


def enter_window(bucket: Bucket | None, now: int, limit: int, per_ms: int) -> Verdict:
    """``limit`` calls in each window of ``per_ms``; the first call opens one."""
    if bucket is None or now >= bucket.at + per_ms:
        bucket = Bucket(limit * per_ms, now)
    passed = bucket.left >= per_ms
    bucket = Bucket(bucket.left - per_ms if passed else bucket.left, bucket.at)
    ends_at = bucket.at + per_ms
    return Verdict(passed, bucket, ends_at, limit, bucket.left // per_ms, ends_at)


ALGORITHMS = {"token_bucket": take_token, "fixed_window": enter_window}
