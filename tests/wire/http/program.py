"""The built-in server with views of a user's own, and limits that a test can wait for.

``python -m tests.wire.http.program '{"head_seconds": 0.2}'`` serves until a signal comes.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import flask

from mockserver.app import create_app, create_interceptor, refuse_for
from mockserver.config import Settings
from mockserver.registry import find_providers
from mockserver.web.request import limit_body
from mockserver.wire.limits import Limits
from mockserver.wire.run import address_of, listen, run

PIECE = b"x" * 1_048_576
LINE = 32_768  # too much, three times, for what is read at once
PIECES = 1_024  # a gigabyte of them
LARGE = bytes(range(256)) * 80_000  # 20 MB that tell where a part is missing

app = create_app()
gates: dict[str, threading.Semaphore] = {}
produced: dict[str, int] = {}
ended: set[str] = set()


@app.post("/open/<name>")
def open_gate(name: str) -> str:
    """Let the answer of that name go on by one piece."""
    gates.setdefault(name, threading.Semaphore(0)).release()
    return ""


@app.get("/told/<name>")
def tell(name: str) -> dict[str, object]:
    """How many pieces of the answer of that name were made, and whether it has ended."""
    return {"produced": produced.get(name, 0), "ended": name in ended}


@app.get("/pieces/<name>")
def give_pieces(name: str) -> flask.Response:
    """Three pieces, the second and third of which wait until they are let through."""
    gate = gates.setdefault(name, threading.Semaphore(0))

    def make() -> Iterator[bytes]:
        try:
            for number in (1, 2, 3):
                yield (b"piece %d" % number).ljust(LINE - 1) + b"\n"
                if number < 3:
                    gate.acquire()
        finally:
            ended.add(name)

    headers = {"Content-Length": str(3 * LINE)} if "length" in flask.request.args else {}
    return flask.Response(make(), headers=headers, mimetype="text/plain")


@app.get("/endless/<name>")
def give_a_gigabyte(name: str) -> flask.Response:
    def make() -> Iterator[bytes]:
        try:
            for number in range(PIECES):
                produced[name] = number + 1
                yield PIECE
        finally:
            ended.add(name)

    return flask.Response(make(), mimetype="application/octet-stream")


@app.get("/broken")
def break_off() -> flask.Response:
    def make() -> Iterator[bytes]:
        yield b"one piece"
        raise ZeroDivisionError("as a user's view may")

    return flask.Response(make(), mimetype="text/plain")


@app.get("/empty-pieces")
def give_empty_pieces() -> flask.Response:
    """An empty piece is no end, which is what an empty chunk would be."""
    return flask.Response(iter([b"", b"one", b"", b"two", b""]), mimetype="text/plain")


@app.get("/large")
def give_much() -> flask.Response:
    return flask.Response(LARGE, mimetype="application/octet-stream")


@app.post("/echo")
def echo() -> bytes:
    return flask.request.get_data()


def serve(limits: Limits) -> None:
    listener = listen("127.0.0.1", 0)

    def announce() -> None:
        host, port = address_of(listener)
        print(f"mockserver ready: http://{host}:{port}", flush=True)

    run(
        app,
        listener,
        announce,
        limit_body=limit_body,
        refuse=refuse_for(app),
        interception=create_interceptor(Settings(), find_providers().providers, app),
        limits=limits,
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    serve(Limits(**json.loads(sys.argv[1])))
