"""What a server tells of an answer on the wire, as the journal has it: told here by hand."""

from typing import Any

import pytest

from mockserver import create_app
from mockserver.config import Settings
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.keys import ANSWERS
from mockserver.pipeline.transfer import Line, Transfer
from mockserver.web.flask_app import App
from tests.calls import KIRIM_RECEIPT
from tests.conftest import STATE, StillClock
from tests.web.wsgi import ask, environ_of, make_environ

TOLD = ("duration_ms", "sent_bytes", "first_byte_at", "last_byte_at", "closed_by")
NOTHING = dict.fromkeys(TOLD)
AT = "2026-11-21T06:00:00Z"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def app(clock: StillClock) -> App:
    return make_app(clock)


def make_app(clock: StillClock, **settings: Any) -> App:
    return create_app(Settings(**settings), clock=clock, seed=1)


def take(app: App, path: str = "", **headers: str) -> Answer:
    """The answer to a call, as our own server takes it before anything goes out."""
    answers: list[Answer] = []
    if path:
        ask(app, make_environ("GET", path) | {ANSWERS: answers})
    else:
        ask(app, environ_of(KIRIM_RECEIPT, **headers) | {ANSWERS: answers})
    [answer] = answers
    return answer


def begin(app: App, path: str = "", **headers: str) -> Transfer:
    transfer = take(app, path, **headers).transfer
    assert transfer is not None
    return transfer


def entries(app: App) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.test_client().get(f"{STATE}/requests").json["requests"]
    return found


def told(app: App) -> list[dict[str, Any]]:
    return [{name: entry[name] for name in TOLD} for entry in entries(app)]


def sizes(app: App) -> list[int | None]:
    return [entry["sent_bytes"] for entry in entries(app)]


def events(app: App) -> list[tuple[str, str]]:
    """Those of calls and answers: the kind, and the entry's id."""
    _, found = app.sandboxes.default.events.read_after(0, 100)
    return [(kind, subject) for kind, subject, *_ in found if kind.startswith("request")]


def test_nothing_is_told_until_the_answer_is_out(app: App, clock: StillClock) -> None:
    transfer = begin(app)
    assert told(app) == [NOTHING]
    clock.advance(20)
    transfer.begin()
    assert told(app) == [NOTHING]
    clock.advance(30)
    transfer.finish(421, Line())
    [entry] = told(app)
    assert entry.pop("duration_ms") > 0
    assert list(entry.values()) == [
        421,
        "2026-11-21T06:00:00.020Z",
        "2026-11-21T06:00:00.050Z",
        None,
    ]


def test_answer_in_one_piece_has_one_instant(app: App) -> None:
    begin(app).finish(421, Line())
    [entry] = told(app)
    assert (entry["first_byte_at"], entry["last_byte_at"]) == (AT, AT)


@pytest.mark.parametrize("path", ["/nowhere", "/~00000000/kirim/x", "/kirim/v1/nowhere"])
def test_calls_to_no_operation_are_told_of_as_well(app: App, path: str) -> None:
    begin(app, path).finish(99, Line())
    assert sizes(app) == [99]
    assert entries(app)[0]["duration_ms"] > 0


def test_one_connection_is_closed_for_all_its_answers(app: App) -> None:
    line, other = Line(), Line(closed_by="fault")
    for each in (line, line, other):
        begin(app).finish(421, each)
    assert [entry["closed_by"] for entry in told(app)] == [None, None, "fault"]
    line.closed_by = "client"
    assert [entry["closed_by"] for entry in told(app)] == ["client", "client", "fault"]


def test_nothing_that_went_out_has_no_instants(app: App) -> None:
    transfer = begin(app)
    transfer.begin()  # but the client had left
    transfer.finish(0, Line(closed_by="client"))
    [entry] = told(app)
    assert entry.pop("duration_ms") > 0
    assert list(entry.values()) == [0, None, None, "client"]


def test_other_servers_tell_only_when_they_took_the_answer(app: App) -> None:
    ask(app, environ_of(KIRIM_RECEIPT))
    [entry] = told(app)
    assert entry["duration_ms"] > 0
    assert entry | {"duration_ms": None} == NOTHING


def test_answers_may_end_in_any_order(app: App) -> None:
    transfers = [begin(app) for _ in range(5)]
    for place in (3, 1, 4, 0):
        transfers[place].finish(place, Line())
    assert sizes(app) == [0, 1, None, 3, 4]


