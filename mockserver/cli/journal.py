"""Reading the journal of a running server, as it is and as it grows."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from time import sleep
from typing import Any
from urllib.parse import urlencode

from mockserver.cli.base import tell
from mockserver.client import Connection, Events, Unreachable, quote_name

PLACES = ("since", "limit")
"""Filters that do not tell one call from another."""
PAUSE = 1.0
"""Seconds until a server is asked again that does not answer, or stopped telling."""


class Reader:
    """Asks for pages of the journal of a sandbox."""

    def __init__(self, url: str, sandbox: str, filters: Mapping[str, str]) -> None:
        self._connection = Connection(url)
        self._path = f"/sandboxes/{quote_name(sandbox)}"
        self.filters = filters

    def ask(self, **filters: str) -> dict[str, Any]:
        """Raises MockError."""
        answer = self._connection.ask("GET", f"{self._path}/requests?{urlencode(filters)}")
        page: dict[str, Any] = answer.json()
        return page

    def find_newest(self) -> str:
        """The id of the newest of all entries, empty where there is none."""
        found = self.ask(limit="1")["requests"]
        return str(found[0]["id"]) if found else ""

    def listen(self, after: str = "") -> Events:
        """What tells of new entries, after an event of that id. Raises MockError."""
        wanted = {"event": "request", **self.filters}
        wanted = {name: value for name, value in wanted.items() if name not in PLACES}
        return Events(self._connection, f"{self._path}/events?{urlencode(wanted)}", after)


def read_journal(reader: Reader) -> Generator[dict[str, Any], None, str]:
    """What is there, and in the end the id of the entry to go on after."""
    given = reader.filters
    if "limit" in given:
        last = given.get("since") or reader.find_newest()
        found = reader.ask(**given)["requests"]
        yield from found
        return found[-1]["id"] if found else last
    last = given.get("since", "")
    for page in turn_pages(reader, last):
        yield from page
        last = page[-1]["id"]
    return last


def follow_journal(reader: Reader) -> Iterator[dict[str, Any]]:
    """What is there, and then what comes, for ever. It listens first, so that nothing is between.

    Where the journal was emptied since, or the server started anew, the entry to go on after is
    unknown there, and all that is in the journal comes.
    """
    events = reader.listen()
    last = yield from read_journal(reader)
    while True:
        last = yield from _read_on(reader, events, last)
        events = _listen_again(reader, events.last)


def _read_on(reader: Reader, events: Events, last: str) -> Generator[dict[str, Any], None, str]:
    """What comes after an entry, until nothing is told any more: then the id of the last one."""
    ahead: set[str] = set()  # what was read before it is told
    with events, suppress(Unreachable):
        for news in chain(("",), (event.data.get("id", "") for event in events)):
            if news in ahead:
                continue
            ahead.clear()
            for page in turn_pages(reader, last):
                yield from page
                last = page[-1]["id"]
                ahead |= {each["id"] for each in page}
    return last


def _listen_again(reader: Reader, after: str) -> Events:
    """Once there is a server that answers."""
    told = False
    while True:
        sleep(PAUSE)
        try:
            return reader.listen(after)
        except Unreachable as error:
            if not told:
                tell(f"mockserver: {error}; waiting for it", err=True)
            told = True


def turn_pages(reader: Reader, since: str) -> Iterator[list[dict[str, Any]]]:
    """What is there after an entry, none of it empty."""
    more: str | None = since
    wanted = {name: value for name, value in reader.filters.items() if name not in PLACES}
    while more is not None:
        page = reader.ask(**wanted, since=more)
        if page["requests"]:
            yield page["requests"]
        more = page.get("next")
