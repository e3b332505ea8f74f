"""A sandbox's clock: set, moved on, made faster, put back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.clocks import move, tell
from tests.conftest import STATE, StillClock
from tests.sandbox.worlds import ALL, assert_refused, make, messages, show, write

CLOCK = f"{STATE}/clock"
MACHINES = {
    "now": "2026-11-21T06:00:00Z",
    "running": True,
    "rate": 1.0,
    "next_job": None,
    "skew": "PT0S",
}


def test_clock_is_the_machines_at_first(client: Any, clock: StillClock) -> None:
    assert tell(client) == MACHINES
    clock.advance(1_500)
    assert tell(client) == MACHINES | {"now": "2026-11-21T06:00:01.500Z"}


def test_clock_that_is_set_stands_still(client: Any, clock: StillClock) -> None:
    set_to = MACHINES | {"now": "2027-03-01T00:00:00Z", "running": False}
    assert move(client, now="2027-03-01T07:00:00+07:00") == set_to
    clock.advance(60_000)
    assert tell(client) == set_to


def test_clock_moves_on_while_it_stands_and_while_it_runs(client: Any, clock: StillClock) -> None:
    assert move(client, advance="PT61S")["now"] == "2026-11-21T06:01:01Z"
    clock.advance(1_000)
    assert tell(client)["now"] == "2026-11-21T06:01:02Z"
    move(client, now="2027-03-01T00:00:00Z")
    assert move(client, advance="P1DT0.5S")["now"] == "2027-03-02T00:00:00.500Z"
    assert move(client, advance="PT0S")["running"] is False
    clock.advance(1_000)
    assert tell(client)["now"] == "2027-03-02T00:00:00.500Z"


def test_clock_runs_on_from_where_it_stands(client: Any, clock: StillClock) -> None:
    move(client, now="2027-03-01T00:00:00Z")
    clock.advance(60_000)
    assert move(client, run=True)["now"] == "2027-03-01T00:00:00Z"
    clock.advance(2_000)
    assert tell(client) == MACHINES | {"now": "2027-03-01T00:00:02Z"}


def test_clock_runs_faster_and_slower(client: Any, clock: StillClock) -> None:
    assert move(client, rate=60) == MACHINES | {"rate": 60.0}
    clock.advance(1_000)
    assert tell(client)["now"] == "2026-11-21T06:01:00Z"
    assert move(client, rate=0.5)["now"] == "2026-11-21T06:01:00Z"
    clock.advance(3_000)
    assert tell(client)["now"] == "2026-11-21T06:01:01.500Z"


def test_rate_starts_a_clock_that_stands_and_outlives_its_standing(
    client: Any, clock: StillClock
) -> None:
    move(client, now="2027-03-01T00:00:00Z")
    assert move(client, rate=60)["running"] is True
    clock.advance(1_000)
    assert move(client, now="2027-03-01T00:00:00Z")["rate"] == 60
    move(client, run=True)
    clock.advance(1_000)
    assert tell(client)["now"] == "2027-03-01T00:01:00Z"


def test_clock_that_is_put_back_is_the_machines(client: Any, clock: StillClock) -> None:
    move(client, rate=60)
    move(client, skew="PT61S")
    clock.advance(1_000)
    assert move(client, reset=True) == MACHINES | {"now": "2026-11-21T06:00:01Z"}


def test_clock_may_go_back(client: Any) -> None:
    assert move(client, now="1999-12-31T23:59:59Z")["now"] == "1999-12-31T23:59:59Z"
    write(client, "default", "kirim", id="old", text="Halo")
    assert show(client, "default", "/messages/old")["received_at"] == "1999-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("skew", "told"),
    [("PT61S", "PT61S"), ("-PT61S", "-PT61S"), ("P1W", "P7D"), ("-P36500DT1.25S", None)],
)
def test_skew_is_told_as_a_duration(client: Any, skew: str, told: str | None) -> None:
    assert move(client, skew=skew) == MACHINES | {"skew": told or skew}


def test_clock_of_a_sandbox_is_its_own(client: Any) -> None:
    make(client, id="mine")
    move(client, "mine", advance="P1D")
    assert tell(client, "mine")["now"] == "2026-11-22T06:00:00Z"
    assert tell(client) == MACHINES


def test_clock_ends_with_the_year_9000(client: Any, clock: StillClock) -> None:
    move(client, now="9000-12-31T23:59:59Z")
    move(client, rate=100_000)
    clock.advance(10**12)
    assert tell(client)["now"] == "9000-12-31T23:59:59.999Z"
    write(client, "default", "kirim", text="Halo")
    assert_refused(client.put(CLOCK, json={"advance": "PT1S"}), 400, "bad_clock", "years")


BAD: list[tuple[Any, str]] = [
    ({}, "expected one of now, advance, rate, run, reset, skew, came none"),
    ({"run": True, "reset": True}, "came run, reset"),
    ({"x": 1}, "x: unknown key"),
    ({"now": "2027-03-01T00:00:00"}, "the offset, such as Z, is missing"),
    ({"now": "tomorrow"}, "now: expected a time with its offset"),
    ({"now": "P1D"}, "now: expected a time with its offset"),
    ({"now": 1_795_240_800_000}, "now: expected a time such as"),
    ({"now": None}, "now: expected a value"),
    ({"now": "9001-01-01T00:00:00Z"}, "9000-12-31T23:59:59.999Z"),
    ({"now": "1969-12-31T23:59:59Z"}, "1970-01-01T00:00:00Z"),
    ({"now": "0001-01-01T00:00:00+14:00"}, "1970-01-01T00:00:00Z"),
    ({"advance": "-PT1S"}, "advance: expected an ISO 8601 duration"),
    ({"advance": "61"}, "advance: expected an ISO 8601 duration"),
    ({"advance": 61}, "advance: expected a duration such as PT61S"),
    ({"advance": "P101Y"}, "advance: expected an ISO 8601 duration"),
    ({"advance": "P40000D"}, "at most 100 years"),
    ({"rate": 0}, "rate: expected a number from 0.001 to 100000, came 0"),
    ({"rate": -1}, "rate: expected"),
    ({"rate": 100_001}, "rate: expected"),
    ({"rate": 10**18}, "rate: expected"),
    ({"rate": "60"}, "rate: expected"),
    ({"rate": True}, "rate: expected"),
    ({"run": False}, "run: expected true, came False"),
    ({"run": 1}, "run: expected true"),
    ({"reset": "true"}, "reset: expected true"),
    ({"skew": "--PT61S"}, "skew: expected an ISO 8601 duration"),
    ({"skew": "+PT61S"}, "skew: expected an ISO 8601 duration"),
    ({"skew": 61}, "skew: expected a duration such as PT61S or -PT61S"),
    ({"skew": "-P40000D"}, "at most 100 years"),
]


@pytest.mark.sample(10)
@pytest.mark.parametrize(("body", "told"), BAD, ids=[str(body)[:60] for body, _ in BAD])
def test_what_no_clock_takes_is_refused_and_changes_nothing(
    client: Any, clock: StillClock, body: Any, told: str
) -> None:
    move(client, now="2027-03-01T00:00:00Z")
    move(client, rate=60)
    move(client, skew="PT5S")
    before = tell(client)
    answer = client.put(CLOCK, data=json.dumps(body))
    assert_refused(answer, 400, "bad_clock", told, '{"now": "')
    assert tell(client) == before


@pytest.mark.parametrize("body", ['{"rate": NaN}', '{"rate": 1e999}', "[]", "", "1"])
def test_what_is_no_json_is_refused(client: Any, body: str) -> None:
    assert client.put(CLOCK, data=body).status_code == 400
    assert tell(client) == MACHINES


def test_clock_goes_along_with_snapshot_restore_and_reset(client: Any, clock: StillClock) -> None:
    make(client, id="mine", fixtures="default")
    move(client, "mine", now="2027-03-01T00:00:00Z")
    move(client, "mine", skew="PT5S")
    before = tell(client, "mine")
    client.post(f"{ALL}/mine/snapshot", json={"name": "then"})
    move(client, "mine", rate=60)
    assert client.post(f"{ALL}/mine/restore", json={"name": "then"}).status_code == 204
    assert tell(client, "mine") == before
    snapshot = show(client, "mine", "/snapshot?name=then")
    assert snapshot["taken_at"] == "2027-03-01T00:00:00Z"
    make(client, id="other", snapshot=snapshot)
    assert tell(client, "other") == before
    move(client, "other", reset=True)
    client.post(f"{ALL}/other/reset")
    assert tell(client, "other") == before
    client.post(f"{ALL}/mine/reset")
    assert tell(client, "mine") == MACHINES


def test_running_clock_has_run_on_when_it_is_restored(client: Any, clock: StillClock) -> None:
    make(client, id="mine")
    move(client, "mine", rate=60)
    client.post(f"{ALL}/mine/snapshot")
    clock.advance(1_000)
    client.post(f"{ALL}/mine/restore")
    assert tell(client, "mine")["now"] == "2026-11-21T06:01:00Z"


def test_reset_puts_the_fixtures_in_the_machines_time(client: Any, clock: StillClock) -> None:
    before = {each["id"]: each["received_at"] for each in messages(client)}
    rule = {"fault": {"type": "latency", "ms": 0}, "schedule": {"from": "PT1M"}}
    make(client, id="mine", fixtures="default", faults=[rule])
    move(client, "mine", advance="P30D")
    client.post(f"{ALL}/mine/reset")
    assert {each["id"]: each["received_at"] for each in messages(client, "mine")} == before
    assert tell(client, "mine")["next_job"] == "2026-11-21T06:01:00Z"


def test_clock_survives_a_restart(start: Callable[..., Any], clock: StillClock) -> None:
    client = start()
    make(client, id="mine")
    move(client, now="2027-03-01T00:00:00Z")
    move(client, "mine", rate=60)
    move(client, "mine", skew="-PT61S")
    clock.advance(1_000)
    before = tell(client), tell(client, "mine")
    again = start()
    assert (tell(again), tell(again, "mine")) == before
    assert before[1]["now"] == "2026-11-21T06:01:00Z"


def test_clock_is_judged_in_a_snapshot(client: Any) -> None:
    make(client, id="mine")
    move(client, "mine", rate=60)
    snapshot = show(client, "mine", "/snapshot")
    [[_, document]] = snapshot["tables"]["clock"]
    for wrong in ({"rate": 0}, {"at": -1}, {"at": 2**52}, {"running": "no"}, {"skew": "PT1S"}):
        snapshot["tables"]["clock"] = [["own", document | wrong]]
        answer = client.post(ALL, json={"snapshot": snapshot})
        assert_refused(
            answer, 400, "bad_snapshot", "snapshot.tables.clock[0][1]", next(iter(wrong))
        )
    snapshot["tables"]["clock"] = [["other", document]]
    assert_refused(
        client.post(ALL, json={"snapshot": snapshot}), 400, "bad_snapshot", "other clock"
    )
