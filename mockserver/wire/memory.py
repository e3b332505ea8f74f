"""TLS in memory: what OpenSSL reads and writes."""

import ssl
from contextlib import suppress

PIECE = 4_096
"""Octets that OpenSSL is handed at once: its memory keeps for good what it once needed."""


class Memory:
    """What OpenSSL has to read, and what it has written."""

    __slots__ = ("incoming", "object", "outgoing")

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def wrap(self, data: bytes) -> bytes:
        """What is to be sent of it, in records of some size."""
        view, records = memoryview(data), list[bytes]()
        for begin in range(0, len(view), PIECE):
            self.object.write(view[begin : begin + PIECE])
            records.append(self.outgoing.read())
        return records[0] if len(records) == 1 else b"".join(records)

    def end(self) -> None:
        """Say that nothing more comes."""
        with suppress(ssl.SSLError):  # as the client has not said so yet, for which nobody waits
            self.object.unwrap()
