"""What happens in a sandbox, for whoever listens."""

from collections.abc import Callable
from functools import partial
from threading import Lock

Listener = Callable[[str, str], None]
"""Told what happened, in a word, and the id of what it happened to. It is called while the sandbox
is locked, but for ``request_sent``, must not call back, and raises nothing.
"""


class Events:
    """Tells every listener; costs next to nothing while there is none."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: tuple[Listener, ...] = ()  # never changed itself: it may be walked through

    def tell(self, what: str, subject: str) -> None:
        for listener in self._listeners:
            listener(what, subject)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell the listener from now on. Calling what is returned ends it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
        return partial(self._forget, listener)

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each is not listener)
