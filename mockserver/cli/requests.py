"""The calls that were made to a running server, as they are and as they come."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from time import sleep
from typing import Any
from urllib.parse import urlencode

import click

from mockserver.cli.base import stop, tell, to_a_sandbox
from mockserver.client import Connection, MockError, Unreachable, quote_name

FILTERS = {
    "provider": "calls to this provider",
    "operation": "calls of this operation",
    "account": "calls of the account with this label",
    "message-id": "calls about this message",
    "customer": "calls about a message of this customer's",
    "business-number": "calls about this number",
    "error": "calls answered with this documented error",
    "fault": "calls that this rule struck, by its id or name",
    "status": "answers with this HTTP status",
    "committed": "true: calls whose work was done; false: the others",
    "because": "calls whose reason holds this text",
    "since": "what came after the entry with this id",
    "limit": "so many: the newest, or the first after --since",
}
"""As the administration has them: it judges what is asked for."""
PATIENCE = "PT5S"
"""How long the server may wait with its answer where nothing happens."""
PAUSE = 1.0
"""Seconds until a server that does not answer is asked again."""
LONGEST_PATH = 200
STOPPED = 130
"""Exit code of what Ctrl-C ended, as shells have it."""


def take_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options for all filters, which a command is given by their names."""
    for name, kept in reversed(FILTERS.items()):
        command = click.option(f"--{name}", metavar=name.upper(), help=kept)(command)
    return command


@click.command()
@take_filters
@click.option("--follow", is_flag=True, help="go on with those that come, until Ctrl-C")
@click.option("--json", "as_json", is_flag=True, help="whole entries, as JSON Lines")
@to_a_sandbox
def requests(url: str, sandbox: str, follow: bool, as_json: bool, **filters: str | None) -> None:
    """Print the calls that were made, a line each, secrets masked; oldest first."""
    given = {name: value for name, value in filters.items() if value is not None}
    write = _write_json if as_json else write_line
    try:
        for entry in _read(Reader(url, sandbox, given), follow=follow):
            tell(write(entry))
    except MockError as error:
        stop(str(error), code=1)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


class Reader:
    """Asks for pages of the journal of a sandbox."""

    def __init__(self, url: str, sandbox: str, filters: Mapping[str, str]) -> None:
        self._connection = Connection(url)
        self._path = f"/sandboxes/{quote_name(sandbox)}/requests"
        self.filters = filters

    def ask(self, **filters: str) -> dict[str, Any]:
        """Raises MockError."""
        answer = self._connection.ask("GET", f"{self._path}?{urlencode(filters)}")
        page: dict[str, Any] = answer.json()
        return page

    def find_newest(self) -> str:
        """The id of the newest of all entries, empty where there is none."""
        found = self.ask(limit="1")["requests"]
        return str(found[0]["id"]) if found else ""


def _read(reader: Reader, *, follow: bool) -> Iterator[dict[str, Any]]:
    given = reader.filters
    if "limit" in given:
        last = given.get("since") or reader.find_newest()
        found = reader.ask(**given)["requests"]
        yield from found
        last = found[-1]["id"] if found else last
    else:
        last = given.get("since", "")
        for page in turn_pages(reader, last):
            yield from page
            last = page[-1]["id"]
    if follow:
        yield from _follow(reader, last)


def turn_pages(reader: Reader, since: str) -> Iterator[list[dict[str, Any]]]:
    """What is there after an entry, none of it empty."""
    more: str | None = since
    while more is not None:
        page = reader.ask(**{**reader.filters, "since": more})
        if page["requests"]:
            yield page["requests"]
        more = page.get("next")


def _follow(reader: Reader, last: str) -> Iterator[dict[str, Any]]:
    """What comes after an entry, for ever.

    Where the journal was emptied since, or the server started anew, the entry is unknown there, and
    all that is in the journal comes.
    """
    given = {name: value for name, value in reader.filters.items() if name != "limit"}
    told = False
    while True:
        try:
            found = reader.ask(**{**given, "since": last, "within": PATIENCE})["requests"]
        except Unreachable as error:
            if not told:
                tell(f"mockserver: {error}; waiting for it", err=True)
            told = True
            sleep(PAUSE)
            continue
        told = False
        yield from found
        last = found[-1]["id"] if found else last


def _write_json(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False)


def write_line(entry: Mapping[str, Any]) -> str:
    """The time, the entry's id, the call, whose it was, and what came of it."""
    request, status = entry["request"], entry["response"]["status"]
    names = (entry["provider"], entry["operation"], entry["account"])
    whose = " ".join(filter(None, names)) or "no provider"
    came = [str(status or "no answer"), entry["error"] or ""]
    came.append(f"fault {entry['fault']}" if entry["fault"] else "")
    because = f": {entry['because']}" if entry["because"] else ""
    call = f"{request['method']} {request['path'][:LONGEST_PATH]}"
    line = (
        f"{entry['at']} {entry['id']} {call} ({whose}) -> {' '.join(filter(None, came))}{because}"
    )
    return " ".join(line.split("\n"))
