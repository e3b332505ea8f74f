"""What must be remembered from one call to a later one, for a time."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from mockserver.api.changes import Change, put, remove
from mockserver.sandbox.database import Database

NOTES = "notes"
LIMIT = 10_000


class Notes:
    """JSON values by key, each until an instant; the oldest go first when there are too many."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, key: str, now: int) -> Any:
        """The value, or None where there is none any more."""
        note = self._database.rows(NOTES).get(key)
        return note["value"] if note and now < note["until"] else None

    def keep(self, notes: Mapping[str, Any]) -> list[Change]:
        """The changes that keep these, which count as the newest, and drop those beyond the limit.

        Each is an object of a ``value`` and ``until`` when it is there.
        """
        rows = self._database.rows(NOTES)
        changes = [put(NOTES, key, note) for key, note in notes.items()]
        beyond = len(rows) + sum(key not in rows for key in notes) - LIMIT
        if beyond > 0:
            oldest = (key for key in rows if key not in notes)
            changes += [remove(NOTES, key) for key in islice(oldest, beyond)]
        return changes
