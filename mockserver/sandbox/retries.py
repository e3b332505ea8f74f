"""Which call is a retry of one whose answer was lost."""

import hashlib
import json
from collections import OrderedDict

from mockserver.api.exchange import Exchange

RETRY_MS = 600_000  # an equal call within this time is a retry
KEPT = 10_000  # calls that can be retried


class Retries:
    """The calls whose answers a fault took, until an equal one comes."""

    def __init__(self) -> None:
        self._lost: OrderedDict[bytes, tuple[int, str]] = OrderedDict()

    def find(self, exchange: Exchange) -> str | None:
        """The id of an equal call of the last ten minutes whose answer a fault had taken."""
        if not self._lost:
            return None
        until, entry = self._lost.get(_digest(exchange), (0, ""))
        return entry if exchange.at < until else None

    def lose(self, exchange: Exchange) -> None:
        """A fault takes the answer to this call."""
        self._lost[_digest(exchange)] = (exchange.at + RETRY_MS, exchange.id)
        if len(self._lost) > KEPT:
            self._lost.popitem(last=False)

    def clear(self) -> None:
        self._lost.clear()


def _digest(exchange: Exchange) -> bytes:
    """The same for calls of one account with the same operation, path and body."""
    call = exchange.call
    said = json.dumps(
        [
            exchange.provider.id,
            exchange.operation_name,
            exchange.account_label,
            call.path,
            call.query,
        ]
    )
    return hashlib.blake2b(said.encode() + b"\0" + call.body, digest_size=16).digest()
