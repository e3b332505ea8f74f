"""One step makes work and bookkeeping true, or neither."""

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver import create_app
from mockserver.api.changes import Change, put
from mockserver.sandbox.notes import LIMIT
from mockserver.sandbox.storage.memory import Memory
from mockserver.web.flask_app import App
from tests.calls import CALLS, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import STATE, StillClock
from tests.faults.receipts import lines
from tests.web.wsgi import ask, environ_of, make_environ


@pytest.fixture
def app(clock: StillClock) -> App:
    return create_app(clock=clock, seed=1)


class FullDisk(Memory):
    """Takes nothing any more."""

    def keep(self, sandbox: str, changes: list[Change], make: Any) -> None:
        raise OSError("no space left on the device")


def add_limit(app: App) -> None:
    rule = b'{"fault": {"type": "rate_limit", "limit": 9}}'
    assert ask(app, make_environ("POST", f"{STATE}/faults", body=rule)).status == "201 Created"


def documents_of(app: App) -> Mapping[str, Any]:
    return app.sandboxes.default.database.copy_tables()


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_nothing_is_done_where_it_cannot_be_kept(app: App, call: ValidCall) -> None:
    add_limit(app)
    before = documents_of(app)
    app.sandboxes.default.database.attach(FullDisk())
    assert ask(app, environ_of(call)).status[:3] == "500"
    assert documents_of(app) == before


def test_fault_that_could_not_be_counted_is_not_told(app: App) -> None:
    rule = b'{"fault": {"type": "error", "error": "INTERNAL_ERROR"}}'
    ask(app, make_environ("POST", f"{STATE}/faults", body=rule))
    app.sandboxes.default.database.attach(FullDisk())
    assert b"mock_bug" in ask(app, environ_of(KIRIM_RECEIPT)).body
    assert lines(app.test_client()) == []


def test_notes_of_rules_and_of_a_call_keep_to_one_bound(app: App) -> None:
    full = [put("notes", f"note/{n}", {"until": 10**15, "value": n}) for n in range(LIMIT)]
    app.sandboxes.default.change(full)
    add_limit(app)
    add_limit(app)
    seen = ask(app, environ_of(KIRIM_RECEIPT, **{"Idempotency-Key": "order 77"}))
    assert seen.status == "200 OK"
    assert len(app.sandboxes.default.rows("notes")) == LIMIT
    assert not {f"note/{n}" for n in range(4)} & set(app.sandboxes.default.rows("notes"))
