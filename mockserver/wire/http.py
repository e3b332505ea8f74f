"""HTTP over a channel: what comes is read, and answered in its order."""

import logging
from enum import Enum
from math import inf
from typing import Literal

from mockserver.wire.answering import answer_later, is_at_once, write_answer
from mockserver.wire.application import Called, call_application
from mockserver.wire.channel import Channel
from mockserver.wire.course import Steps, Until
from mockserver.wire.delivering import PIECE
from mockserver.wire.environ import make_base, make_environ
from mockserver.wire.head import CONTINUE
from mockserver.wire.hub import Hub
from mockserver.wire.reading import Phase, Reader, Request, describe_refusal
from mockserver.wire.refusing import BODY_TOO_SLOW, HEAD_TOO_SLOW, NO_TUNNEL, Refused
from mockserver.wire.relaying import BrokenOff
from mockserver.wire.turn import Stage, Turn

AT_ONCE = 16
"""Calls of one connection that are answered before others have theirs."""

log = logging.getLogger("mockserver")


class State(Enum):
    """Of the two sides of a connection."""

    OPEN = "both go on"
    HALF_CLOSED = "the client has ended its own, and waits for the rest of its answers"
    DRAINING = "ours has ended: what still comes is read, so that the client sees what was sent"


class HTTP:
    """A receiver. ``code`` is that of the sandbox which the tunnel is for, where it is one."""

    __slots__ = (
        "_base", "_behind", "_drained", "_reader", "_scheduled", "_state", "_timed", "_turn",
        "channel", "deadline", "hub",
    )  # fmt: skip

    def __init__(self, channel: Channel, hub: Hub, code: str | None = None) -> None:
        self.channel = channel
        self.hub = hub
        self._base = make_base(channel, code)
        self._reader = Reader(hub)
        self._turn: Turn | None = None
        self._state = State.OPEN
        self._behind = b""  # came while another call was being answered
        self._scheduled = False  # to go on at the loop's next turn
        self._timed = Phase.OVER
        self._drained = 0
        self.deadline = inf
        hub.add(self)

    # What the channel tells

    def receive(self, data: bytes) -> None:
        if self._state is State.DRAINING:
            self._drain_off(len(data))
        elif self._turn is not None or self._scheduled:
            self._keep(data)
        else:
            self._read(data)

    def receive_end(self) -> bool:
        turn = self._turn
        waited_for = self._scheduled if turn is None else not turn.stage.ends_with_client
        if self._state is State.DRAINING or not waited_for:
            self._blame("client")
            return False
        self._state = State.HALF_CLOSED
        return True

    def drain(self) -> None:
        self.deadline = inf
        if self._turn is not None:
            self._turn.drain()

    def lose(self) -> None:
        self.hub.remove(self)
        self._reader.release()
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.lose()

    # Reading and answering

    def _read(self, data: bytes) -> None:
        reader = self._reader
        while data and not reader.requests and reader.phase is not Phase.OVER:
            data = reader.feed(data)
        self._behind = data
        self._answer_some()

    def _answer_some(self) -> None:
        """In their order, and some at a time only, so that others have theirs in between."""
        requests = self._reader.requests
        for _ in range(AT_ONCE):
            if not requests:
                break
            self._answer(requests.pop(0))
            if self._turn is not None or self.channel.closing:
                return
        if requests or (self._behind and self._reader.phase is not Phase.OVER):
            self._schedule()
        elif self._state is not State.DRAINING:
            self._wait_for_more()

    def _answer(self, request: Request) -> None:
        if request.opens_tunnel:
            self._refuse(NO_TUNNEL, request)
            return
        hub, channel = self.hub, self.channel
        closes = self._is_last(request)
        environ = make_environ(self._base, request)
        called = call_application(hub.app, environ)
        if is_at_once(called) and not channel.full:
            data = write_answer(called, request, hub.date, closes=closes)
            if len(data) <= PIECE:
                self._send_at_once(called, data, closes=closes)
                return
        transfer = None if called.ours is None else called.ours.transfer
        self._turn = turn = Turn(self, transfer, closes=closes)
        turn.begin(answer_later(turn, hub, called, request), self._end_turn)

    def _send_at_once(self, called: Called, data: bytes, *, closes: bool) -> None:
        self.channel.send(data)
        transfer = None if called.ours is None else called.ours.transfer
        if self.channel.full:
            self._turn = turn = Turn(self, transfer, closes=closes)
            turn.count(len(data))
            turn.begin(wait_until_out(), self._end_turn)
            return
        if transfer is not None:
            transfer.finish(len(data), self.channel.line)
        if closes:
            self.end()

    def _end_turn(self, turn: Turn, error: Exception | None) -> None:
        """The answer is out, or broken off."""
        self._turn = None
        turn.tell()
        if error is not None:
            if not isinstance(error, BrokenOff):
                log.error("an answer was broken off", exc_info=error)
            self._blame("server")
            self.channel.abort()
        elif not self.channel.closing and self._state is not State.DRAINING:
            if turn.closes and not self._reader.requests:
                self.end()
            else:
                self._schedule()

    def _wait_for_more(self) -> None:
        reader = self._reader
        if reader.refused is not None:
            self._refuse(reader.refused, reader.describe())
        elif self._state is State.HALF_CLOSED or self.hub.leaving:
            self.end()
        else:
            self.channel.resume()
            if reader.wants_continue:
                reader.wants_continue = False
                self.channel.send(CONTINUE)
            self._set_deadline(reader.phase)

    def _set_deadline(self, phase: Phase) -> None:
        """A head has its time as a whole, a body and a pause between calls begin anew."""
        if phase is Phase.HEAD and self._timed is Phase.HEAD:
            return
        limits = self.hub.limits
        seconds = limits.keep_alive_seconds
        if phase is not Phase.BETWEEN:
            seconds = limits.head_seconds if phase is Phase.HEAD else limits.body_seconds
        self._timed = phase
        self.deadline = self.hub.loop.time() + seconds

    def _is_last(self, request: Request) -> bool:
        more = self._reader.requests or self._behind
        return (
            not request.keep_alive
            or self.hub.leaving
            or (self._state is State.HALF_CLOSED and not more)
        )

    def _keep(self, data: bytes) -> None:
        """What comes while a call is being answered: a silent connection listens to its end."""
        if self._turn is not None and self._turn.stage is Stage.SILENT:
            return
        self._behind += data
        if len(self._behind) > self.hub.limits.behind_bytes:
            self.channel.pause()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self.hub.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._scheduled = False
        if self._turn is not None or self.channel.closing or self._state is State.DRAINING:
            return
        if self._reader.requests:
            self._answer_some()
        else:
            self._read(self._behind)

    # Ending

    def _refuse(self, refused: Refused, request: Request) -> None:
        """Answer what is no call, and end."""
        self.hub.refuse(describe_refusal(refused, request, self.channel.peer[0]))
        self._reader.phase = Phase.OVER
        self.channel.send(refused.write(self.hub.date))
        self.end()

    def end(self) -> None:
        """End the connection so that the client sees what was sent.

        A close is a reset to a client that is still sending: that one is heard out for a while.
        """
        self._blame("server")
        if self._reader.phase is Phase.OVER and self._state is State.OPEN:
            self._state = State.DRAINING
            self.deadline = self.hub.loop.time() + self.hub.limits.drain_seconds
            self.channel.send_end()
            self.channel.resume()
            self._drain_off(len(self._behind))
            self._behind = b""
        else:
            self.channel.close()

    def _drain_off(self, length: int) -> None:
        self._drained += length
        if self._drained > self.hub.limits.drain_bytes:
            self.channel.close()

    def _blame(self, whom: Literal["client", "server"]) -> None:
        if self.channel.line.closed_by is None:
            self.channel.line.closed_by = whom

    # What the hub tells

    @property
    def half_closed(self) -> bool:
        return self._state is State.HALF_CLOSED

    @property
    def idle(self) -> bool:
        return self._turn is None and self._reader.phase in (Phase.BETWEEN, Phase.HEAD)

    def expire(self) -> None:
        """The client did not send, or read, in the time that it has."""
        phase = self._reader.phase
        if self._turn is None and self._state is State.OPEN and phase is not Phase.BETWEEN:
            slow = HEAD_TOO_SLOW if phase is Phase.HEAD else BODY_TOO_SLOW
            self._refuse(slow, self._reader.describe())
        else:
            self.abort()

    def leave(self) -> None:
        """The server ends: what waits for the client only ends, and what waits for an answer that
        has no end, or would not come.
        """
        turn = self._turn
        if turn is None:
            if not self._scheduled:
                self.abort()
        elif turn.stage in (Stage.BREAKING, Stage.SILENT) or turn.is_given_up:
            self.abort()
        else:
            turn.closes = True
            turn.wake()

    def hurry(self) -> None:
        if self._turn is not None:
            self._turn.hurry()

    def abort(self) -> None:
        self._blame("server")
        self.channel.abort()


def wait_until_out() -> Steps:
    yield Until.OUT
