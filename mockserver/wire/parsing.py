"""What the parser tells of requests, judged and put together."""

from urllib.parse import unquote_to_bytes

import httptools

from mockserver.wire.body import Body
from mockserver.wire.environ import split_target
from mockserver.wire.hub import Hub
from mockserver.wire.refusing import BODIES_WITHHELD, HEAD_TOO_LARGE, TRAILERS_TOO_LARGE, Refused
from mockserver.wire.request import (
    BETWEEN,
    BODY,
    FRAMING,
    HEAD,
    OVER,
    REPEATED,
    Headers,
    Phase,
    Request,
    judge_head,
)  # isort: skip  # fmt: skip

MOST_FRAMING = 16
"""Bytes that a byte of a body may come in: a chunk of one takes six."""


class Parsing:
    """Of one connection. What has been read stands in ``requests``, in their order, and after them
    ``refused``, or ``rest``: what belongs to the tunnel that the last one opens.
    """

    __slots__ = (
        "_body", "_headers", "_hub", "_keep_alive", "_parser", "_unparsed", "_url", "phase",
        "refused", "requests", "rest", "wants_continue",
    )  # fmt: skip

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: Headers = []
        self._body = Body(hub)
        self._unparsed = 0
        self.phase: Phase = BETWEEN
        self.requests: list[Request] = []
        self.refused: Refused | None = None
        self.rest = b""
        self.wants_continue = False

    def release(self) -> None:
        """Forget a body that will never be whole."""
        self._body.release()

    def on_message_begin(self) -> None:
        if self.phase is BETWEEN:
            self.phase = HEAD
            self._url, self._headers = b"", []

    def on_url(self, url: bytes) -> None:
        if self.phase is HEAD:
            self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Of what stands in a trailer nothing is kept: RFC 9110 6.5.1 wants no merging into the
        head unless a field is known to be meant so, and none of ours is.
        """
        if self.phase is HEAD:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self.phase is not HEAD:
            return
        version, headers = self._parser.get_http_version(), self._headers
        refused = judge_head(self._url, version, headers, self._hub.limits)
        if refused is not None:
            self._refuse(refused)
            return
        self._unparsed = 0
        self._keep_alive = self._parser.should_keep_alive()
        self.phase = BODY
        framing = None
        for name, value in headers:
            if name in FRAMING:
                framing = name, value
            elif name == b"expect":
                self.wants_continue = version != "1.0" and value.lower() == b"100-continue"
        # A CONNECT has no body, whatever it says (RFC 9110 9.3.6): what follows is the tunnel's.
        if framing is not None and self._parser.get_method() != b"CONNECT":
            self._begin_body(*framing)

    def on_body(self, part: bytes) -> None:
        if self.phase is not BODY:
            return
        self._body.add(part)
        if self._body.is_too_large:
            self._end_request(too_large=True)
        elif self._body.is_one_too_many:
            self._refuse(BODIES_WITHHELD)

    def on_message_complete(self) -> None:
        if self._unparsed > self._hub.limits.head_bytes and self.phase is BODY:
            self._bound_unparsed()
        if self.phase is BODY:
            self._end_request(too_large=False)

    def _begin_body(self, name: bytes, value: bytes) -> None:
        """As this header tells it; the parser has seen to it that it is the only one."""
        path = split_target(self._url)[0].partition(b"?")[0]
        if b"%" in path:
            path = unquote_to_bytes(path)
        self._body.limit = limit = self._hub.limit_body(path.decode("latin-1"))
        if name == b"content-length" and int(value) > limit:
            self._end_request(too_large=True)
            return
        if self._parser.should_upgrade():
            self.phase = REPEATED

    def _end_request(self, *, too_large: bool) -> None:
        if too_large:
            self._body.release()
        version = self._parser.get_http_version()
        keep_alive = self._keep_alive and not too_large
        method, body = self._parser.get_method(), self._body.take()
        request = Request(method, self._url, version, self._headers, body, keep_alive, too_large)
        self.requests.append(request)
        self._url, self._headers = b"", []
        self._unparsed = 0
        self.wants_continue = False
        self.phase = OVER if too_large else BETWEEN

    def _refuse(self, refused: Refused) -> None:
        self.refused = refused
        del self._headers[self._hub.limits.headers :]
        self.release()
        self.phase = OVER

    def _bound_unparsed(self) -> None:
        """Of a body in the smallest of chunks most is no body, and yet it is meant well."""
        body = self._body.size * MOST_FRAMING
        if self.phase is not BODY:
            self._refuse(HEAD_TOO_LARGE)
        elif self._unparsed > self._hub.limits.head_bytes + body:
            self._refuse(TRAILERS_TOO_LARGE)
