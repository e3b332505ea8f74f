"""Ending with the program that started this one, however that one ends."""

import os
import select
import signal
import sys
import threading

STDIN = 0
LOOK_SECONDS = 1.0  # until it is seen that the parent is gone, where a child of its own holds stdin


def end_with_stdin() -> None:
    """Have this process be told to stop when its standard input ends, or its parent is gone.

    Whoever is killed lets go of all that it holds, so that no server stays behind. What is written
    to the input ends the watch.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        if _is_readable():
            if _read():
                return
            break
    os.kill(os.getpid(), signal.SIGTERM)


def _is_readable() -> bool:
    """Whether something has come, or nothing can any more."""
    if sys.platform == "win32":
        return True  # pipes cannot be asked there: reading waits
    try:
        return bool(select.select((STDIN,), (), (), LOOK_SECONDS)[0])
    except OSError:
        return True


def _read() -> bytes:
    try:
        return os.read(STDIN, 1)
    except OSError:
        return b""
