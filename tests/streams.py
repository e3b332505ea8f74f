"""Reading a stream of server-sent events as a client does that knows its format alone."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple


class Seen(NamedTuple):
    """An event; ``kind`` is empty where only an id came, or a comment."""

    id: str
    kind: str
    data: Any


def read_events(parts: Iterable[bytes]) -> Iterator[Seen]:
    """Every block, also those that are no event, as soon as it is there."""
    rest = b""
    for part in parts:
        *blocks, rest = (rest + part).split(b"\n\n")
        yield from map(read_block, blocks)


def read_block(block: bytes) -> Seen:
    lines = (line.partition(":") for line in block.decode().split("\n"))
    found = {name: value.removeprefix(" ") for name, _, value in lines}
    data = json.loads(found["data"]) if "data" in found else None
    return Seen(found.get("id", ""), found.get("event", ""), data)


def only_events(parts: Iterable[bytes]) -> Iterator[Seen]:
    return (each for each in read_events(parts) if each.kind)
