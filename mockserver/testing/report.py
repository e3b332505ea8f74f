"""What a failing test's report is told of its sandbox."""

from collections.abc import Iterator
from shlex import quote

from mockserver.client import Entry, MockError, Sandbox
from mockserver.text.shown import escape_controls

CALLS = 10
"""So many of the last calls are told."""


def write_report(sandbox: Sandbox, test: str, *, kept: bool) -> str:
    """The last calls with their reasons, and how to run the test again."""
    try:
        lines = [*_write_calls(sandbox)]
    except MockError as error:
        lines = [f"its calls cannot be told: {error}"]
    if kept:
        lines.append(f"kept: {sandbox.url}")
    lines.append(f"again: pytest {quote(test)} --mockserver-seed {sandbox.seed}")
    return escape_controls("\n".join(lines))


def _write_calls(sandbox: Sandbox) -> Iterator[str]:
    entries = sandbox.requests(limit=CALLS)
    if not entries:
        yield f"no call came to the sandbox {sandbox.id}"
        return
    yield f"the last calls to the sandbox {sandbox.id}:"
    for entry in entries:
        told = f" {entry.error}" if entry.error else ""
        status = "no answer" if entry.status is None else entry.status
        yield f"{entry.id} {entry.method} {entry.path} -> {status}{told}"
        yield f"    {_find_reason(sandbox, entry)}"


def _find_reason(sandbox: Sandbox, entry: Entry) -> str:
    try:
        return sandbox.explanation(entry.id).summary
    except MockError:
        return entry.because or "no reason is known"
