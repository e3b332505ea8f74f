"""Chance that repeats: whatever is made up follows from a seed, a kind and an ordinal."""

import uuid
from hashlib import blake2b

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
"""Alphabets to draw text from: Crockford's base 32, base64url, lower-case letters and digits."""
_CROCKFORD_BY_OCTET = (CROCKFORD * 8).encode()
_GREGORIAN = 0x01B21DD213814000  # 100 ns steps from 1582-10-15 to 1970-01-01, RFC 9562


class Draw:
    """What chance gives to one thing that is made: the same in every run for the same thing.

    Each call draws anew.
    """

    __slots__ = ("_block", "_thing")

    def __init__(self, seed: int, kind: str, ordinal: int | str) -> None:
        self._thing = f"{seed}\0{kind}\0{ordinal}\0"
        self._block = 0

    def octets(self, count: int) -> bytes:
        """So many octets."""
        drawn = self._draw_block()
        while len(drawn) < count:
            drawn += self._draw_block()
        return drawn[:count]

    def _draw_block(self) -> bytes:
        self._block += 1
        return blake2b(f"{self._thing}{self._block}".encode()).digest()

    def crockford(self) -> str:
        """26 characters of Crockford's base 32, the tail of ids such as ``req_…``."""
        return self._draw_block()[:26].translate(_CROCKFORD_BY_OCTET).decode()

    def number(self) -> int:
        """A whole number that every JSON reader keeps."""
        return int.from_bytes(self.octets(7)) >> 3

    def digits(self, count: int) -> str:
        """So many decimal digits."""
        return self.text(count, "0123456789")

    def hex(self, count: int) -> str:
        """So many hexadecimal digits in lower case."""
        return self.octets((count + 1) // 2).hex()[:count]

    def text(self, count: int, alphabet: str) -> str:
        """So many characters of the alphabet, which has at most 256."""
        size = len(alphabet)
        return "".join([alphabet[octet % size] for octet in self.octets(count)])

    def uuid1(self, instant: int) -> str:
        """A version 1 UUID of that instant, in milliseconds since 1970.

        Its node starts ``02:42:ac``, as a container's does.
        """
        chance = int.from_bytes(self.octets(8))
        ticks = instant * 10_000 + _GREGORIAN + chance % 10_000
        fields = (ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0x0FFF | 0x1000)
        clock, node = chance >> 50, 0x0242AC << 24 | chance >> 16 & 0xFFFFFF
        return str(uuid.UUID(fields=(*fields, clock >> 8 | 0x80, clock & 0xFF, node)))
