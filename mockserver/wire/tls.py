"""The inside of TLS: a receiver of one channel, and itself the channel of whoever speaks inside.

OpenSSL reads and writes memory here and never a socket. So TLS goes over whatever is a channel,
the inside of TLS among them, and whatever ends a connection ends one with TLS too.
"""

import ssl
from asyncio import AbstractEventLoop

from mockserver.pipeline.transfer import Transfer
from mockserver.wire.channel import Channel
from mockserver.wire.inside import Inside
from mockserver.wire.memory import PIECE, Memory

LARGEST_RECORD = 16_384


class Tls(Inside):
    """TLS after the handshake."""

    __slots__ = ("_deaf", "_ended", "_loop", "_memory", "_paused")

    def __init__(self, below: Channel, loop: AbstractEventLoop, memory: Memory) -> None:
        super().__init__(below, "https")
        self._loop = loop
        self._memory = memory
        self._paused = False
        self._deaf = False
        """Nothing can come any more: the client has ended its side, or broken it."""
        self._ended = False
        """Nothing can be sent any more."""

    def receive(self, data: bytes) -> None:
        view = memoryview(data)
        for begin in range(0, len(view), PIECE):
            if self._deaf:
                return
            self._memory.incoming.write(view[begin : begin + PIECE])
            self.read_on()

    def receive_end(self) -> bool:
        self._hear_end()
        return not self._below.closing

    def drain(self) -> None:
        self.receiver.drain()

    def lose(self) -> None:
        """What OpenSSL holds goes at once: 10 KB and more, of which the collector knows nothing."""
        self._deaf = self._ended = True
        self.receiver.lose()
        del self._memory

    def send(self, data: bytes) -> None:
        """All of it with one write below."""
        if self._ended or not data:
            return
        sent = self._memory.wrap(data)
        self._added = len(sent) - len(data)
        self._below.send(sent)

    def gather(self, data: bytes, size: int, transfer: Transfer | None) -> None:
        if not self._ended:
            self._below.gather(self._memory.wrap(data), size, transfer)

    def pause(self) -> None:
        self._paused = True
        self._below.pause()

    def resume(self) -> None:
        """What came before is told later: this may be called while the receiver is being told."""
        if self._paused:
            self._paused = False
            self._loop.call_soon(self.read_on)
            self._below.resume()

    def send_end(self) -> None:
        """Later, as OpenSSL reads nothing any more that is there when it is told."""
        self._loop.call_soon(self._end_own_side)

    def close(self) -> None:
        self._deaf = True
        self._notify()
        self._below.close()

    def abort(self) -> None:
        self._deaf = self._ended = True
        self._below.abort()

    def reset(self) -> None:
        self._deaf = self._ended = True
        self._below.reset()

    def read_on(self) -> None:
        """Tell the receiver what has come, as far as it wants to know."""
        while not (self._paused or self._deaf):
            try:
                data = self._memory.object.read(LARGEST_RECORD)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError:
                self._break_off()
                return
            if data:
                self.receiver.receive(data)
            else:
                self._hear_end()
            if not (self._memory.incoming.pending or self._memory.object.pending()):
                break  # spares an exception, which costs 3 µs
        if not self._below.closing and self._memory.outgoing.pending and self._below.full:
            self.reset()  # who asks and asks for another handshake, and reads no answer
        self._flush()

    def _hear_end(self) -> None:
        if not self._deaf:
            self._deaf = True
            if not self.receiver.receive_end():
                self.close()

    def _break_off(self) -> None:
        """What came is no TLS, or says that ours is none: the client gets OpenSSL's alert."""
        self._deaf = self._ended = True
        self._flush()
        self.line.closed_by = self.line.closed_by or "server"
        self._below.close()

    def _end_own_side(self) -> None:
        if not self._ended:
            self._notify()
            self._below.send_end()

    def _notify(self) -> None:
        """Say that nothing more comes."""
        if self._ended:
            return
        self._ended = True
        self._memory.end()
        self._flush()

    def _flush(self) -> None:
        """Send what OpenSSL has to say of its own accord."""
        if not self._below.closing and self._memory.outgoing.pending:
            self._below.send(self._memory.outgoing.read())
