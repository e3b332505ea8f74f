"""The beginning of TLS: for whom it is, what a rule does to it, and what comes of it."""

import ssl
from asyncio import TimerHandle
from collections.abc import Callable

from mockserver.pipeline.tunnels import Unprepared
from mockserver.wire.alerts import DISTRUST, RULE, SPOKEN, tell_failure
from mockserver.wire.channel import Channel, Receiver
from mockserver.wire.hello import collect_hello, read_name
from mockserver.wire.hub import Hub
from mockserver.wire.memory import PIECE, Memory
from mockserver.wire.ports import Proxying
from mockserver.wire.tls import Tls
from mockserver.wire.unmet import Unmet

MOST_HELLO = 16_384
"""Bytes of a client's first message, with whatever comes before it is answered."""
FLAWS = ("expired", "wrong_name", "unknown_ca")  # what rules do to the certificate


class Handshake(Unmet):
    """What listens until both sides agree, and has what ``begin`` makes listen then."""

    __slots__ = ("_begin", "_came", "_memory", "_proxy", "_timer", "deadline")

    idle = waits_for_answer = False

    def __init__(
        self,
        channel: Channel,
        hub: Hub,
        proxy: Proxying,
        begin: Callable[[Channel, Hub, str, str | None], Receiver],
        host: str,
        code: str | None,
    ) -> None:
        super().__init__(channel, hub, host, code)
        self._proxy = proxy
        self._begin = begin
        self._came = b""
        """The client's first message, until OpenSSL is given it."""
        self._memory: Memory | None = None
        self._timer: TimerHandle | None = None
        self.deadline = hub.loop.time() + hub.limits.head_seconds
        hub.add(self)

    # What the channel tells

    def receive(self, data: bytes) -> None:
        if self._memory is not None:
            self._go_on(self._memory, data)
            return
        self._came += data
        hello = collect_hello(self._came) if self._timer is None else None
        if hello is not None:
            self._host = read_name(hello) or self._host
            self._meet()
        elif len(self._came) > MOST_HELLO:
            self._refuse(f"more than {MOST_HELLO} bytes came before the TLS handshake", SPOKEN)
            self._end()

    def receive_end(self) -> bool:
        self._refuse("the client ended the connection within the TLS handshake", DISTRUST)
        return False

    def drain(self) -> None: ...

    def lose(self) -> None:
        self._hub.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        self._refuse("the connection was lost within the TLS handshake", DISTRUST)

    # What the hub tells

    def expire(self) -> None:
        seconds = self._hub.limits.head_seconds
        self._refuse(f"the TLS handshake did not come to its end within {seconds:g} s", DISTRUST)
        self._end()

    def leave(self) -> None:
        self._told = True
        self._end()

    hurry = abort = leave

    # The handshake

    def _meet(self) -> None:
        """Let the rules strike, and answer."""
        strike = self._proxy.interception.strike(self._code, self._host)
        if strike is None:
            self._answer(None)
            return
        self._refuse(strike.told, RULE)
        if strike.how == "handshake_reset":
            self._channel.line.closed_by = "fault"
            self._channel.reset()
        elif strike.how in FLAWS:
            self._answer(strike.how)
        else:
            self.deadline += strike.ms / 1000
            self._timer = self._hub.loop.call_later(strike.ms / 1000, self._answer, None)

    def _answer(self, flaw: str | None) -> None:
        try:
            context = self._proxy.interception.context_for(self._host, flaw)
        except Unprepared as reason:
            self._refuse(str(reason), reason.hint)
            self._end()
            return
        self._memory = Memory(context)
        came, self._came = self._came, b""
        self._go_on(self._memory, came)

    def _go_on(self, memory: Memory, data: bytes) -> None:
        for begin in range(0, len(data), PIECE):
            memory.incoming.write(data[begin : begin + PIECE])
            try:
                memory.object.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                self._fail(memory, error)
            else:
                self._finish(memory, data[begin + PIECE :])
            return
        self._send(memory)

    def _finish(self, memory: Memory, rest: bytes) -> None:
        """What came with the end of the handshake is for whoever listens inside."""
        self._hub.remove(self)
        self._send(memory)
        self._channel.receiver = inside = Tls(self._channel, self._hub.loop, memory)
        inside.receiver = self._begin(inside, self._hub, self._host, self._code)
        inside.read_on()
        inside.receive(rest)

    def _fail(self, memory: Memory, error: ssl.SSLError) -> None:
        """The client gets OpenSSL's alert, unless it was the client that sent one."""
        self._refuse(*tell_failure(error))
        self._send(memory)
        self._end()

    def _send(self, memory: Memory) -> None:
        """What is said last is waited for by nobody, who would tell that it came, too."""
        if memory.outgoing.pending:
            self._channel.send(memory.outgoing.read())
        self._channel.acknowledge()
