"""Doing something step by step, with pauses in between and no task: a generator and a timer."""

from asyncio import AbstractEventLoop, Handle
from collections.abc import Callable, Generator
from enum import Enum
from typing import NamedTuple


class Until(Enum):
    OUT = "all that was sent is out"
    END = "the connection ends"


class Woken(NamedTuple):
    """Until it is woken up, or so many ``seconds`` are over."""

    seconds: float


Pause = float | Until | Woken
"""What a step gives to be waited for: seconds, or what else tells that it may go on."""
Steps = Generator[Pause, None, None]


class Course:
    """Runs the steps. ``finish`` is called after the last one, with the exception if one ended
    them.
    """

    __slots__ = ("_finish", "_is_full", "_loop", "_pause", "_steps", "_timer", "_woken", "hurried")

    def __init__(
        self,
        loop: AbstractEventLoop,
        steps: Steps,
        is_full: Callable[[], bool],
        finish: Callable[[Exception | None], None],
    ) -> None:
        """``is_full`` tells whether something that was sent is still to go out."""
        self._loop = loop
        self._steps = steps
        self._is_full = is_full
        self._finish = finish
        self._pause: Pause | None = None  # while a step is being done
        self._timer: Handle | None = None
        self._woken = False
        self.hurried = False
        """Whether no pause is waited for any more."""

    @property
    def waits_for_client(self) -> bool:
        """Whether that has to read what was sent before it goes on."""
        return self._pause is Until.OUT

    def run(self) -> None:
        """Go on to the next pause."""
        self._cancel()
        self._pause = None
        try:
            for pause in self._steps:
                if self._waits(pause):
                    self._pause = pause
                    return
        except Exception as error:
            self._finish(error)
        else:
            self._finish(None)

    def wake(self) -> None:
        """Something happened that a step may be waiting for, now or at its next pause."""
        self._woken = True
        if isinstance(self._pause, Woken):  # not at once: whoever tells it is in the midst of it
            self._cancel()
            self._pause = None
            self._timer = self._loop.call_soon(self._run_woken)

    def _run_woken(self) -> None:
        self._woken = False
        self.run()

    def drain(self) -> None:
        """All that was sent is out."""
        if self._pause is Until.OUT:
            self.run()

    def hurry(self) -> None:
        """Wait for no pause from now on, but for the client to read what was sent."""
        self.hurried = True
        if self._pause is not None and self._pause is not Until.OUT:
            self.run()

    def stop(self) -> None:
        """Take no further step; what the steps hold is let go."""
        self._cancel()
        self._pause = None
        self._steps.close()

    def _waits(self, pause: Pause) -> bool:
        if pause is Until.OUT:
            return self._is_full()
        if self.hurried:
            return False
        if isinstance(pause, Until):
            return True
        if isinstance(pause, Woken):
            self._woken, woken = False, self._woken
            seconds = 0.0 if woken else pause.seconds
            at_once = woken
        else:
            seconds = pause
            at_once = seconds <= 0
        if not at_once:
            self._timer = self._loop.call_later(max(0.0, seconds), self.run)
        return not at_once

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
