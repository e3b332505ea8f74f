"""A conversation in HTTP: its parts, its end, and what the server tells it."""

from mockserver.wire.channel import Channel
from mockserver.wire.hub import Hub
from mockserver.wire.reading import Reader
from mockserver.wire.refusing import BODY_TOO_SLOW, HEAD_TOO_SLOW, Refused
from mockserver.wire.request import Phase, Request, describe_refusal
from mockserver.wire.sides import Sides, State
from mockserver.wire.speaking import Speaker


class Conversation:
    """What is read and what is answered on a channel, and the sides of both.

    ``code`` is that of the sandbox which the tunnel is for, where it is one.
    """

    __slots__ = (
        "_behind", "_channel", "_code", "_hub", "_reader", "_scheduled", "_sides", "_speaker",
    )  # fmt: skip

    def __init__(self, channel: Channel, hub: Hub, code: str | None = None) -> None:
        self._channel = channel
        self._hub = hub
        self._code = code
        self._reader = Reader(hub)
        self._sides = sides = Sides(channel, hub)
        self._speaker = Speaker(channel, hub, sides, code, go_on=self._schedule, end=self._end)
        self._behind = b""  # came while another call was being answered
        self._scheduled = False  # to go on at the loop's next turn
        hub.add(self)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._hub.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Read and answer what has come behind the last answer."""
        raise NotImplementedError

    def _refuse_unread(self, refused: Refused) -> None:
        """What never was whole: whose it is, only the tunnel that it came through tells."""
        self._refuse(refused._replace(code=self._code), self._reader.describe())

    def _refuse(self, refused: Refused, request: Request) -> None:
        """Answer what is no call, and end."""
        channel = self._channel
        transfer = self._hub.refuse(describe_refusal(refused, request, channel.peer[0]))
        self._reader.phase = Phase.OVER
        data = refused.write(self._hub.date)
        channel.send(data)
        if transfer is not None:
            transfer.finish(len(data) - channel.unsent, channel.line)
        self._end()

    def _end(self) -> None:
        behind, self._behind = self._behind, b""
        self._sides.end(len(behind), more=self._reader.phase is Phase.OVER)

    # What the hub tells

    @property
    def deadline(self) -> float:
        return self._sides.deadline

    @property
    def idle(self) -> bool:
        return self._reader.phase is Phase.BETWEEN and not self.waits_for_answer

    @property
    def waits_for_answer(self) -> bool:
        return self._speaker.turn is not None or self._scheduled

    def expire(self) -> None:
        """The client did not send, or read, in the time that it has."""
        phase = self._reader.phase
        between = phase is Phase.BETWEEN or self._sides.state is not State.OPEN
        if between or self._speaker.turn is not None:
            self._sides.abort()
        else:
            slow = HEAD_TOO_SLOW if phase is Phase.HEAD else BODY_TOO_SLOW
            self._refuse_unread(slow)

    def leave(self) -> None:
        """What waits for the client alone ends now, as does what was to be broken off."""
        turn = self._speaker.turn
        if turn is None:
            if not self._scheduled:
                self.abort()
        elif turn.is_given_up:
            self.abort()
        else:
            turn.leave()

    def hurry(self) -> None:
        if self._speaker.turn is not None:
            self._speaker.turn.hurry()

    def abort(self) -> None:
        self._sides.abort()
