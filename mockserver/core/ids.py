"""Identifiers and random numbers of one sandbox, repeatable from a seed."""

import random
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [a + b for a in CROCKFORD for b in CROCKFORD]
_GREGORIAN = 0x01B21DD213814000  # 100 ns steps from 1582-10-15 to 1970-01-01, RFC 9562


class Ids:
    """Draws every identifier that the server itself makes up."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def crockford(self) -> str:
        """26 characters of Crockford's base 32, the tail of ids such as ``req_…``."""
        bits = self._random.getrandbits(130)
        return "".join([_PAIRS[bits >> shift & 1023] for shift in range(0, 130, 10)])

    def number(self) -> int:
        """A whole number that every JSON reader keeps."""
        return self._random.getrandbits(53)

    def octets(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uuid1(self, instant: int) -> str:
        """A version 1 UUID whose node starts ``02:42:ac``, as a container's does."""
        ticks = instant * 10_000 + _GREGORIAN + self._random.randrange(10_000)
        fields = (ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0x0FFF | 0x1000)
        clock = self._random.getrandbits(14)
        node = 0x0242AC << 24 | self._random.getrandbits(24)
        return str(uuid.UUID(fields=(*fields, clock >> 8 | 0x80, clock & 0xFF, node)))
