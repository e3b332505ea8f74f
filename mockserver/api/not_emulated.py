"""What a provider documents and this server does not do, so that a client can be told so."""

from collections.abc import Callable
from typing import NamedTuple

from mockserver.api.call import Call


class NotEmulated(NamedTuple):
    """One documented call that is not emulated yet.

    ``path`` has the names of the provider's own placeholders, ``source`` says where it is
    documented. Where an emulated operation has the same method and path, ``recognise`` tells by
    the content whether a call is this one; elsewhere it is None.
    """

    name: str
    method: str
    path: str
    source: str
    recognise: Callable[[Call], bool] | None = None
