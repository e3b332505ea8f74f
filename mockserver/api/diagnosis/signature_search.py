"""By which slips a client came to its signature: tried, with the secret that is known."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple, TypeVar

PAIRS_UP_TO = 65_536  # bytes of a body, up to which two slips at once are tried
SMALL = 4_096  # bytes of a body, up to which ways are listed that are many and seldom
LARGE = 131_072  # bytes of a body, from which on what is seldom is not tried at all
WORK = 48 * 1_048_576
"""Bytes that are digested at most."""
SELDOM_WORK = 11 * 1_048_576
"""Bytes, after which no more seldom ways are tried two at once."""
EACH = 512  # bytes that are digested in the time that one more digest takes
BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


class Slip(NamedTuple):
    """``code`` is for programs, ``text`` says what was signed."""

    code: str
    text: str


class Variant(NamedTuple):
    """One way to write a part of what is signed, and the slips that it is made of.

    ``usual`` ones are tried with another slip before all others, ``alone`` ones never.
    ``end``, of a head, takes the place of what otherwise stands at the end of what is signed.
    """

    data: bytes
    slips: tuple[Slip, ...] = ()
    usual: bool = True
    alone: bool = False
    end: bytes | None = None


class Keyed(NamedTuple):
    """One way to begin a digest, and the slips that it is made of.

    ``tail`` takes the place of what otherwise stands at the end of what is signed.
    """

    start: Callable[[], Any]
    slips: tuple[Slip, ...] = ()
    tail: bytes | None = None


class Parts(NamedTuple):
    """What is signed is a head, the body and a tail with the secret; of each all variants, first
    of all the documented one.
    """

    heads: Sequence[Variant]
    bodies: Sequence[Variant]
    tails: Sequence[Variant]
    starts: Sequence[Keyed]


V = TypeVar("V", Variant, Keyed)


class Result(NamedTuple):
    """The slips, empty where none were found, how many ways were tried, and whether the work
    that they may take was used up before.
    """

    slips: tuple[Slip, ...]
    tried: int
    given_up: bool = False


class Wanted(NamedTuple):
    """The digest that came, in lower-case hex, and how it was written otherwise."""

    digest: str
    algorithm: str
    slips: tuple[Slip, ...]


def read_signature(came: str) -> Wanted | None:
    """None where it is no digest of any known length."""
    came = came.strip()[:256]
    lowered = came.lower()
    if re.fullmatch("[0-9a-f]+", lowered) and len(came) in BY_LENGTH:
        slips: tuple[Slip, ...] = ()
        if came != lowered:
            slips = (Slip("signed_uppercase", "the digest is in upper-case hex"),)
        return Wanted(lowered, BY_LENGTH[len(came)], slips)
    try:
        raw = base64.b64decode(came + "=" * (-len(came) % 4), altchars=None, validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(raw) * 2 not in BY_LENGTH:
        return None
    told = Slip("signed_base64", "the digest is in base 64, not in hex")
    return Wanted(raw.hex(), BY_LENGTH[len(raw) * 2], (told,))


def start_digest(algorithm: str) -> Callable[[], Any]:
    """What begins a plain digest of that algorithm, such as ``md5``."""
    return lambda: hashlib.new(algorithm, usedforsecurity=False)


def start_hmac(key: bytes, algorithm: str) -> Callable[[], Any]:
    """What begins an HMAC with that key."""
    return lambda: hmac.new(key, digestmod=algorithm)


def keep_distinct(variants: Iterable[Variant]) -> list[Variant]:
    """Of those that are the same bytes the first, which makes the fewest slips."""
    by_data: dict[bytes, Variant] = {}
    for each in sorted(variants, key=lambda variant: len(variant.slips)):
        by_data.setdefault(each.data, each)
    return list(by_data.values())


def search_slips(parts: Parts, wanted: Wanted, size: int) -> Result:
    """The fewest slips that give the signature: one, or two for a body of less than 64 KiB,
    of which ``size`` is told. How the digest is written counts for none: undoing it costs nothing.
    """
    tried = done = 0
    for most, usual, limit in STAGES if size < PAIRS_UP_TO else STAGES[:2]:
        for begun, tails in _list_begun(parts, most, usual, size):
            done += len(begun.data) + EACH * len(tails)
            if done > limit:
                return Result((), tried, True)
            digest = begun.start()
            digest.update(begun.data)
            for tail in tails:
                tried += 1
                ended = digest.copy()
                ended.update(tail.data)
                if hmac.compare_digest(ended.hexdigest(), wanted.digest):
                    return Result((*begun.slips, *tail.slips, *wanted.slips), tried)
    return Result((), tried)


STAGES = ((0, False, WORK), (1, False, WORK), (2, True, WORK), (2, False, SELDOM_WORK))
"""How many slips, of usual ways alone or of all, and the bytes after which is given up."""


class Begun(NamedTuple):
    """Head and body of what is signed, and what it is digested by."""

    start: Callable[[], Any]
    data: bytes
    slips: tuple[Slip, ...]


def _list_begun(
    parts: Parts, most: int, usual: bool, size: int
) -> Iterator[tuple[Begun, list[Variant]]]:
    """All that makes just so many slips, with the tails that go with it.

    Only what is to be tried is put together: all combinations would be a million.
    """
    starts, tails = _by_count(parts.starts, most), _by_count(parts.tails, most)
    heads, bodies = _by_count(parts.heads, most), _by_count(parts.bodies, most)
    if usual or size > LARGE:
        heads[1:] = [[each for each in found if each.usual] for found in heads[1:]]
    if usual:
        bodies[1:] = [[each for each in found if each.usual] for found in bodies[1:]]
    if most == 2:
        for part in (heads, bodies, tails):
            part[1] = [each for each in part[1] if not each.alone]
    for a, b, c, d in _share_out(most):
        for start in starts[a]:
            for head, body in product(heads[b], bodies[c]):
                own = head.end if start.tail is None else start.tail
                ends = tails[d] if own is None else [Variant(own)][: 1 if d == 0 else 0]
                if ends:
                    slips = (*start.slips, *head.slips, *body.slips)
                    yield Begun(start.start, head.data + body.data, slips), ends


def _by_count(variants: Sequence[V], most: int) -> list[list[V]]:
    """Those of no slip, of one, and so on."""
    counts = range(most + 1)
    return [[each for each in variants if len(each.slips) == count] for count in counts]


def _share_out(most: int) -> Iterator[tuple[int, int, int, int]]:
    """How many slips start, head, body and tail make, that are so many together."""
    shares = product(range(most + 1), repeat=4)
    return (each for each in shares if sum(each) == most)  # type: ignore[misc]
