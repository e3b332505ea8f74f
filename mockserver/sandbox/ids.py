"""The identifiers of one sandbox: no restart, reset or restore gives one out twice."""

from mockserver.api.changes import Change, put
from mockserver.api.draw import Draw
from mockserver.sandbox.database import Database

IDS = "ids"


class Ids:
    """Counts what was given out of every kind.

    The counting goes on in memory even where a change that keeps it cannot be made.
    """

    def __init__(self, database: Database, seed: int) -> None:
        self._seed = seed
        self._given = {kind: kept["n"] for kind, kept in database.rows(IDS).items()}

    def count(self, kind: str) -> int:
        """How many of that kind were given out."""
        given: int = self._given.get(kind, 0)
        return given

    def draw(self, kind: str, **noted: int) -> tuple[int, Draw, Change]:
        """The next ordinal of that kind, what chance gives it, and the change that keeps it.

        What else is noted stands beside the ordinal.
        """
        ordinal = self._given[kind] = self._given.get(kind, 0) + 1
        kept = put(IDS, kind, {"n": ordinal, **noted})
        return ordinal, Draw(self._seed, kind, ordinal), kept
