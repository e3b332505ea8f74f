"""From octets to requests: feeding the parser, and going on where it stops."""

import httptools

from mockserver.wire.parsing import Parsing
from mockserver.wire.refusing import HEAD_TOO_LARGE, refuse_garbage
from mockserver.wire.request import BETWEEN, BODY, FRAMING, HEAD, OVER, REPEATED, Request

MOST_AT_ONCE = 64 * 1_024
"""Bytes that the parser is given at once, so that few requests wait for those before them."""


class Reader(Parsing):
    """Reads what comes on a connection."""

    __slots__ = ()

    def feed(self, data: bytes) -> bytes:
        """Read some of the data, at the end of which a request may be whole. What is left."""
        part = data[:MOST_AT_ONCE]
        self._unparsed += len(part)
        try:
            self._parser.feed_data(part)
        except httptools.HttpParserUpgrade as upgrade:
            return self._pass_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            if self.phase is not OVER:
                self._refuse(refuse_garbage(error, data))
        limits = self._hub.limits
        if self.phase is HEAD and len(self._headers) > limits.headers:
            self._refuse(HEAD_TOO_LARGE)
        elif self._unparsed > limits.head_bytes and self.phase is not OVER:
            self._bound_unparsed()
        return data[MOST_AT_ONCE:]

    def describe(self) -> Request:
        """What is known of a request that never was whole."""
        method = self._parser.get_method() if self._url else b""
        return Request(method, self._url, "1.1", self._headers)

    def _pass_upgrade(self, rest: bytes) -> bytes:
        """Go on where the parser stops at a wish for another protocol, which HTTP wants ignored.

        Java's own client wishes for HTTP/2 in every first call. The parser takes the body for the
        other protocol's: a new one is told the framing again, and goes on within the body.
        """
        if self.requests and self.requests[-1].opens_tunnel and self.phase is BETWEEN:
            self.rest, self.phase = rest, OVER
            return b""
        if self.phase is REPEATED:
            lines = [b"%s: %s\r\n" % each for each in self._headers if each[0] in FRAMING]
            method = self._parser.get_method()
            version = self._parser.get_http_version().encode()
            self._parser = httptools.HttpRequestParser(self)
            self._parser.feed_data(b"%s / HTTP/%s\r\n" % (method, version))
            self._parser.feed_data(b"".join(lines) + b"\r\n")
            if self.phase is REPEATED:
                self.phase = BODY
        return rest
