"""The head of an answer, in octets."""

from collections.abc import Iterable
from http import HTTPStatus

STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\nDate: " for status in HTTPStatus
}
CLOSE = "Connection: close\r\n"
KEEP_ALIVE = "Connection: keep-alive\r\n"
"""For HTTP/1.0, which closes otherwise."""
CHUNKED = "Transfer-Encoding: chunked\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def write_head(status: int, date: str, headers: Iterable[tuple[str, str]], more: str = "") -> bytes:
    """``more`` are whole lines that the server itself has to say."""
    line = STATUS_LINES.get(status) or f"HTTP/1.1 {status} Unknown\r\nDate: "
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    return f"{line}{date}\r\n{lines}{more}\r\n".encode("latin-1")


def write_chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)
