"""From what the application answered to the octets that go out, and when."""

from mockserver.pipeline.answer import WITHOUT_BODY, Answer
from mockserver.wire.application import Called, Rest
from mockserver.wire.course import Steps
from mockserver.wire.delivering import deliver, deliver_whole, feed, wait
from mockserver.wire.head import CHUNKED, CLOSE, KEEP_ALIVE, write_head
from mockserver.wire.hub import Hub
from mockserver.wire.relaying import Relay
from mockserver.wire.request import Request
from mockserver.wire.turn import Turn

SMALL = 1_024
"""Bytes of a body, of which orjson's own takes four times as much memory."""
TOO_MANY = b"too many answers are being made at the same time: try again when some are over\n"


def is_at_once(called: Called) -> bool:
    """Whether all of it is there, and is to go out in the usual way."""
    ours = called.ours
    if ours is None:
        return called.rest is None
    usual = ours.delivery is None or ours.delivery.usual
    return usual and ours.waiting is None and ours.stream is None


def write_answer(called: Called, request: Request, date: str, *, closes: bool) -> bytes:
    """All of it, as far as it is there."""
    body = b"" if request.method == b"HEAD" else called.body
    return write_head_of(called, request, date, closes=closes) + body


def write_head_of(
    called: Called, request: Request, date: str, *, closes: bool, chunked: bool = False
) -> bytes:
    """The head, which always tells where the body ends."""
    more = ""
    if chunked:
        more = CHUNKED
    elif called.rest is None and not _has_length(called) and called.status not in WITHOUT_BODY:
        more = f"Content-Length: {len(called.body)}\r\n"
    if closes:
        more += CLOSE
    elif request.version == "1.0":
        more += KEEP_ALIVE
    return write_head(called.status, date, called.headers, more)


def answer_later(turn: Turn, hub: Hub, called: Called, request: Request) -> Steps:
    """The steps of an answer that does not go out at once."""
    ours = called.ours
    if ours is not None and ours.waiting is not None:
        called = _call_of((yield from wait(turn, ours.waiting)))
        ours = called.ours
        turn.follow(None if ours is None else ours.transfer)
    if called.rest is not None:
        if hub.streams < hub.limits.streams:
            yield from _relay(turn, hub, called, called.rest, request)
            return
        called.rest.close()
        called = Called(503, [("Content-Type", "text/plain; charset=utf-8")], TOO_MANY)
    elif ours is not None and ours.stream is not None:
        chunked = request.version != "1.0"
        turn.closes = turn.closes or not chunked
        head = write_head_of(called, request, hub.date, closes=turn.closes, chunked=chunked)
        if request.method == b"HEAD":
            yield from deliver_whole(turn, head, b"")
        else:
            yield from feed(turn, head, ours.stream, chunked=chunked, endless=True)
        return
    head = write_head_of(called, request, hub.date, closes=turn.closes)
    body = b"" if request.method == b"HEAD" else called.body
    delivery = None if ours is None else ours.delivery
    if len(body) < SMALL:
        body = bytes(memoryview(body))
    del called, ours, request  # which a call that takes an hour would hold on to
    if delivery is None:
        yield from deliver_whole(turn, head, body)
    else:
        yield from deliver(turn, delivery, head, body)


def _relay(turn: Turn, hub: Hub, called: Called, rest: Rest, request: Request) -> Steps:
    chunked = request.version != "1.0" and not _has_length(called)
    turn.closes = turn.closes or not (chunked or _has_length(called))
    head = write_head_of(called, request, hub.date, closes=turn.closes, chunked=chunked)
    if request.method == b"HEAD" or called.status in WITHOUT_BODY:
        rest.close()
        yield from deliver_whole(turn, head, b"")
        return
    yield from feed(turn, head, Relay(rest, hub).stream(), chunked=chunked, endless=False)


def _call_of(answer: Answer) -> Called:
    return Called(answer.status, answer.head.items(), answer.body, answer)


def _has_length(called: Called) -> bool:
    return any(name.lower() == "content-length" for name, _ in called.headers)
