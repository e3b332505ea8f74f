"""HTTP over a channel: what comes is read, and answered in its order."""

from mockserver.wire.conversation import Conversation
from mockserver.wire.head import CONTINUE
from mockserver.wire.ports import WayOn
from mockserver.wire.refusing import NO_TUNNEL, Refused
from mockserver.wire.request import Phase, Request
from mockserver.wire.sides import State
from mockserver.wire.turn import Stage

AT_ONCE = 16
"""Calls of one connection that are answered before others have theirs."""


class HTTP(Conversation):
    """The receiver of a channel."""

    __slots__ = ()

    # What the channel tells

    def receive(self, data: bytes) -> None:
        turn = self._speaker.turn
        if self._sides.state is State.DRAINING:
            self._sides.drain_off(len(data))
        elif turn is None and not self._scheduled:
            self._read(data)
        elif turn is None or turn.stage is not Stage.SILENT:
            self._behind += data
            if len(self._behind) > self._hub.limits.behind_bytes:
                self._channel.pause()

    def receive_end(self) -> bool:
        turn = self._speaker.turn
        waited_for = self._scheduled if turn is None else not turn.stage.ends_with_client
        if self._sides.over or not waited_for:
            self._sides.blame("client")
            return False
        self._sides.state = State.HALF_CLOSED
        return True

    def drain(self) -> None:
        self._speaker.drain()

    def lose(self) -> None:
        self._hub.remove(self)
        self._reader.release()
        self._speaker.lose()

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
            if self._speaker.turn is not None or self._sides.over:
                return
        if requests or (self._behind and self._reader.phase is not Phase.OVER):
            self._schedule()
        elif not self._sides.over:
            self._wait_for_more()

    def _answer(self, request: Request) -> None:
        if request.target[:1] != b"/":
            judged = self._judge(request)
            if judged is None:
                return
            request = judged
        more = self._reader.requests or self._behind
        ended = self._hub.leaving or (self._sides.state is State.HALF_CLOSED and not more)
        self._speaker.answer(request, closes=ended or not request.keep_alive)

    def _judge(self, request: Request) -> Request | None:
        """What is to be answered here of one that may be to a proxy; None where it is over."""
        proxy = self._hub.proxy
        if proxy is not None:
            judged = proxy.judge(request, self._channel, self._code)
        else:
            judged = NO_TUNNEL if request.opens_tunnel else request
        if isinstance(judged, Request):
            return judged
        if isinstance(judged, Refused):
            self._refuse(judged, request)
        else:
            self._leave_to(judged)
        return None

    def _leave_to(self, way_on: WayOn) -> None:
        """Somebody else listens on the channel from now on."""
        half_closed = self._sides.state is State.HALF_CLOSED
        self._hub.remove(self)
        self._sides.state, self._reader.phase = State.LEFT, Phase.OVER
        way_on(self._reader.rest + self._behind, half_closed)
        self._behind = b""

    def _wait_for_more(self) -> None:
        reader = self._reader
        if reader.refused is not None:
            self._refuse_unread(reader.refused)
        elif self._sides.state is State.HALF_CLOSED or self._hub.leaving:
            self._end()
        else:
            self._channel.resume()
            if reader.wants_continue:
                reader.wants_continue = False
                self._channel.send(CONTINUE)
            self._sides.wait_for(reader.phase)
            if reader.phase is not Phase.BETWEEN:
                self._channel.acknowledge()

    def _go_on(self) -> None:
        self._scheduled = False
        if self._speaker.turn is not None or self._sides.over:
            return
        if self._reader.requests:
            self._answer_some()
        else:
            self._read(self._behind)
