"""What happens in a sandbox, as it happens."""

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from mockserver.client.connection import Connection
from mockserver.client.failures import Unreachable, find_reason, is_told_in_words

__tracebackhide__ = is_told_in_words

PIECE = 512
"""Bytes that are read at once, where what is there is given though it is less."""


@dataclass(frozen=True)
class Event:
    """Something that happened: its ``kind``, such as ``request``, and what is known of it.

    ``id`` is what to go on ``after``.
    """

    id: str
    kind: str
    data: Mapping[str, Any]


class Events:
    """Events as they come, for a loop; at the end of a ``with``, or with ``close``, nobody listens
    any more.

    ``last`` is the id to go on ``after``. The loop ends with the sandbox or the server, or after an
    event ``dropped`` where it was too slow. Raises Unreachable where the connection breaks.
    """

    def __init__(self, connection: Connection, path: str, after: str = "") -> None:
        """``path`` is what follows ``/_mock``. Raises Unreachable and Refusal."""
        self.last = after
        self._url = connection.url
        self._answer = connection.open_stream(path, after)
        chunked = self._answer.headers.get("Transfer-Encoding") == "chunked"
        self._blocks = _read_blocks(self._answer.iter_content(PIECE if chunked else 1))

    def __iter__(self) -> "Events":
        return self

    def __next__(self) -> Event:
        try:
            for block in self._blocks:
                self.last = block.get("id", self.last)
                if "data" in block:
                    return Event(self.last, block["event"], json.loads(block["data"]))
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = find_reason(error)
            raise Unreachable(f"the events of {self._url} broke off: {reason}") from None
        raise StopIteration

    def close(self) -> None:
        """Listen no more."""
        self._answer.close()

    def __enter__(self) -> "Events":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _read_blocks(parts: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """The fields of each block. No field of this server has more than one line."""
    rest = b""
    for part in parts:
        *blocks, rest = (rest + part).split(b"\n\n")
        for block in blocks:
            lines = (line.partition(": ") for line in block.decode().split("\n"))
            yield {name: value for name, _, value in lines}
