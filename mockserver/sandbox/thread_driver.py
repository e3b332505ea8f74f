"""Waking up in a thread, on servers that have nothing better."""

import os
import weakref
from threading import Condition, RLock, Thread
from time import monotonic
from typing import Protocol


class Runs(Protocol):
    def run_due(self) -> None: ...


class Alarm:
    """What the thread waits for: all that it holds on to while it sleeps."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.at: float | None = None
        """By the monotonic clock, in seconds; None for never."""
        self.over = False

    def set(self, at: float | None, *, over: bool = False) -> None:
        with self.changed:
            self.at, self.over = at, self.over or over
            self.changed.notify()

    def wait(self) -> bool:
        """Until it is time. Whether it is, or all is over."""
        with self.changed:
            while not self.over:
                left = None if self.at is None else self.at - monotonic()
                if left is not None and left <= 0:
                    self.at = None
                    return True
                self.changed.wait(left)
            return False


class ThreadDriver:
    """One daemon thread, which is started when it is first armed, and ends with its owner.

    It does nothing while the process forks, and is started anew in the child, as the servers do
    that load an application before they fork.
    """

    def __init__(self, owner: Runs) -> None:
        self._owner = weakref.ref(owner)
        self._alarm: Alarm | None = None

    def arm(self, wait: float | None) -> None:
        """Have the owner run what is due in so many seconds; None: not at all."""
        if self._alarm is None and wait is not None:
            self._alarm = Alarm()
            weakref.finalize(self._owner(), self._alarm.set, None, over=True).atexit = False
            _start(self._alarm, self._owner)
            DRIVERS.follow(self)
        if self._alarm is not None:
            self._alarm.set(None if wait is None else monotonic() + wait)

    def stop(self) -> None:
        if self._alarm is not None:
            self._alarm.set(None, over=True)

    def begin_anew(self) -> None:
        """In the child of a fork, which has no other thread and in which a lock may be held."""
        before, self._alarm = self._alarm, None
        if before is not None and not before.over:
            self.arm(0.0)


class Drivers:
    """All drivers that have a thread: none of them works while the process forks."""

    def __init__(self) -> None:
        self.working = RLock()
        self._all: weakref.WeakSet[ThreadDriver] = weakref.WeakSet()
        self._is_registered = False

    def follow(self, driver: ThreadDriver) -> None:
        self._all.add(driver)
        if not self._is_registered:
            self._is_registered = True
            os.register_at_fork(
                before=lambda: self.working.acquire() and None,
                after_in_parent=lambda: self.working.release(),
                after_in_child=self._begin_anew,
            )

    def _begin_anew(self) -> None:
        self.working = RLock()
        for driver in list(self._all):
            driver.begin_anew()


DRIVERS = Drivers()


def _start(alarm: Alarm, owner: "weakref.ref[Runs]") -> None:
    Thread(target=_work, args=(alarm, owner), name="mockserver-timers", daemon=True).start()


def _work(alarm: Alarm, owner: "weakref.ref[Runs]") -> None:
    while alarm.wait():
        with DRIVERS.working:
            found = owner()
            if found is None:
                return
            found.run_due()
            del found
