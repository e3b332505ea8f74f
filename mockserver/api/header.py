"""Headers that a provider documents, of calls and of answers."""

from typing import NamedTuple


class Header(NamedTuple):
    """One of them; ``help`` is a line about it.

    ``credential`` says that a call is authenticated by it: one that is named Authorization carries
    a Bearer token. ``choices`` are the values that it can have, none where there is no such list.
    """

    name: str
    help: str
    required: bool = True
    credential: bool = False
    choices: tuple[str, ...] = ()


BEARER = Header("Authorization", "the token as `Bearer <token>`", credential=True)
