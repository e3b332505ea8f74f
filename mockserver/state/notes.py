"""What a provider must remember from one call to a later one, for a time."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

LIMIT = 10_000


class Notes:
    """Values by key, each until an instant; the oldest go first when there are too many."""

    def __init__(self) -> None:
        self._notes: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()

    def recall(self, key: Hashable, now: int) -> Any:
        """The value, or None where there is none any more."""
        until, value = self._notes.get(key, (0, None))
        return value if now < until else None

    def keep(self, key: Hashable, value: Any, until: int) -> None:
        self._notes[key] = (until, value)
        self._notes.move_to_end(key)
        if len(self._notes) > LIMIT:
            self._notes.popitem(last=False)

    def clear(self) -> None:
        self._notes.clear()