@pytest.mark.parametrize("length", [0, 1, 3])
def test_entries_that_have_left_the_journal_are_told_of_in_vain(
    clock: StillClock, length: int
) -> None:
    app = make_app(clock, journal=length)
    transfers = [begin(app) for _ in range(5)]
    for place in (0, 4, 3, 1, 2):
        transfers[place].finish(place, Line())
    assert sizes(app) == [0, 1, 2, 3, 4][5 - length :]
    assert [kind for kind, _ in events(app)] == ["request"] * 5 + ["request_sent"] * 5


def test_full_journal_tells_of_the_right_calls(clock: StillClock) -> None:
    """Over several times as many calls as are let go of at once."""
    app = make_app(clock, journal=7)
    late: list[Transfer] = []
    for place in range(1_500):
        transfer = begin(app, "/nowhere")
        late.append(transfer)
        if place % 3:
            transfer.finish(place, None)
    assert sizes(app) == [None if each % 3 == 0 else each for each in range(1_493, 1_500)]
    for place in range(0, 1_500, 3):
        late[place].finish(place, None)
    assert sizes(app) == [*range(1_493, 1_500)]


def test_journal_that_is_emptied_meanwhile_is_not_told(app: App) -> None:
    before = [begin(app) for _ in range(3)]
    column = app.sandboxes.default.journal.transfers
    before.pop().finish(99, Line())
    assert len(column) == 3
    app.test_client().post(f"{STATE}/reset")
    after = begin(app)
    for place, transfer in enumerate(before):
        transfer.finish(place, Line())
    assert told(app) == [NOTHING]
    after.finish(421, Line())
    assert sizes(app) == [421]
    assert len(column) == 0  # which a call that hangs for hours may hold on to


def test_restored_sandbox_is_still_told(app: App) -> None:
    client = app.test_client()
    client.post(f"{STATE}/snapshot")
    transfer = begin(app)
    client.post(f"{STATE}/restore")
    transfer.finish(421, Line())
    assert sizes(app) == [421]


def test_deleted_sandbox_is_not_missed(app: App) -> None:
    client = app.test_client()
    code = client.post("/_mock/sandboxes", json={"id": "short"}).json["code"]
    transfer = begin(app, f"/~{code}/kirim/v1/nowhere")
    client.delete("/_mock/sandboxes/short")
    transfer.finish(421, Line())
    assert entries(app) == []


def test_whoever_listens_hears_of_both(app: App) -> None:
    transfer = begin(app)
    [entry] = entries(app)
    assert events(app) == [("request", entry["id"])]
    transfer.finish(421, Line())
    assert events(app)[1:] == [("request_sent", entry["id"])]


def test_answers_of_the_administration_are_nobodys(app: App) -> None:
    assert take(app, f"{STATE}/requests").transfer is None


@pytest.mark.parametrize("way", ["requests/last", "requests?since=", "requests?limit=1"])
def test_entry_is_the_same_wherever_it_is_shown(app: App, way: str) -> None:
    begin(app).finish(421, Line())
    found: Any = app.test_client().get(f"{STATE}/{way}").json
    assert found.get("requests", [found]) == entries(app)
    assert entries(app)[0]["sent_bytes"] == 421


def test_sandbox_whose_entries_go_for_another_ones_still_tells(clock: StillClock) -> None:
    crowded = make_app(clock, journal_memory=1)
    client = crowded.test_client()
    code = client.post("/_mock/sandboxes", json={"id": "large"}).json["code"]
    small = begin(crowded)
    large = [begin(crowded, f"/~{code}/nowhere?{'x' * 900}") for _ in range(1_000)]
    for place, transfer in enumerate(large):
        transfer.finish(place, Line())
    small.finish(421, Line())
    assert sizes(crowded) == [421]
    other = client.post("/_mock/sandboxes", json={"id": "other"}).json["code"]
    for _ in range(600):  # which take the room of those before
        begin(crowded, f"/~{other}/nowhere?{'x' * 900}")
    kept = client.get("/_mock/sandboxes/large/requests?limit=10000").json["requests"]
    assert len(kept) < 700
    large_one = crowded.sandboxes.find_by_code(code)
    assert large_one is not None
    assert len(large_one.journal.transfers) < len(kept) + 50
    assert [each["sent_bytes"] for each in kept] == [*range(1_000 - len(kept), 1_000)]
