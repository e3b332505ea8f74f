"""What came to the server and never became a call."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """Why the wire took something for no call, and what it knows of it.

    ``reason`` and ``hint`` are sentences for a person. ``status`` is what was answered, None where
    nothing could be. ``method`` and ``target`` are as they came, empty where there were none, as
    are the ``headers``, by their lower-case names. ``host`` is the name that a tunnel or a TLS
    handshake was for, ``code`` that of the sandbox which the proxy's user name told.
    """

    reason: str
    hint: str
    status: int | None = None
    method: str = ""
    target: str = ""
    headers: dict[str, str] = {}
    host: str = ""
    code: str | None = None
    peer: str = ""
