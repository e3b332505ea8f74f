"""The ways in which an answer goes out when it does not at once: late, in pieces, not to its end,
once it is there, or as it comes.
"""

from collections.abc import Generator
from functools import partial
from threading import get_ident

from mockserver.pipeline.answer import Answer, Waiting
from mockserver.pipeline.delivery import Delivery, Ending
from mockserver.pipeline.stream import Stream
from mockserver.wire.course import Pause, Steps, Until, Woken
from mockserver.wire.head import LAST_CHUNK, write_chunk
from mockserver.wire.relaying import BrokenOff
from mockserver.wire.turn import Stage, Turn

PIECE = 65_536
"""Bytes that go out before more is handed on: so what was really sent is known."""


def deliver_whole(turn: Turn, head: bytes, body: bytes) -> Steps:
    """At once, as fast as the client reads."""
    first = max(0, PIECE - len(head))
    turn.send(head + body[:first])
    yield Until.OUT
    for begin in range(first, len(body), PIECE):
        turn.send(body[begin : begin + PIECE])
        yield Until.OUT


def deliver(turn: Turn, delivery: Delivery, head: bytes, body: bytes) -> Steps:
    """As the delivery has it."""
    yield delivery.before_ms / 1000
    if delivery.ending is not None:
        yield from _deliver_ending(turn, delivery, delivery.ending, head, body)
    elif delivery.between_ms or delivery.drip is not None:
        turn.send(head)
        yield delivery.between_ms / 1000
        yield from _drip(turn, delivery, body)
    else:
        yield from deliver_whole(turn, head, body)


def _drip(turn: Turn, delivery: Delivery, body: bytes | memoryview) -> Steps:
    """The body in pieces, each made when it is due. Where the server ends, and its patience too,
    the rest is due at once.
    """
    for begin, end, milliseconds in delivery.cut(len(body)):
        yield milliseconds / 1000
        if turn.hurried:
            turn.send(bytes(body[begin:]))
            break
        turn.send(bytes(body[begin:end]))
        yield Until.OUT
    yield Until.OUT


def _deliver_ending(
    turn: Turn, delivery: Delivery, ending: Ending, head: bytes, body: bytes
) -> Steps:
    """What the ending leaves of head and body, each at its time, and then the end."""
    turn.stage = Stage.BREAKING
    first, rest = ending.data(head, body)
    turn.send(bytes(first))
    yield delivery.between_ms / 1000
    yield from _drip(turn, delivery, rest)
    turn.fall_silent()
    if not turn.half_closed:
        yield Until.END if ending.hold_ms is None else ending.hold_ms / 1000
    turn.break_off(reset=ending.reset)


def wait(turn: Turn, waiting: Waiting) -> Generator[Pause, None, Answer]:
    """The answer that was waited for. Where the server ends the time is over."""
    turn.stage = Stage.WAITING
    until = turn.time() + waiting.seconds
    stop = waiting.listen(make_waker(turn))
    try:
        while True:
            left = until - turn.time()
            answer = waiting.look(left <= 0 or turn.leaving)
            if answer is not None:
                turn.stage = Stage.ANSWERING
                return answer
            yield Woken(max(0.0, min(left, waiting.pause())))
    finally:
        stop()


def feed(turn: Turn, head: bytes, stream: Stream, *, chunked: bool, endless: bool) -> Steps:
    """Piece by piece as they come to be, and no faster than the client reads.

    One that is not ``endless`` is waited for as any answer is. Raises BrokenOff where the server
    ends, and its patience too: what came of it must not pass for all.
    """
    if endless:
        turn.stage = Stage.STREAMING
    turn.send(head)
    stop = stream.listen(make_waker(turn))
    try:
        yield Until.OUT
        while (piece := stream.take()) is not None:
            if piece:
                for begin in range(0, len(piece), PIECE):
                    part = piece[begin : begin + PIECE]
                    turn.send(write_chunk(part) if chunked else part)
                    yield Until.OUT
            elif turn.leaving and endless:
                break
            elif turn.hurried:
                raise BrokenOff
            else:
                yield Woken(stream.pause())
    finally:
        stop()
    if chunked:
        turn.send(LAST_CHUNK)
    yield Until.OUT


def make_waker(turn: Turn) -> partial[None]:
    """What goes on with a turn, called from any thread."""
    return partial(_wake, turn, get_ident())


def _wake(turn: Turn, thread: int) -> None:
    if get_ident() == thread:
        turn.wake()
    else:
        turn.call_from_thread(turn.wake)
