"""What is decided about a connection before there is a call on it."""

from typing import Literal, NamedTuple

How = Literal["expired", "wrong_name", "unknown_ca", "handshake_reset", "slow_handshake"]


class Strike(NamedTuple):
    """What a fault rule does to one TLS handshake.

    ``ms`` is how late a slow one is; ``told`` a sentence for whoever looks for the reason.
    """

    how: How
    ms: float
    told: str


class Verdict(NamedTuple):
    """What becomes of what a client asks for as of a proxy.

    ``here`` this server answers it itself, as a provider's host or as itself; ``there`` it goes on
    to ``host`` and ``port``, untouched; or it is ``refused`` with a ``status``, and ``reason`` and
    ``hint`` are sentences for a person.
    """

    place: Literal["here", "there", "refused"]
    host: str
    port: int = 0
    status: int = 0
    reason: str = ""
    hint: str = ""


class Unprepared(Exception):
    """There can be no TLS: the text tells why, and ``hint`` what to do about it."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint
