"""Answering on a connection, one call after the other."""

import logging
from collections.abc import Callable

from mockserver.pipeline.transfer import Transfer
from mockserver.wire.answering import answer_later, is_at_once, write_answer
from mockserver.wire.application import Called, call_application
from mockserver.wire.channel import Channel
from mockserver.wire.delivering import PIECE
from mockserver.wire.environ import make_environ
from mockserver.wire.hub import Hub
from mockserver.wire.relaying import BrokenOff
from mockserver.wire.request import Request
from mockserver.wire.sides import Sides
from mockserver.wire.turn import Turn

log = logging.getLogger("mockserver")


class Speaker:
    """``turn`` is the answer under way, None where there is none; ``go_on`` is called when the next
    one may be given. A connection that ends with its answer is ended by ``end``.
    """

    __slots__ = ("_code", "_end", "_go_on", "channel", "hub", "sides", "turn")

    def __init__(
        self,
        channel: Channel,
        hub: Hub,
        sides: Sides,
        code: str | None,
        *,
        go_on: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self.channel = channel
        self.hub = hub
        self.sides = sides
        self.turn: Turn | None = None
        self._code = code
        self._go_on = go_on
        self._end = end

    def answer(self, request: Request, *, closes: bool) -> None:
        """At once, all in one write, where nothing delays it; otherwise ``turn`` is set."""
        environ = make_environ(self.channel, request, self._code)
        called = call_application(self.hub.app, environ)
        if is_at_once(called) and not self.channel.full:
            data = write_answer(called, request, self.hub.date, closes=closes)
            if len(data) <= PIECE:
                self._send(called, data, closes=closes)
                return
        turn = self._begin_turn(called, closes=closes)
        turn.begin(answer_later(turn, self.hub, called, request), self._end_turn)

    def end(self) -> None:
        """End the connection as a fault wants it."""
        self._end()

    def drain(self) -> None:
        """All that was sent is out."""
        if self.turn is not None:
            self.sides.wait_for_nothing()
            self.turn.drain()

    def lose(self) -> None:
        """The connection is no more."""
        turn, self.turn = self.turn, None
        if turn is not None:
            turn.lose()

    def _send(self, called: Called, data: bytes, *, closes: bool) -> None:
        self.channel.gather(data, len(data), _transfer_of(called))
        if closes:
            self._end()

    def _begin_turn(self, called: Called, *, closes: bool) -> Turn:
        self.sides.wait_for_nothing()
        self.turn = Turn(self, _transfer_of(called), closes=closes)
        return self.turn

    def _end_turn(self, turn: Turn, error: Exception | None) -> None:
        """The answer is out, or broken off."""
        self.turn = None
        turn.tell()
        if error is not None:
            if not isinstance(error, BrokenOff):
                log.error("an answer was broken off", exc_info=error)
            self.sides.abort()
        elif turn.closes and not self.sides.over:
            self._end()
        else:
            self._go_on()


def _transfer_of(called: Called) -> Transfer | None:
    return None if called.ours is None else called.ours.transfer
