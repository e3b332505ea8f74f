"""The calls that were made to a running server, as they are and as they come."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from mockserver.cli.base import stop, tell, to_a_sandbox
from mockserver.cli.journal import Reader, follow_journal, read_journal
from mockserver.client import MockError

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
        reader = Reader(url, sandbox, given)
        for entry in follow_journal(reader) if follow else read_journal(reader):
            tell(write(entry))
    except MockError as error:
        stop(str(error), code=1)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def _write_json(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False)


def write_line(entry: Mapping[str, Any]) -> str:
    """The time, the entry's id, the call, whose it was, and what came of it."""
    request, status = entry["request"], entry["response"]["status"]
    names = (entry["provider"], entry["operation"], entry["account"])
    whose = " ".join(filter(None, names)) or "no provider"
    came = [str(status or "no answer"), entry["error"] or ""]
    came.append(f"fault {entry['fault']}" if entry["fault"] else "")
    reason = "; ".join(filter(None, (entry["because"], entry.get("hint"))))
    because = f": {reason}" if reason else ""
    call = f"{request['method']} {request['path'][:LONGEST_PATH]}"
    line = (
        f"{entry['at']} {entry['id']} {call} ({whose}) -> {' '.join(filter(None, came))}{because}"
    )
    return " ".join(line.split("\n"))
