"""A fault before the work drops it, and what the checks noted; one after it keeps both."""

from typing import Any

import orjson
import pytest

from mockserver import create_app
from mockserver.faults.unit import find_faults
from mockserver.pipeline.keys import ANSWERS
from mockserver.web.flask_app import App
from tests.calls import JSON, KIRIM_RECEIPT, WAMID
from tests.conftest import STATE, StillClock
from tests.faults.receipts import lines
from tests.web.wsgi import Seen, ask, environ_of, make_environ

FAULTS: dict[str, dict[str, Any]] = {
    "empty": {},
    "error": {"error": "INTERNAL_ERROR"},
    "garbage": {},
    "gateway": {},
    "hang": {"for_ms": 1},
    "malformed_json": {},
    "rate_limit": {"limit": 1},
    "reset": {"after_bytes": 40},
    "status": {"status": 204},
    "truncate": {},
}
READ = [{"message": WAMID, "read_at": "2026-11-21T06:00:00Z"}]
KEY = {"Idempotency-Key": "order 77"}
each_fault = pytest.mark.parametrize("kind", FAULTS)


@pytest.fixture
def app(clock: StillClock) -> App:
    return create_app(clock=clock, seed=1)


def administrate(app: App, method: str, path: str, content: Any = None) -> Any:
    body = b"" if content is None else orjson.dumps(content)
    seen = ask(app, make_environ(method, f"{STATE}{path}", JSON, body))
    assert seen.status[0] == "2", seen.body
    return orjson.loads(seen.body)


def add(app: App, kind: str, when: str) -> None:
    """A rule that strikes every receipt; a limit lets one call pass, which does no work."""
    administrate(app, "POST", "/faults", {"fault": {"type": kind, **FAULTS[kind]}, "when": when})
    if kind == "rate_limit":
        ask(app, environ_of(KIRIM_RECEIPT) | {"REQUEST_METHOD": "GET"})


def clear(app: App) -> None:
    assert ask(app, make_environ("DELETE", f"{STATE}/faults")).status == "204 No Content"


def receipt(app: App, **headers: str) -> Seen:
    """Sent on a wire of our own, which can do everything."""
    return ask(app, environ_of(KIRIM_RECEIPT, **headers) | {ANSWERS: []})


def newest(app: App) -> Any:
    [entry] = administrate(app, "GET", "/requests?limit=1")["requests"]
    return entry


def is_read(app: App) -> bool:
    return administrate(app, "GET", f"/messages/{WAMID}")["read_at"] is not None


def struck(app: App, kind: str, when: str, **headers: str) -> Any:
    """Have a receipt struck: its entry."""
    add(app, kind, when)
    receipt(app, **headers)
    entry = newest(app)
    assert [each["fault"]["type"] for each in entry["injected"]] == [kind]
    return entry


def test_all_types_that_take_an_answer_are_tested() -> None:
    terminal = {name for name, each in find_faults().items() if each.terminal and each.may_follow}
    assert terminal - {"outage", "drip"} == set(FAULTS)


@each_fault
def test_fault_before_the_work_drops_it(app: App, kind: str) -> None:
    entry = struck(app, kind, "before")
    assert (entry["when"], entry["committed"], entry["changes"]) == ("before", False, [])
    assert not is_read(app)


@each_fault
def test_fault_after_the_work_keeps_it(app: App, kind: str) -> None:
    entry = struck(app, kind, "after")
    assert (entry["when"], entry["committed"], entry["changes"]) == ("after", True, READ)
    assert is_read(app)


@each_fault
@pytest.mark.parametrize("when", ["before", "after"])
def test_journal_tells_the_natural_answer(app: App, kind: str, when: str) -> None:
    natural = struck(app, kind, when)["natural"]
    assert natural["status"] == 200
    assert orjson.loads(natural["body"])["data"]["message_id"] == WAMID


@each_fault
@pytest.mark.parametrize(("when", "left"), [("before", "59"), ("after", "58")])
def test_bucket_is_spent_where_the_work_is_done(app: App, kind: str, when: str, left: str) -> None:
    struck(app, kind, when)
    clear(app)
    assert receipt(app).header("X-RateLimit-Remaining") == left


@each_fault
@pytest.mark.parametrize(("when", "replayed"), [("before", "false"), ("after", "true")])
def test_answer_is_kept_for_its_key_where_the_work_is_done(
    app: App, kind: str, when: str, replayed: str
) -> None:
    entry = struck(app, kind, when, **KEY)
    clear(app)
    again = receipt(app, **KEY)
    assert again.header("Idempotent-Replayed") == replayed
    repeated = again.body.decode() == entry["natural"]["body"]
    assert repeated is (replayed == "true")


@each_fault
@pytest.mark.parametrize("when", ["before", "after"])
def test_ordinals_and_counters_are_kept_either_way(app: App, kind: str, when: str) -> None:
    struck(app, kind, when)
    receipt(app)
    told = lines(app.test_client())
    assert [each["ordinal"] for each in told] == [1, 2]
    assert administrate(app, "GET", "/faults")["faults"][0]["hits"] == 2


@each_fault
@pytest.mark.parametrize(("when", "left"), [("before", "59"), ("after", "58")])
def test_call_that_fails_by_itself_is_kept_in_the_books(
    app: App, kind: str, when: str, left: str
) -> None:
    add(app, kind, when)
    ask(app, make_environ("POST", KIRIM_RECEIPT.path, KIRIM_RECEIPT.headers) | {ANSWERS: []})
    entry = newest(app)
    assert (entry["committed"], entry["changes"], entry["natural"]["status"]) == (False, [], 400)
    clear(app)
    assert receipt(app).header("X-RateLimit-Remaining") == left


@pytest.mark.parametrize("fault", ["latency=1", "drip=1000000"])
def test_fault_that_only_delays_keeps_the_work(app: App, fault: str) -> None:
    receipt(app, **{"X-Mock-Fault": fault})
    entry = newest(app)
    assert (entry["when"], entry["committed"], entry["changes"]) == (None, True, READ)


def test_outage_drops_the_work(app: App) -> None:
    receipt(app, **{"X-Mock-Fault": "outage"})
    entry = newest(app)
    assert (entry["when"], entry["committed"], is_read(app)) == ("before", False, False)
