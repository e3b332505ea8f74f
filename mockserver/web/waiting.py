"""Waiting for an answer that is not there yet, on any server."""

from threading import Event
from time import monotonic
from wsgiref.types import WSGIEnvironment

from mockserver.pipeline.answer import Answer, Waiting

WAITING = "mockserver.waiting"
"""Key of the environment: a list, where the server can wait itself, holding up nobody."""

SHORTEST = 0.001
"""Seconds in which another thread gets what this one held."""


def hand_over_waiting(waiting: Waiting, environ: WSGIEnvironment) -> Answer:
    """Have a server wait that can do it, and give it an answer to throw away; else wait here."""
    if WAITING not in environ:
        return wait_in_thread(waiting)
    environ[WAITING].append(waiting)
    return Answer(200, {}, b"")


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
