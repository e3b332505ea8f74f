"""Snapshots that come back as documents: every field is judged, and nothing wrong is a 500."""

import copy
import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.conftest import StillClock, new_client
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    Document,
    account_of,
    assert_refused,
    listed,
    make,
    mark,
    receipt,
    show,
    write,
)

LATENCY = {"fault": {"type": "latency", "ms": 1}, "match": {"account": "main"}, "seed": 7}
LIMIT = {
    "fault": {"type": "rate_limit", "limit": 100, "per": 60},
    "schedule": {"until": "P1D"},
}
WRONG: tuple[Any, ...] = (None, -1, 2**53 + 5, "x", [], {"a": 1})
GONE = object()
Path = tuple[str | int, ...]


@pytest.fixture(scope="module")
def place() -> Any:
    """An application without the sandbox that the snapshot is of."""
    return new_client(StillClock())


@pytest.fixture(scope="module")
def whole(place: Any) -> Document:
    """A snapshot with a row or two in every table."""
    document = make(place, id="mine", fixtures="default", faults=[LATENCY, LIMIT])
    place.put(f"{ALL}/mine/clock", json={"skew": "PT1S"})
    for provider in PROVIDERS:
        mark(place, document, provider, write(place, "mine", provider))
    sent = receipt("kirim", account_of(document, "kirim"), write(place, "mine", "kirim"))
    sent.with_headers(Idempotency_Key="k").by(place)
    snapshot: Document = show(place, "mine", "/snapshot")
    place.delete(f"{ALL}/mine")
    for name, rows in snapshot["tables"].items():
        if name.startswith(("messages", "records")):
            del rows[2:]
    return snapshot


@pytest.fixture
def snapshot(whole: Document) -> Document:
    return copy.deepcopy(whole)


def send(place: Any, snapshot: Any) -> Any:
    return place.post(ALL, json={"id": "x", "snapshot": snapshot})


def use(place: Any, document: Document) -> None:
    """Look at a sandbox and call it: nothing that was let in may be a fault of the server."""
    base = f"{ALL}/{document['id']}"
    answers = [place.get(f"{base}{what}") for what in ("", "/messages", "/faults", "/snapshot")]
    for provider in PROVIDERS:
        for account in document["providers"][provider]["accounts"][:2]:
            sent = receipt(provider, account, "x")
            answers += [each.by(place) for each in (sent, sent.with_headers(Idempotency_Key="k"))]
    for account in document["providers"]["d7"]["accounts"]:
        path = f"{base}/accounts/d7/{account['label']}"
        answers.append(place.patch(path, json={"condition": "good"}))
    answers.append(place.post(f"{base}/faults", json=LATENCY))
    answers += [place.post(f"{base}/{way}") for way in ("snapshot", "restore", "reset")]
    assert [each.text for each in answers if each.status_code == 500] == []


