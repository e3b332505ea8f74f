"""Reading a user's own answer in a thread, as it may wait for whatever it likes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Semaphore, Thread

from mockserver.pipeline.stream import Stream
from mockserver.wire.application import Rest
from mockserver.wire.hub import Hub

AHEAD = 2
"""Pieces that are read before the client has taken those before."""

log = logging.getLogger("mockserver")


class BrokenOff(Exception):
    """The rest of the answer will never be there."""


class Relay:
    """One thread, which reads no further than the client does, and counts until it has ended: it
    may be waiting for something when nobody waits for it any more.
    """

    def __init__(self, rest: Rest, hub: Hub) -> None:
        self._rest = rest
        self._hub = hub
        self._pieces: list[bytes | None] = []
        self._room = Semaphore(AHEAD)
        self._given_up = False
        self._failed = False
        self._wake: Callable[[], None] = _do_nothing

    def stream(self) -> Stream:
        return Stream(self._take, _pause, self._listen)

    def start(self) -> None:
        self._hub.streams += 1
        Thread(target=self._read, name="mockserver-answer", daemon=True).start()

    def give_up(self) -> None:
        """Nobody wants the rest: the thread ends once it has the next piece."""
        self._given_up = True
        self._room.release()

    def _take(self) -> bytes | None:
        """Raises BrokenOff."""
        if self._failed and not self._pieces:
            raise BrokenOff
        if not self._pieces:
            return b""
        self._room.release()
        return self._pieces.pop(0)

    def _listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        self._wake = wake
        self.start()
        return self.give_up

    def _read(self) -> None:
        try:
            self._rest.context.run(self._read_all)
        except Exception:
            self._failed = True
            log.exception("an error in an answer that was being sent")
        finally:
            self._tell()
            with suppress(RuntimeError):  # as in _tell
                self._hub.loop.call_soon_threadsafe(self._hub.end_stream)

    def _read_all(self) -> None:
        parts = self._rest.parts
        try:
            for piece in self._while_wanted(iter(parts)):
                self._pieces.append(piece)
                self._tell()
            self._pieces.append(None)
        finally:
            if hasattr(parts, "close"):
                parts.close()

    def _while_wanted(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        for piece in parts:
            if piece:
                self._room.acquire()
                if self._given_up:
                    return
                yield piece

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            self._wake()


def _pause() -> float:
    return 3_600.0


def _do_nothing() -> None: ...
