"""Why the wire takes something for no call, and what is said about it."""

import json
from http import HTTPStatus
from typing import NamedTuple

WRONG_CODING = "Invalid `Transfer-Encoding`"
"""How the parser begins to say of a coding after ``chunked`` that there can be none."""
MORE_THAN_ONE = "a client or proxy that repeats it cannot know which one counts; send it once"


class Refused(NamedTuple):
    """``status`` is what is answered; ``reason`` and ``hint`` are for whoever has to mend it.

    ``host`` is the other one that a client wants of this server as its proxy, and ``code`` the
    sandbox's that it named.
    """

    status: int
    reason: str
    hint: str
    host: str = ""
    code: str | None = None

    def write(self, date: str) -> bytes:
        """The whole answer, after which the connection ends."""
        if self.host:
            return self._write_of_proxy(date)
        text = f"{self.reason}\n{self.hint}\n".encode("ascii", "backslashreplace")
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\nDate: {date}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
            f"Content-Length: {len(text)}\r\n\r\n"
        )
        return head.encode() + text

    def _write_of_proxy(self, date: str) -> bytes:
        """The same to whoever wants another host: in the shape of the administration's errors."""
        error = {"code": "proxy_refused", "message": self.reason, "hint": self.hint}
        body = json.dumps({"error": error}).encode()
        refused = f"X-Mock-Refused: {self.host}\r\n" if self.status == 403 else ""
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\nDate: {date}\r\n"
            f"Content-Type: application/json\r\n{refused}Connection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


HEAD_TOO_LARGE = Refused(
    431,
    "the request's address and header fields are too large",
    "all of them together may have 64 KiB, and no more than 500 header fields are read",
)
TRAILERS_TOO_LARGE = Refused(
    400,
    "what stands between or after the parts of the body is too large",
    "trailers and chunk extensions together may have 64 KiB, and none of them is looked at",
)
NO_VERSION = Refused(
    505,
    "the request is written for a version of HTTP that is not spoken here",
    "HTTP/1.1 and HTTP/1.0 are; HTTP/2 begins with another preface, and is not spoken either",
)
NO_CODING = Refused(
    501,
    "the body comes in a transfer coding that is not understood",
    "Transfer-Encoding may be chunked; a compressed body is told by Content-Encoding",
)
NO_CHUNKS = Refused(
    400,
    "the body of a request in HTTP/1.0 comes in chunks, which HTTP/1.1 alone knows",
    "tell its length by Content-Length, or speak HTTP/1.1",
)
BODIES_WITHHELD = Refused(
    503,
    "the unfinished bodies of all connections together are too large",
    "they may have 64 MiB; send the call again, and its body at once",
)
NO_ROOM = Refused(
    503,
    "all connections that this server may have are waiting for their answers",
    "ulimit -n tells and sets how many files a process may open; hanging calls hold theirs",
)
NO_TUNNEL = Refused(
    400,
    "CONNECT asks for a tunnel, as from a proxy",
    "give the client this server's address as its base URL",
)
NO_CODE = Refused(
    400,
    "the proxy's user name is no sandbox's code",
    "http://CODE:any@HOST:PORT has the 8 digits that GET /_mock/sandboxes tells; without a user "
    "name, or with default, the credential of each call decides",
)
TOO_LARGE_TO_PASS_ON = Refused(
    413,
    "the body is too large to be passed on to another server",
    "it may have 1 MiB; have the client use CONNECT, or reach that server without a proxy",
)
TOO_MANY_TUNNELS = Refused(
    503,
    "there are as many tunnels to other servers as the descriptors of this process allow",
    "end some, or start the server with a larger limit: ulimit -n",
)
HEAD_TOO_SLOW = Refused(
    408,
    "the head of the request did not come to its end",
    "it ends with an empty line, and has to be there within 10 seconds of its first byte",
)
BODY_TOO_SLOW = Refused(
    408,
    "the body of the request did not come to its end",
    "Content-Length or the last chunk tells where that is; more has to come every 30 seconds",
)


def refuse_hosts(count: int) -> Refused:
    if count == 0:
        hint = "HTTP/1.1 wants one in every request; HTTP/1.0 may do without"
        return Refused(400, "the request has no Host header", hint)
    return Refused(400, f"the request has {count} Host headers", MORE_THAN_ONE)


def refuse_garbage(error: Exception, data: bytes) -> Refused:
    """What the parser took for no HTTP; ``data`` is where it did."""
    if str(error).startswith(WRONG_CODING):
        return NO_CODING
    if data.startswith(b"PRI * HTTP/2"):
        hint = "this is the preface of HTTP/2, which is not spoken: have the client use HTTP/1.1"
    elif data[:1] == b"\x16":
        hint = "this looks like TLS: use http:// here, not https://"
    else:
        hint = "every request begins with a line such as GET /_mock/livez HTTP/1.1"
    return Refused(400, f"what came is no HTTP/1.1: {error}", hint)


def refuse_unreachable(host: str, port: int, reason: str, code: str | None) -> Refused:
    hint = "is that server running, and does it listen at this port?"
    return Refused(502, f"cannot connect to {host} port {port}: {reason}", hint, host, code)
