"""Verdicts as expectations: how the client behaved, beside what it called."""

from typing import Any

import pytest
import requests

from tests.conftest import STATE, Server, StillClock
from tests.verdicts.behaviour import NAMES, fail, judge, send, send_at
from tests.verify.expecting import refuse, verify
from tests.verify.test_waiting import LONG, Asked, make_call


@pytest.mark.parametrize("name", sorted(NAMES))
def test_verdict_that_is_ok(client: Any, name: str) -> None:
    send(client)
    told = verify(client, {"verdict": name})
    assert told == {"ok": True, "matched": [], "verdict": name, "requests": []}


def test_verdict_that_is_not(client: Any, clock: StillClock) -> None:
    fail(client, times=3)
    ids = send_at(client, clock, 100, 110, 90)
    told = verify(client, {"verdict": "back_off", "name": "waits longer"})
    assert not told["ok"]
    assert told["name"] == "waits longer"
    assert told["requests"] == ids
    assert told["message"] == f"back_off: {judge(client)['back_off']['text']}: {', '.join(ids)}"


def test_what_cannot_be_told_does_not_hold(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "latency", "ms": 300})
    ids = send_at(client, clock, 400)
    told = verify(client, {"verdict": "duplicate"})
    assert (told["ok"], told["requests"], told["undecidable"]) == (False, [], ids)
    assert "cannot be told" in told["message"]


def test_thresholds(client: Any, clock: StillClock) -> None:
    fail(client, times=4)
    send_at(client, clock, 1_000, 2_500, 2_000)
    for threshold, name in (({"attempts": 3}, "attempts"), ({"back_off": 10}, "back_off")):
        assert verify(client, {"verdict": name})["ok"]
        assert not verify(client, {"verdict": name, **threshold})["ok"]
    assert verify(client, {"verdict": "attempts", "attempts": 3, "window": 2})["ok"]


def test_since(client: Any) -> None:
    ids = [send(client) for _ in range(3)]
    assert not verify(client, {"verdict": "duplicate", "since": ids[0]})["ok"]
    assert verify(client, {"verdict": "duplicate", "since": ids[1]})["ok"]
    assert refuse(client, {"verdict": "duplicate", "since": "req_nowhere"})["code"]


def test_beside_other_expectations(client: Any, clock: StillClock) -> None:
    send_at(client, clock, 1_000)
    wanted = [
        {"match": {"provider": "kirim"}, "count": {"exactly": 2}},
        {"verdict": "attempts"},
        {"verdict": "duplicate"},
    ]
    told = verify(client, {"expectations": wanted, "order": True})
    assert [each["ok"] for each in told["results"]] == [True, True, False]


@pytest.mark.parametrize(
    ("wrong", "tells"),
    [
        ({"verdict": "backs_off"}, "expected one of attempts, back_off"),
        ({"verdict": 3}, "verdict"),
        ({"verdict": "attempts", "attempts": 0}, "attempts: expected a whole number from 1"),
        ({"verdict": "attempts", "match": {}}, "match: unknown key"),
        ({"verdict": "attempts", "count": {}}, "count: unknown key"),
        ({"verdict": "attempts", "never": True}, "never: unknown key"),
        ({"verdict": "attempts", "within": "soon"}, "within"),
    ],
)
def test_wrong_ones_are_refused(client: Any, wrong: dict[str, Any], tells: str) -> None:
    assert tells in refuse(client, wrong)["message"]
    assert "expectations[0]" in refuse(client, {"expectations": [wrong]})["message"]
    assert client.get(f"{STATE}/verdicts").status_code == 200


# Waiting


def test_what_is_broken_while_somebody_waits_fails_at_once(server: Server) -> None:
    make_call(server)
    asked = Asked(server.state, {"verdict": "duplicate", "within": LONG})
    repeat = make_call(server)
    status, told = asked.result()
    assert status == 409
    assert told["requests"][-1] == repeat


def test_what_is_not_broken_holds_when_the_time_is_over(server: Server) -> None:
    asked = Asked(server.state, {"verdict": "duplicate", "within": "PT0.2S"})
    make_call(server)
    assert asked.result()[0] == 200


def test_reset_begins_anew(server: Server) -> None:
    make_call(server)
    asked = Asked(server.state, {"verdict": "duplicate", "within": "PT0.5S"})
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    make_call(server)
    assert asked.result()[0] == 200
