"""What became of an answer on the wire: told by the server, kept by whoever wants to know."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(slots=True, eq=False, repr=False)
class Line:
    """The connection that answers go over. All of them keep it, and none keeps it alive.

    ``closed_by`` tells who ended it, None as long as it lives: the ``server`` of its own accord, or
    because a ``fault`` wanted it, or the ``client``.
    """

    closed_by: Literal["client", "server", "fault"] | None = None


class Transfer(Protocol):
    """Of one answer. Each is called at the instant that it tells of."""

    def begin(self) -> None:
        """Its first byte goes out."""

    def finish(self, sent: int | None, line: Line | None) -> None:
        """Nothing more of it goes out. ``sent`` bytes of head and body did: all of them, some, or
        0. None for both where the server is not ours, and nobody can tell.

        Where ``begin`` was not called before, its first byte went out at the same instant.
        """
