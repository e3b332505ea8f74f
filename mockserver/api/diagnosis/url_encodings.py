"""The ways in which programs write bytes in a URL."""

from collections.abc import Iterator

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
WAYS = (
    ("as RFC 3986 says", b"", False),
    ("as forms are, + for a blank", b"", True),
    ("as Python's quote does", b"/", False),
    ("as JavaScript's encodeURIComponent does", b"!'()*", False),
    ("as Java's URLEncoder does", b"*", True),
)


def list_url_encodings(data: bytes) -> Iterator[tuple[str, bytes]]:
    """How, and the bytes encoded so. One pass for each byte that is there, which is quick."""
    special = sorted(set(data) - UNRESERVED - {ord("%")})
    for how, safe, plus in WAYS:
        encoded = data.replace(b"%", b"%25")
        for byte in special:
            if byte not in safe:
                written = b"+" if plus and byte == 0x20 else b"%%%02X" % byte
                encoded = encoded.replace(bytes((byte,)), written)
        if plus and b"*" in safe:
            encoded = encoded.replace(b"~", b"%7E")
        yield how, encoded
