"""GET …/verdicts as a whole: always all seven, by thresholds that can be set, from the journal."""

import json
from functools import partial
from typing import Any

import pytest
import requests

from tests.calls import KIRIM, KIRIM_RECEIPT, RECEIPT, WAMID
from tests.commands import run
from tests.conftest import STATE, Server, StillClock
from tests.faults.receipts import PATH
from tests.sandbox.worlds import assert_refused
from tests.verdicts.behaviour import fail, judge, newest_id, not_ok, send, send_at, undecided
from tests.work import count_work

LONG = "x" * 30_000


def test_nothing_is_held_against_a_client_that_did_not_call(client: Any) -> None:
    assert not_ok(client) == set()
    assert undecided(client) == set()
    answer = client.get(f"{STATE}/verdicts").json
    assert answer["dropped"] == 0
    for each in answer["verdicts"]:
        assert list(each) == ["name", "ok", "text", "requests", "undecidable"]
        assert each["text"]


def test_a_client_that_does_all_right(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": 1})
    fail(client, {"type": "reset"}, times=2, when="after")
    send_at(client, clock, 1_000, 2_000, 4_000, Idempotency_Key="one")
    send(client, "wamid.unknown", Idempotency_Key="two")
    assert not_ok(client) == set()


def test_a_client_that_does_most_of_it_wrong(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": 1})
    fail(client, times=11)
    for place in range(20):
        send(client, Idempotency_Key=str(place), X_Key="d7-mock-token-main")
        clock.advance(100)
    for _ in range(2):
        send(client, "wamid.unknown")
    assert not_ok(client) == {
        "retry_after",
        "back_off",
        "hopeless_retry",
        "duplicate",
        "attempts",
        "idempotency_key",
        "foreign_secret",
    }


def test_entries_that_left_the_journal_are_told(make_client: Any, clock: StillClock) -> None:
    client = make_client(journal=3)
    fail(client, times=99)
    send_at(client, clock, *[100] * 11)
    answer = client.get(f"{STATE}/verdicts").json
    assert answer["dropped"] == 9
    assert judge(client)["attempts"]["ok"]
    assert len(judge(client)["back_off"]["requests"]) == 3


def test_intervals_are_the_machines_whatever_the_sandboxes_clock_does(
    client: Any, clock: StillClock
) -> None:
    """It stands still, then moves on by itself: neither is anything that the client did."""
    assert client.put(f"{STATE}/clock", json={"now": "2030-01-01T00:00:00Z"}).status_code == 200
    fail(client, {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": 1})
    fail(client, times=2)
    send_at(client, clock, 1_000, 2_000, 4_000)
    assert not_ok(client) == set()
    fail(client, times=4)
    for _ in range(4):
        send(client, "wamid.other")
        clock.advance(100)
        client.put(f"{STATE}/clock", json={"advance": "PT60S"})
    assert not_ok(client) == {"back_off"}


def test_reset_forgets(client: Any, clock: StillClock) -> None:
    send_at(client, clock, 1_000)
    assert not_ok(client)
    client.post(f"{STATE}/reset")
    assert not_ok(client) == set()


@pytest.mark.parametrize("name", ["attempts", "window", "back_off"])
@pytest.mark.parametrize("value", ["", "-1", "1.5", "a", "100000", "9" * 40])
def test_wrong_threshold_is_refused(client: Any, name: str, value: str) -> None:
    assert_refused(client.get(f"{STATE}/verdicts?{name}={value}"), 400, "bad_filter", name)


def test_unknown_threshold_is_refused(client: Any) -> None:
    answer = client.get(f"{STATE}/verdicts?tries=3")
    assert_refused(answer, 400, "unknown_filter", "tries", "attempts, window, back_off")


@pytest.mark.parametrize("option", ["--verdict-attempts", "--verdict-window", "--verdict-back-off"])
def test_wrong_setting_stops_the_start(option: str) -> None:
    ended = run("serve", option, "100001")
    assert ended.returncode == 2
    assert f"{option}: expected a whole number from" in ended.stderr


# What was cut


def send_long(client: Any, end: str) -> str:
    """A body of which the end is not kept."""
    body = json.dumps({**RECEIPT, "message_id": WAMID, "note": LONG + end})
    client.post(PATH, headers=KIRIM, data=body)
    return newest_id(client)


def test_cut_bodies_cannot_be_told_apart(client: Any, clock: StillClock) -> None:
    """They are different calls, or equal ones: nobody is accused."""
    fail(client, {"type": "status", "status": 404}, times=2)
    fail(client, times=20)
    ids = []
    for place in range(13):
        ids.append(send_long(client, f"{place:02d}"))
        clock.advance(100)
    assert not_ok(client) == set()
    assert undecided(client) == {"hopeless_retry", "attempts", "back_off", "foreign_secret"}
    found = judge(client)["attempts"]
    assert found["undecidable"] == ids
    assert "cannot be told" in found["text"]


def test_cut_bodies_that_succeed_are_no_duplicates(client: Any) -> None:
    ids = [send_long(client, end) for end in "ab"]
    assert not_ok(client) == set()
    assert judge(client)["duplicate"]["undecidable"] == ids


def test_cut_bodies_that_differ_before_are_different(client: Any) -> None:
    fail(client, times=20)
    for place in range(12):
        body = {"message_id": f"wamid.{place}", "note": LONG}
        client.post(PATH, headers=KIRIM, json=body)
    assert undecided(client) == {"foreign_secret"}


@pytest.mark.parametrize("where", ["path", "headers"])
def test_cut_heads_cannot_be_told_apart(client: Any, clock: StillClock, where: str) -> None:
    fail(client, {"type": "status", "status": 404})
    for place in range(2):
        long = LONG + "x" * place
        query = f"?{long}" if where == "path" else ""
        more = {"X-Long": long} if where == "headers" else {}
        client.post(f"{PATH}{query}", headers=KIRIM | more, json={**RECEIPT, "message_id": WAMID})
    assert not_ok(client) == set()
    assert "hopeless_retry" in undecided(client)


def test_same_key_of_cut_bodies_is_undecided(client: Any) -> None:
    headers = {**KIRIM, "Idempotency-Key": "one"}
    for start in ("a", "b"):
        client.post(PATH, headers=headers, json={"note": start + LONG})
    found = judge(client)["idempotency_key"]
    assert found["ok"]
    assert len(found["undecidable"]) == 2


# Bounds


def test_work_grows_with_the_calls_alone(make_client: Any, clock: StillClock) -> None:
    """However many are equal."""
    works = []
    for number in (100, 400):
        client = make_client()
        for _ in range(number):
            send(client)
        works.append(count_work(partial(client.get, f"{STATE}/verdicts")))
    assert works[1] < 4.2 * works[0]


def test_answer_names_so_many_entries_at_most(client: Any, clock: StillClock) -> None:
    for _ in range(1_010):
        client.post(PATH, headers=KIRIM, json={**RECEIPT, "message_id": WAMID})
    assert len(judge(client)["duplicate"]["requests"]) == 1_000


def test_text_tells_some_cases_and_counts_the_rest(client: Any) -> None:
    for place in range(8):
        for _ in range(2):
            send(client, f"wamid.{place}")
    text = judge(client)["hopeless_retry"]["text"]
    assert text.count("404") == 3
    assert text.endswith("; and 5 more")


# The command


def test_command_prints_a_table_and_exits_with_1(server: Server) -> None:
    assert run("verdicts", "--url", server.url).returncode == 0
    for _ in range(2):
        KIRIM_RECEIPT.send(server.url)
    ended = run("verdicts", "--url", server.url)
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert len(lines) == 8
    [line] = [each for each in lines if "not ok" in each]
    assert line.startswith("duplicate        not ok  mark_as_read of kirim was done")
    ids = [
        each["id"]
        for each in requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    ]
    assert lines[lines.index(line) + 1].split() == ids


def test_command_prints_json_by_thresholds(server: Server) -> None:
    for _ in range(2):
        KIRIM_RECEIPT.send(server.url, **{"X-Mock-Fault": "error=INTERNAL_ERROR"})
    ended = run("verdicts", "--json", "--attempts", "1", "--url", server.url)
    assert ended.returncode == 1
    found = {each["name"]: each["ok"] for each in json.loads(ended.stdout)["verdicts"]}
    assert not found["attempts"]
    assert run("verdicts", "--back-off", "5", "--window", "9", "--url", server.url).returncode == 0
    wrong = run("verdicts", "--attempts", "0", "--url", server.url)
    assert wrong.returncode == 1
    assert "attempts: expected 1 to 1000" in wrong.stderr
