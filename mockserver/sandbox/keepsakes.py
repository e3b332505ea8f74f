"""States of a sandbox that are remembered by name."""

from typing import Any

from mockserver.api.changes import put
from mockserver.late import load_module
from mockserver.sandbox.events import SANDBOX
from mockserver.sandbox.ids import IDS
from mockserver.sandbox.storage.memory import Document
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are

SNAPSHOTS = "snapshots"
FIRST = "default"  # the name of one that was given none
LIMIT = 8


def keep_state(sandbox: Sandbox, name: str) -> None:
    """Remember the state under a name, in place of an earlier one. Raises Refused."""
    kept = sandbox.rows(SNAPSHOTS)
    if name not in kept and len(kept) >= LIMIT:
        message = f"{LIMIT} snapshots are remembered already: {', '.join(kept)}"
        raise Refused("too_many_snapshots", message, "give one of these names", status=429)
    document = {"at": sandbox.now(), "tables": sandbox.database.copy_tables()}
    sandbox.change([put(SNAPSHOTS, name, document)])


def restore_state(sandbox: Sandbox, name: str) -> None:
    """Go back to a remembered state; ids that were given out since stay so. Raises Refused."""
    sandbox.replace(_find(sandbox, name)["tables"])
    sandbox.events.tell(SANDBOX, sandbox.id, "restored")


def find_keepsake(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """A remembered state as a document. Raises Refused."""
    return _write(sandbox, _find(sandbox, name))


def describe_state(sandbox: Sandbox) -> dict[str, Any]:
    """The one that was remembered without a name or, where there is none, the present state."""
    kept = sandbox.rows(SNAPSHOTS).get(FIRST)
    return _write(sandbox, kept or {"at": sandbox.now(), "tables": sandbox.database.copy_tables()})


def _write(sandbox: Sandbox, state: Document) -> dict[str, Any]:
    snapshot = load_module("mockserver.sandbox.snapshot")
    written: dict[str, Any] = snapshot.write_snapshot(
        sandbox.about, sandbox.rows(IDS), state["tables"], state["at"]
    )
    return written


def _find(sandbox: Sandbox, name: str) -> Document:
    kept = sandbox.rows(SNAPSHOTS)
    if name not in kept:
        message = f"no snapshot is called {shown(name)}"
        hint = there_are(kept, name) if kept else "POST …/snapshot remembers one"
        raise Refused("snapshot_not_found", message, hint, status=404)
    return kept[name]