def paths_of(value: Any, path: Path = ()) -> Iterator[Path]:
    """The ways to everything within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from paths_of(each, (*path, key))


def spoil(snapshot: Document, path: Path, wrong: Any) -> Document:
    spoilt = copy.deepcopy(snapshot)
    inner: Any = spoilt
    for step in path[:-1]:
        inner = inner[step]
    if wrong is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = wrong
    return spoilt


def try_all(place: Any, snapshot: Document, keep: Callable[[Path], bool]) -> set[int]:
    statuses = set()
    for path in filter(keep, paths_of(snapshot)):
        for wrong in (*WRONG, GONE):
            answer = send(place, spoil(snapshot, path, wrong))
            statuses.add(answer.status_code)
            if answer.status_code == 201:
                use(place, answer.json)
                place.delete(f"{ALL}/x")
            else:
                assert_refused(answer, 400, answer.json["error"]["code"], "snapshot")
                assert len(answer.text) < 2_000
            assert list(listed(place)) == ["default"]
    return statuses


TABLES = (
    "accounts", "clock", "counters", "jobs", "rules", "ordinals", "notes",
    *(f"messages/{provider}" for provider in PROVIDERS), "records/d7/reports",
)  # fmt: skip


def test_every_table_is_there_and_the_whole_is_taken(place: Any, snapshot: Document) -> None:
    assert set(snapshot["tables"]) == set(TABLES)
    answer = send(place, snapshot)
    assert answer.status_code == 201
    use(place, answer.json)
    place.delete(f"{ALL}/x")


@pytest.mark.sample(2)
@pytest.mark.parametrize("table", TABLES)
def test_any_field_of_a_table_may_be_wrong(place: Any, snapshot: Document, table: str) -> None:
    for name, rows in snapshot["tables"].items():
        if name.startswith(("messages", "records")):
            del rows[1:]
        if name == "accounts":
            rows[:] = rows[::4]
    assert try_all(place, snapshot, lambda path: path[:2] == ("tables", table)) <= {201, 400}


def test_any_field_beside_the_tables_may_be_wrong(place: Any, snapshot: Document) -> None:
    for name, rows in snapshot["tables"].items():
        if name.startswith(("messages", "records")):
            rows.clear()
    assert try_all(place, snapshot, lambda path: path[0] != "tables") <= {201, 400}


@pytest.mark.parametrize(
    ("path", "wrong", "told"),
    [
        (("mockserver_snapshot",), 2, "snapshot.mockserver_snapshot"),
        (("code",), "123", "snapshot.code"),
        (("seed",), 1.5, "came 1.5"),
        (("any_credentials",), "yes", "snapshot.any_credentials"),
        (("switches", "d7"), 7, "snapshot.switches.d7: expected switches by name, came 7"),
        (("switches", "d7"), {"x": 1}, "there are read_receipt_body"),
        (("ids", "rule"), 0, "snapshot.ids.rule: expected at least 2"),
        (("ids", "rule"), "2", "snapshot.ids.rule"),
        (("tables", "accounts"), GONE, "snapshot.tables.accounts: missing"),
        (("tables", "x"), [], "snapshot.tables.x: there is no such table"),
        (("tables", "rules"), {}, "snapshot.tables.rules: expected a list of rows, came {}"),
        (("tables", "rules", 0), ["a"], "snapshot.tables.rules[0]: expected an id and a document"),
        (("tables", "rules", 0, 1, "number"), 2, "two rules have one number"),
        (("tables", "rules", 0, 1, "fault"), {"type": "x"}, "no such fault type: 'x'"),
        (("tables", "rules", 1, 0), "a", "snapshot.tables.rules"),
        (("tables", "accounts", 0, 0), "d7/x", "[0][1].label: expected 'x', as in the id 'd7/x'"),
        (("tables", "accounts", 1, 0), "d7/main", "'d7/main' is there already"),
        (("tables", "accounts", 0, 1, "provider"), "d8", "[0][1].provider: expected 'd7'"),
        (
            ("tables", "accounts", 0, 1, "condition"),
            "bored",
            "accounts[0][1].condition: expected one of",
        ),
        (("tables", "accounts", 0, 1, "numbers"), [], "[0][1].numbers: expected at least one"),
        (("tables", "accounts", 0, 1, "credentials", "label"), "x", "unknown key"),
        (("tables", "messages/d7", 0, 1, "content"), "{", "expected JSON as text"),
        (("tables", "messages/d7", 0, 1, "content"), "[" * 9_999, "content: "),
        (("tables", "messages/d7", 0, 1, "content"), "{}", "missing"),
        (("tables", "messages/d7", 0, 1, "received_at"), 2**52, "received_at"),
        (("tables", "messages/d7", 0, 1, "id"), "x", "expected it again, came 'x'"),
        (("tables", "messages/d7", 0, 1, "provider"), "kirim", "came 'kirim'"),
        (("tables", "records/d7/reports", 0, 1, "body"), 7, "snapshot.tables.records/d7/reports"),
        (("tables", "notes", 0, 1, "value"), 7, "leave them out"),
        (("seal",), "x", "snapshot.tables.notes: expected those that the server wrote"),
        (("seal",), GONE, "snapshot.tables.notes"),
    ],
)
def test_refusal_tells_the_path_and_what_came(
    place: Any, snapshot: Document, path: Path, wrong: Any, told: str
) -> None:
    if path[:2] == ("tables", "x"):
        snapshot["tables"]["x"] = []
    elif path == ("tables", "rules", 1, 0):
        wrong = snapshot["tables"]["rules"][0][0]
    elif path[-1] == "label":
        snapshot["tables"]["accounts"][0][1]["credentials"]["label"] = "x"
    answer = send(place, spoil(snapshot, path, wrong))
    code = "bad_sandbox" if path[0] == "switches" else "bad_snapshot"
    assert_refused(answer, 400, code, told)
    assert list(listed(place)) == ["default"]


def test_notes_may_be_left_out(place: Any, snapshot: Document) -> None:
    del snapshot["tables"]["notes"]
    assert send(place, snapshot).status_code == 201
    place.delete(f"{ALL}/x")


def test_order_of_keys_and_the_way_numbers_are_written_make_no_difference(
    place: Any, snapshot: Document
) -> None:
    """Other languages write objects in another order, and 60.0 as 60."""
    text = json.dumps(snapshot, sort_keys=True).replace(".0,", ",").replace(".0]", "]")
    answer = send(place, json.loads(text))
    assert answer.status_code == 201, answer.text
    for provider in PROVIDERS:
        mark(place, answer.json, provider, write(place, "x", provider))
    place.delete(f"{ALL}/x")


@pytest.mark.parametrize("other", ["fixtures", "scenario", "faults"])
def test_snapshot_goes_with_nothing_that_it_holds_itself(
    place: Any, snapshot: Document, other: str
) -> None:
    wish = {"snapshot": snapshot, other: [] if other == "faults" else "default"}
    assert_refused(place.post(ALL, json=wish), 400, "bad_sandbox", "snapshot: does not go with")


@pytest.mark.parametrize("wrong", [None, [], "x", 7, {}, {"snapshot": {}}, {"tables": {}}])
def test_what_is_no_snapshot_is_refused(place: Any, wrong: Any) -> None:
    answer = send(place, wrong)
    assert_refused(answer, 400, answer.json["error"]["code"], "snapshot")


def test_deep_snapshot_is_refused(place: Any, snapshot: Document) -> None:
    deep: Any = []
    for _ in range(100):
        deep = [deep]
    snapshot["tables"]["notes"][0][1]["value"] = deep
    assert_refused(send(place, snapshot), 400, "bad_snapshot", "at most 32 levels")


@pytest.mark.slow
def test_snapshot_of_a_large_sandbox_can_be_sent_back(start_server: Any) -> None:
    """Larger than any call to a provider may be: 1.2 MB of messages, over the wire."""
    url = f"{start_server().url}{ALL}"
    names = [f"m{number}" for number in range(4_000)]
    conversation = {
        "account": "main",
        "business_number": "+971509752655",
        "customer": "+919847012345",
        "messages": [
            {
                "id": name,
                "direction": "inbound",
                "age": "PT1H",
                "type": "text",
                "text": {"body": "x"},
            }
            for name in names
        ],
    }
    account = {"label": "main", "numbers": [{"number": "+971509752655"}]}
    fixtures = {"d7": {"accounts": [account], "conversations": [conversation]}}
    made = requests.post(url, json={"id": "large", "fixtures": fixtures}, timeout=30)
    assert made.status_code == 201, made.text
    snapshot = requests.get(f"{url}/large/snapshot", timeout=30).content
    assert len(snapshot) > 1_048_576
    body = b'{"id": "copy", "snapshot": %b}' % snapshot
    copied = requests.post(url, data=body, timeout=30)
    assert copied.status_code == 201, copied.text
    found = requests.get(f"{url}/copy/messages?provider=d7", timeout=30).json()["messages"]
    assert len(found) == len(names)


def test_sandbox_too_large_to_be_made_is_refused(start_server: Any) -> None:
    """As soon as it is announced."""
    connection = http.client.HTTPConnection(start_server().url.removeprefix("http://"), timeout=5)
    connection.putrequest("POST", ALL)
    connection.putheader("Content-Length", str(64 * 1_048_576 + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, b"64 MiB where a sandbox is made" in answer.read()) == (413, True)
    connection.close()
