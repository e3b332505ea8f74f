"""A call as the journal keeps it, for a match to look at."""

from functools import lru_cache
from struct import Struct
from typing import Any
from urllib.parse import unquote

import orjson

from mockserver.api.call import BadJSON
from mockserver.sandbox.records import ID_START, START
from mockserver.sandbox.traits import Traits

# Of a record's head: keys of texts, and what stands behind them. No text can hold these, as JSON
# escapes quotes in it.
ABOUT_END = b',"at":"'
TARGET, HEADERS, HEADERS_END = b'"path":', b',"headers":{', b'}},"response":'
AMBIGUOUS = frozenset(("id", "message_id", "customer", "at", "method", "path"))
"""Headers of these names could be taken for what stands before the headers."""
read_sizes = Struct(">2I").unpack_from
"""Of the head, and of what is kept of the request's body."""
NO_JSON = BadJSON("it was none when it came")


class Contents(dict[bytes, Any]):
    """What stands in the bodies of records that several ask for, each decoded once."""

    def __missing__(self, record: bytes) -> Any:
        content = self[record] = read_content(record)
        return content


class KeptCall:
    """What it is asked for is read when it is, and nothing else: reading all of a record takes
    ten times as long. It may be given further calls, as making one takes half as long as a test.
    Where there are ``contents``, what stands in its body is taken from there.
    """

    __slots__ = ("contents", "record", "traits")

    def __init__(self, traits: Traits, record: bytes, contents: Contents | None = None) -> None:
        self.traits = traits
        self.record = record
        self.contents = contents

    @property
    def provider_id(self) -> str | None:
        return self.traits.provider_id

    @property
    def operation_name(self) -> str | None:
        return self.traits.operation_name

    @property
    def account_label(self) -> str | None:
        return self.traits.account_label

    @property
    def business_number(self) -> str | None:
        return self.traits.business_number

    @property
    def direction(self) -> str | None:
        return self.traits.direction

    @property
    def message_id(self) -> str | None:
        return _read_about(self._about).get("message_id")

    @property
    def customer(self) -> str | None:
        return _read_about(self._about).get("customer")

    @property
    def target(self) -> str:
        target: str = orjson.loads(self._target)
        return target

    @property
    def path(self) -> str:
        return find_documented_path(self._target, self.traits.provider_id)

    @property
    def content(self) -> Any:
        if not self.traits.has_json:
            return NO_JSON
        if self.contents is not None:
            return self.contents[self.record]
        length, kept = read_sizes(self.record)  # as below, without a further call
        length += START.size
        return orjson.loads(self.record[length : length + kept])

    def has_header(self, name: str, value: str) -> bool:
        """Found by its bytes: what writes them writes equal texts alike."""
        if name in AMBIGUOUS:
            return self.read_headers().get(name) == value
        found = self.record.find(_write_pair(name, value), ID_START)
        return found >= 0 and self.record.find(HEADERS_END, ID_START, found) < 0

    def read_headers(self) -> dict[str, str]:
        start = self.record.find(HEADERS, ID_START) + len(HEADERS) - 1
        end = self.record.find(HEADERS_END, start) + 1
        found: dict[str, str] = orjson.loads(self.record[start:end])
        return found

    @property
    def _about(self) -> bytes:
        """What stands between the id and the instant."""
        start = self.record.find(b'"', ID_START)
        return self.record[start + 1 : self.record.find(ABOUT_END, start)]

    @property
    def _target(self) -> bytes:
        start = self.record.find(TARGET, ID_START) + len(TARGET)
        return self.record[start : self.record.find(HEADERS, start)]


def read_content(record: bytes) -> Any:
    """Of a record whose body is JSON and whole."""
    length, kept = read_sizes(record)
    length += START.size
    return orjson.loads(record[length : length + kept])


@lru_cache(maxsize=256)
def _write_pair(name: str, value: str) -> bytes:
    return b"%s:%s" % (orjson.dumps(name), orjson.dumps(value))


@lru_cache(maxsize=1_024)
def _read_about(about: bytes) -> dict[str, str]:
    """Not to be changed. Cached: many calls are about the same messages."""
    found: dict[str, str] = orjson.loads(b"{%s}" % about[1:])
    return found


@lru_cache(maxsize=1_024)
def find_documented_path(target: bytes, provider_id: str | None) -> str:
    """The path as its provider documents it: without the prefixes that name sandbox and provider.

    ``target`` is as JSON. Cached: a client sends the same few.
    """
    path = unquote(orjson.loads(target).partition("?")[0])
    if path.startswith("/~"):
        path = path[path.find("/", 1) :] if "/" in path[1:] else "/"
    prefix = f"/{provider_id}"
    return path[len(prefix) :] if f"{path}/".startswith(f"{prefix}/") else path
