"""A request as it goes on from a proxy to its target."""

from mockserver.wire.request import Headers, Request

FOR_PROXIES = b"proxy-"
HOP_BY_HOP = {
    b"connection", b"content-length", b"expect", b"host", b"keep-alive", b"te", b"trailer",
    b"transfer-encoding", b"upgrade",
}  # fmt: skip
"""What is for the next server alone, or said anew: RFC 9110 7.6.1."""


def drop_for_proxies(headers: Headers) -> Headers:
    """What is for the target: neither the proxy's user, nor what is said about its connection."""
    return [each for each in headers if not each[0].startswith(FOR_PROXIES)]


def rewrite(request: Request, path: bytes, authority: str) -> bytes:
    """One that is whole, for its target, after whose answer the connection ends."""
    dropped = set(HOP_BY_HOP)
    for name, value in request.headers:
        if name == b"connection":
            dropped.update(each.strip().lower() for each in value.split(b","))
    kept = [each for each in drop_for_proxies(request.headers) if each[0] not in dropped]
    has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in request.headers)
    length = [(b"content-length", b"%d" % len(request.body))] if has_body else []
    headers = [(b"host", authority.encode("latin-1")), *kept, *length, (b"connection", b"close")]
    lines = b"".join([b"%b: %b\r\n" % each for each in headers])
    target = path.partition(b"#")[0]  # a fragment is the client's own
    return b"%b %b HTTP/1.1\r\n%b\r\n%b" % (request.method, target, lines, request.body)
