"""Waiting for an answer that is not there yet, or not as a whole, on any server."""

from collections.abc import Iterator
from threading import Event
from time import monotonic
from wsgiref.types import WSGIEnvironment

from mockserver.pipeline.answer import Answer, Waiting
from mockserver.pipeline.keys import ANSWERS
from mockserver.pipeline.stream import Stream

SHORTEST = 0.001
"""Seconds in which another thread gets what this one held."""


def wait_for_answer(answer: Answer, environ: WSGIEnvironment) -> Answer:
    """The answer itself where it is there, or where the server waits, holding up nobody."""
    if answer.waiting is None or ANSWERS in environ:
        return answer
    return wait_in_thread(answer.waiting)


def wait_in_thread(waiting: Waiting) -> Answer:
    """The answer, for a server that has a thread for each call."""
    until, woken = monotonic() + waiting.seconds, Event()
    stop = waiting.listen(woken.set)
    try:
        while True:
            left = until - monotonic()
            answer = waiting.look(left <= 0)
            if answer is not None:
                return answer
            woken.wait(max(SHORTEST, min(left, waiting.pause())))
            woken.clear()
    finally:
        stop()


def iterate_stream(stream: Stream) -> Iterator[bytes]:
    """The parts of a body that goes on, for a server that has a thread for each call. None is
    empty. Closing it ends the listening.
    """
    woken = Event()
    stop = stream.listen(woken.set)
    try:
        while (part := stream.take()) is not None:
            if part:
                yield part
            else:
                woken.wait(max(SHORTEST, stream.pause()))
                woken.clear()
    finally:
        stop()
