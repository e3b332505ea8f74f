"""Delivering an answer in an unusual way: late, slowly, not to its end, or once it is there."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from threading import get_ident
from typing import Any

from mockserver.pipeline.answer import Answer, Waiting
from mockserver.pipeline.delivery import Delivery, Ending, Part
from mockserver.wire.protocol import Protocol


async def wait(waiting: Waiting, connection: Protocol) -> Answer | None:
    """The answer that was waited for, None where the client did not.

    Where the server ends the time is over. A round makes no task: there may be thousands who wait,
    all of whom each call wakes.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + waiting.seconds
    woken = asyncio.Event()
    stop = waiting.listen(partial(_wake, loop, get_ident(), woken))
    connection.begin_waiting(woken.set)
    try:
        while not connection.gone.done():
            left = until - loop.time()
            answer = waiting.look(left <= 0 or connection.leaving.done())
            if answer is not None:
                return answer
            timer = loop.call_later(max(0.0, min(left, waiting.pause())), woken.set)
            await woken.wait()
            woken.clear()
            timer.cancel()
        return None
    finally:
        connection.end_waiting()
        stop()


def _wake(loop: asyncio.AbstractEventLoop, thread: int, woken: asyncio.Event) -> None:
    if get_ident() == thread:
        woken.set()
    else:
        loop.call_soon_threadsafe(woken.set)


async def deliver(
    delivery: Delivery, connection: Protocol, start: Any, content: bytes, send: Any
) -> None:
    """Send the answer, whose head is the ASGI event ``start``, as the delivery has it."""
    connection.delayed = True
    await _pause(connection, delivery.before_ms)
    if delivery.ending is not None:
        await _end(delivery, delivery.ending, connection, start, content)
        # The call is over, whose method ``send`` is: uvicorn would miss the rest of its answer.
        send.__self__.disconnected = True
        return
    await send(start)
    await _pause(connection, delivery.between_ms)
    async for piece in _cut(delivery, connection, content):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    connection.delayed = False
    await send({"type": "http.response.body", "body": b""})


async def _cut(delivery: Delivery, connection: Protocol, content: Part) -> AsyncIterator[bytes]:
    """The content in pieces, each made when it is due, as long as the client is there.

    Where the server ends, and its patience too, the rest is due at once.
    """
    for begin, end, milliseconds in delivery.cut(len(content)):
        await _pause(connection, milliseconds)
        if connection.gone.done():
            return
        if connection.hurried:
            yield bytes(content[begin:])
            return
        yield bytes(content[begin:end])


async def _pause(connection: Protocol, milliseconds: float | None) -> None:
    """Wait, for ever where that is None, but no longer than the connection is there.

    Cut short, with all further pauses, when the server ends and its patience too: then the answer
    is due at once.
    """
    if milliseconds == 0 or connection.hurried:
        return
    seconds = None if milliseconds is None else milliseconds / 1000
    try:
        await asyncio.wait([connection.gone], timeout=seconds)
    except asyncio.CancelledError:
        connection.hurried = True


async def _end(
    delivery: Delivery, ending: Ending, connection: Protocol, start: Any, content: bytes
) -> None:
    """Send what the ending leaves of head and body, each at its time, and end the connection."""
    connection.abandonable = True
    head = connection.head_of(start)
    first, rest = ending.data(head, content)
    connection.send(bytes(first))
    await _pause(connection, delivery.between_ms)
    async for piece in _cut(delivery, connection, rest):
        connection.send(piece)
    if not connection.fall_silent():
        await _pause(connection, ending.hold_ms)
    connection.end(reset=ending.reset)
