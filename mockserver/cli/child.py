"""Running another program in this one's place: same streams, same signals, same end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

NOT_FOUND, NOT_EXECUTABLE = 127, 126
KILLED = 128
"""Exit codes as shells have them: the last one and the signal's number."""
FROM_KEYBOARD = frozenset(
    getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name)
)
RELAYED = FROM_KEYBOARD | {
    getattr(signal, name) for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)
}


class NotRun(Exception):
    """The program could not be run: why, and the exit code that says so."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.code = code


def end_when_told() -> None:
    """Have the program leave its blocks, and so clear up, where a signal would just end it."""
    for number in _list_heeded():
        signal.signal(number, lambda number, _: sys.exit(KILLED + number))


def run_program(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Its exit code, that of a shell where a signal ended it. Raises NotRun."""
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def relay(number: int, _: FrameType | None) -> None:
        if not running:
            early.append(number)
        elif not _came_from_keyboard(number):
            running[0].send_signal(number)

    with _handling(relay):
        running.append(_start(command, environment))
        for number in early:
            running[0].send_signal(number)
        code = running[0].wait()
    return code if code >= 0 else KILLED - code


def _start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, env=environment)
    except FileNotFoundError:
        raise NotRun(f"{command[0]}: no such command", NOT_FOUND) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotRun(f"{command[0]}: cannot be run: {reason}", NOT_EXECUTABLE) from None


@contextmanager
def _handling(relay: "signal._HANDLER") -> Iterator[None]:
    before = {each: signal.signal(each, relay) for each in _list_heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _list_heeded() -> list[int]:
    """What is ignored, as by nohup, stays so: the program inherits that."""
    return [each for each in RELAYED if signal.getsignal(each) != signal.SIG_IGN]


def _came_from_keyboard(number: int) -> bool:
    """Whether the program has it already: a terminal sends to all that is in its foreground."""
    if number not in FROM_KEYBOARD or not hasattr(os, "tcgetpgrp"):
        return False
    with suppress(OSError), open("/dev/tty", "rb", buffering=0) as terminal:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    return False
