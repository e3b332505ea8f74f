"""Delivering an answer in an unusual way: late, slowly, or not to its end."""

import asyncio
import contextlib
from typing import Any

from mockserver.core.delivery import Delivery, Ending
from mockserver.server.protocol import Protocol


async def deliver(
    delivery: Delivery, connection: Protocol, start: Any, content: bytes, receive: Any, send: Any
) -> None:
    """Send the answer, whose head is the ASGI event ``start``, as the delivery has it."""
    connection.abandonable = delivery.ending is not None
    await _pause(delivery.before_ms)
    if delivery.ending is not None:
        await _end(delivery.ending, connection, start, content, receive)
        return
    await send(start)
    await _pause(delivery.between_ms)
    for piece, milliseconds in delivery.pieces(content):
        await _pause(milliseconds)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if connection.transport.is_closing():
            break
    await send({"type": "http.response.body", "body": b""})


async def _pause(milliseconds: float) -> None:
    """Cut short when the server ends and its patience too: then the answer is due at once."""
    if milliseconds:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(milliseconds / 1000)


async def _end(
    ending: Ending, connection: Protocol, start: Any, content: bytes, receive: Any
) -> None:
    connection.send(ending.data(connection.head_of(start), content))
    gone = asyncio.ensure_future(_gone(receive))
    seconds = None if ending.hold_ms is None else ending.hold_ms / 1000
    await asyncio.wait([gone], timeout=seconds)
    connection.end(reset=ending.reset)
    await gone


async def _gone(receive: Any) -> None:
    """Until the connection is no more."""
    while (await receive())["type"] != "http.disconnect":
        pass
