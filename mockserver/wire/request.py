"""A request, and where in one a connection is."""

from enum import Enum
from typing import NamedTuple

from mockserver.pipeline.refusal import Refusal
from mockserver.wire.limits import Limits
from mockserver.wire.refusing import (
    HEAD_TOO_LARGE,
    NO_CHUNKS,
    NO_CODING,
    NO_VERSION,
    Refused,
    refuse_hosts,
)

FRAMING = (b"content-length", b"transfer-encoding")
VERSIONS = ("1.1", "1.0")
PROXY_USER = b"proxy-authorization"
Headers = list[tuple[bytes, bytes]]


class Phase(Enum):
    """Where the next byte will be."""

    BETWEEN = "between two requests"
    HEAD = "in a head"
    BODY = "in a body"
    REPEATED = "in a head that is read again, for the parser alone"
    OVER = "in nothing: no more is read"


BETWEEN, HEAD, BODY, REPEATED, OVER = Phase  # looking one up in its class takes 50 ns each time


class Request(NamedTuple):
    """One as it came; ``headers`` have lower-case names. Where it is ``too_large`` its body is not
    here. ``code`` is the sandbox's that the request itself is for, of a client to its proxy.
    """

    method: bytes
    target: bytes
    version: str
    headers: Headers
    body: bytes = b""
    keep_alive: bool = False
    too_large: bool = False
    code: str | None = None

    @property
    def opens_tunnel(self) -> bool:
        return self.method == b"CONNECT" and self.target[:1] not in (b"/", b"*")


def judge_head(url: bytes, version: str, headers: Headers, limits: Limits) -> Refused | None:
    """Why a head is none of a call, None where it is."""
    size, hosts, codings = len(url), 0, 0
    for name, value in headers:
        size += len(name) + len(value)
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding":
            codings += 1
            if codings > 1 or value.strip().lower() != b"chunked":
                return NO_CODING
    if size > limits.head_bytes or len(headers) > limits.headers:
        return HEAD_TOO_LARGE
    if version not in VERSIONS:
        return NO_VERSION
    if hosts != 1 and (hosts or version == "1.1"):
        return refuse_hosts(hosts)
    return NO_CHUNKS if codings and version == "1.0" else None


def describe_refusal(refused: Refused, request: Request, peer: str) -> Refusal:
    """What is told of a request that is no call."""
    headers = {
        each.decode("latin-1"): value.decode("latin-1")
        for each, value in request.headers
        if each != PROXY_USER  # which is told apart
    }
    method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
    return Refusal(
        refused.reason, refused.hint, refused.status, method, target, headers,
        refused.host, refused.code, peer,
    )  # fmt: skip
