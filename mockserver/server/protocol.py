"""HTTP/1.1 on the socket: uvicorn's protocol with a limit on the size of a request's head."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_LIMIT = 65_536  # bytes of address, header names and header values
TOO_LARGE = "The request's header fields are too large."


class HeadTooLarge(Exception):
    """Raised in the parser's callbacks: the request is answered with 431."""


class Protocol(HttpToolsProtocol):
    """The answer to an oversized head is 431 and the end of the connection."""

    def on_message_begin(self) -> None:
        self._head = 0
        self._head_too_large = False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn when the parser gave up, here also because the head was too large."""
        if not self._head_too_large:
            super().send_400_response(msg)
            return
        head = [STATUS_LINE[431], b"content-type: text/plain; charset=utf-8\r\n"]
        head += [b"content-length: %d\r\n" % len(TOO_LARGE), b"connection: close\r\n\r\n"]
        self.transport.write(b"".join(head) + TOO_LARGE.encode())
        self.transport.close()

    def _count(self, length: int) -> None:
        self._head += length
        if self._head > HEAD_LIMIT:
            self._head_too_large = True
            raise HeadTooLarge
