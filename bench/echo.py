"""Two servers that answer a constant, to measure what stands below the application.

``wire`` is the built-in server without Flask, with an application that answers a constant as our
own views do; ``bare`` is the least that reads HTTP: a protocol of asyncio with httptools, without
limits, order, time-outs and journal.

Run: python bench/echo.py wire|bare   (prints a ready line as the server does)
"""

import asyncio
import socket
import sys
from collections.abc import Iterable
from typing import cast
from wsgiref.types import StartResponse, WSGIEnvironment

import httptools
from uvloop import new_event_loop

from mockserver.pipeline.answer import Answer
from mockserver.pipeline.keys import ANSWERS
from mockserver.wire.run import address_of, listen, run

BODY = b'{"data":{"id":"msg_1","object":"message","status":"read"},"request_id":"req_1"}'
HEAD = {"Content-Type": "application/json", "Content-Length": str(len(BODY))}
STATUS_LINE = b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
WHOLE = (
    STATUS_LINE + "".join(f"{each}: {HEAD[each]}\r\n" for each in HEAD).encode() + b"\r\n" + BODY
)


def constant(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    environ[ANSWERS].append(Answer(200, {"Content-Type": "application/json"}, BODY))
    start_response("200 OK", list(HEAD.items()))
    return [BODY]


class Bare(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """So that headers are handed over at all."""

    def on_body(self, body: bytes) -> None:
        """So that the body is."""

    def on_message_complete(self) -> None:
        self._transport.write(WHOLE)


async def serve_bare(listener: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(Bare, sock=listener)
    announce(listener)
    await server.serve_forever()


def announce(listener: socket.socket) -> None:
    host, port = address_of(listener)
    print(f"mockserver ready: http://{host}:{port}", flush=True)


def main() -> None:
    listener = listen("127.0.0.1", 0)
    if sys.argv[1:] == ["bare"]:
        new_event_loop().run_until_complete(serve_bare(listener))
    elif sys.argv[1:] == ["wire"]:
        run(constant, listener, lambda: announce(listener), limit_body=lambda path: 1_048_576)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
