"""Waiting for an answer that is not there yet, on any server."""

from threading import Event
from time import monotonic
from wsgiref.types import WSGIEnvironment

from mockserver.pipeline.answer import Answer, Waiting
from mockserver.pipeline.keys import ANSWERS

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
