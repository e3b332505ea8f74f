"""Rules begin and end at their time: seen in the log, in lists, and by whom they strike."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.calls import D7, D7_RECEIPT, D7_TOKEN
from tests.clocks import move, tell
from tests.conftest import STATE, StillClock
from tests.sandbox.worlds import ALL, Document, make, show
from tests.work import count_work

RULES = f"{STATE}/faults"
NOTHING = {"type": "latency", "ms": 0}
WINDOW = {"from": "PT10S", "until": "PT20S"}


def add(client: Any, **rule: Any) -> str:
    answer = client.post(RULES, json={"fault": NOTHING, **rule})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def call(client: Any) -> Any:
    return client.post(D7_RECEIPT.path, headers=D7)


def strikes(client: Any) -> bool:
    return "X-Mock-Fault" in call(client).headers


def phases(client: Any, sandbox: str = "default") -> list[str]:
    return [each["phase"] for each in show(client, sandbox, "/faults")["faults"]]


@pytest.fixture
def fresh(make_client: Callable[..., Any]) -> Any:
    """An application without the sandboxes of other tests."""
    return make_client()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the log tells of rules that begin and end, with their ids left out."""
    caplog.set_level(logging.INFO, logger="mockserver.faults")

    def read() -> list[str]:
        told = [re.sub(r"^rule_\w+ ", "", each.getMessage()) for each in caplog.records]
        return [each for each in told if each.startswith(("begins", "ends"))]

    return read


def test_log_tells_who_begins_and_ends_in_order(client: Any, lines: Callable[[], Any]) -> None:
    add(client, name="second", schedule={"from": "PT20S"})
    add(client, name="first", schedule=WINDOW)
    add(client, schedule={"until": "PT15S"})
    add(client, name="never", schedule={"from": "P1D"})
    add(client, name="always")
    move(client, advance="PT30S")
    assert lines() == ["begins: first", "ends", "begins: second", "ends: first"]


def test_whoever_listens_is_told(fresh: Any) -> None:
    told: list[tuple[str, str]] = []
    rule_id = add(fresh, schedule=WINDOW)
    events = fresh.application.sandboxes.default.events

    def note(kind: str) -> None:
        _, [(_, subject, what, _)] = events.read_after(events.count - 1, 1)
        if kind == "rule":
            told.append((what, subject))

    end = events.listen(note)
    move(fresh, advance="PT10S")
    assert told == [("begins", rule_id)]
    move(fresh, advance="PT10S")
    assert told[1:] == [("ends", rule_id)]
    end()


def test_name_in_the_log_is_short_and_without_secrets(
    client: Any, lines: Callable[[], Any]
) -> None:
    add(client, name=f"for {D7_TOKEN}", schedule={"from": "PT1S"})
    add(client, name="x" * 5_000, schedule={"from": "PT1S"})
    move(client, advance="PT1S")
    first, second = lines()
    assert first.startswith("begins: for d7-m")
    assert D7_TOKEN not in first
    assert len(second) < 300


def test_next_job_is_the_next_begin_or_end(client: Any, clock: StillClock) -> None:
    add(client, schedule=WINDOW)
    told = []
    for _ in range(3):
        told.append(tell(client)["next_job"])
        clock.advance(10_000)
    assert told == ["2026-11-21T06:00:10Z", "2026-11-21T06:00:20Z", None]


def test_window_is_exact_while_the_clock_stands(client: Any) -> None:
    add(client, schedule=WINDOW)
    move(client, now="2026-11-21T06:00:00Z")
    came = []
    for advance in ("PT9.999S", "PT0.001S", "PT9.999S", "PT0.001S"):
        move(client, advance=advance)
        came.append(strikes(client))
    assert came == [False, True, True, False]


def test_window_is_exact_at_a_rate(client: Any, clock: StillClock) -> None:
    move(client, rate=1_000)
    add(client, schedule=WINDOW)
    came = []
    for milliseconds in (9, 1, 9, 1):
        clock.advance(milliseconds)
        came.append(strikes(client))
    assert came == [False, True, True, False]


def test_clock_that_goes_back_has_rules_wait_again(client: Any, lines: Callable[[], Any]) -> None:
    add(client, name="it", schedule=WINDOW | {"times": 3})
    move(client, advance="PT30S")
    assert (phases(client), strikes(client), tell(client)["next_job"]) == (["over"], False, None)
    move(client, now="2026-11-21T06:00:15Z")
    assert phases(client) == ["active"]
    assert tell(client)["next_job"] == "2026-11-21T06:00:20Z"
    assert strikes(client)
    move(client, now="2026-11-21T05:00:00Z")
    assert (phases(client), strikes(client)) == (["waiting"], False)
    assert tell(client)["next_job"] == "2026-11-21T06:00:10Z"
    move(client, advance="PT1H10S")
    assert [strikes(client) for _ in range(3)] == [True, True, False]  # it had struck once before
    assert lines() == ["begins: it", "ends: it", "begins: it"]


def test_clock_that_is_put_back_has_rules_wait_again(client: Any) -> None:
    add(client, schedule=WINDOW)
    move(client, advance="PT15S")
    assert strikes(client)
    move(client, reset=True)
    assert not strikes(client)
    assert tell(client)["next_job"] == "2026-11-21T06:00:10Z"


@pytest.mark.parametrize("gone", ["removed", "cleared", "replaced"])
def test_rule_that_is_gone_neither_begins_nor_ends(
    client: Any, lines: Callable[[], Any], gone: str
) -> None:
    rule_id = add(client, schedule=WINDOW)
    move(client, advance="PT15S")
    other = add(client, schedule=WINDOW)
    assert lines() == ["begins"]
    if gone == "removed":
        assert client.delete(f"{RULES}/{rule_id}").status_code == 204
        client.delete(f"{RULES}/{other}")
    elif gone == "cleared":
        client.delete(RULES)
    else:
        client.put(RULES, json={"faults": []})
    assert tell(client)["next_job"] is None
    move(client, advance="PT1H")
    assert lines() == ["begins"]


@pytest.mark.parametrize("match", [{}, {"provider": "d7"}], ids=["broad", "narrow"])
def test_rule_that_begins_late_keeps_its_place(client: Any, match: Document) -> None:
    """The first fault that takes the answer away wins, in the order in which rules were made."""
    early = {"type": "status", "status": 418}
    add(client, fault=early, schedule={"from": "PT10S", "until": "PT20S"})
    add(client, fault={"type": "status", "status": 503})
    add(client, fault={"type": "status", "status": 504}, match=match)
    statuses = []
    for advance in ("PT0S", "PT10S", "PT10S"):
        move(client, advance=advance)
        statuses.append(call(client).status_code)
    assert statuses == [503, 418, 503]


@pytest.mark.parametrize("kind", ["status", "gateway"])
def test_rules_of_a_narrow_match_begin_and_end(client: Any, kind: str) -> None:
    match = {"provider": "d7", "operation": "mark_as_read", "account": "main"}
    for names in (["provider"], ["provider", "operation"], ["provider", "operation", "account"]):
        about = {name: match[name] for name in names}
        fault = {"type": kind, "status": 503}
        add(client, fault=fault, match=about, schedule=WINDOW)
    for advance, struck in (("PT0S", False), ("PT10S", True), ("PT10S", False)):
        move(client, advance=advance)
        assert (call(client).status_code == 503) is struck


def test_begin_and_end_go_along_with_snapshots(fresh: Any, clock: StillClock) -> None:
    make(fresh, id="mine", faults=[{"fault": NOTHING, "schedule": WINDOW}])
    fresh.post(f"{ALL}/mine/snapshot")
    snapshot = show(fresh, "mine", "/snapshot")
    move(fresh, "mine", advance="PT30S")
    assert tell(fresh, "mine")["next_job"] is None
    fresh.post(f"{ALL}/mine/restore")
    assert tell(fresh, "mine")["next_job"] == "2026-11-21T06:00:10Z"
    clock.advance(15_000)
    make(fresh, id="copy", snapshot=snapshot)
    assert (phases(fresh, "copy"), phases(fresh, "mine")) == (["active"], ["active"])
    assert tell(fresh, "copy")["next_job"] == "2026-11-21T06:00:20Z"
    fresh.post(f"{ALL}/mine/restore")
    assert tell(fresh, "mine")["next_job"] == "2026-11-21T06:00:20Z"


def test_rules_of_a_snapshot_without_jobs_begin_and_end_all_the_same(fresh: Any) -> None:
    """As snapshots and data files of servers before were."""
    make(fresh, id="mine", faults=[{"fault": NOTHING, "schedule": WINDOW}])
    snapshot = show(fresh, "mine", "/snapshot")
    del snapshot["tables"]["jobs"]
    make(fresh, id="copy", snapshot=snapshot)
    assert tell(fresh, "copy")["next_job"] == "2026-11-21T06:00:10Z"
    assert move(fresh, "copy", advance="PT10S")["next_job"] == "2026-11-21T06:00:20Z"
    assert phases(fresh, "copy") == ["active"]


def test_reset_has_the_rules_of_the_beginning_wait_anew(fresh: Any, clock: StillClock) -> None:
    make(fresh, id="mine", scenario="expired-credentials")
    move(fresh, "mine", advance="PT1H")
    assert set(phases(fresh, "mine")) == {"over"}
    clock.advance(1_000)
    fresh.post(f"{ALL}/mine/reset")
    assert set(phases(fresh, "mine")) == {"waiting"}
    assert tell(fresh, "mine")["next_job"] == "2026-11-21T06:00:06Z"


def work(client: Any, schedule: Document | None, count: int) -> int:
    rules = [{"fault": NOTHING, "seed": 1, "schedule": schedule}] * count if schedule else []
    assert client.put(RULES, json={"faults": rules}).status_code == 200
    call(client)
    return count_work(lambda: call(client))


@pytest.mark.parametrize(
    "schedule", [{"from": "P1D"}, {"until": "2026-11-20T00:00:00Z"}], ids=["waiting", "over"]
)
def test_rules_out_of_their_time_cost_a_call_nothing(client: Any, schedule: Document) -> None:
    assert work(client, schedule, 100) == work(client, None, 0)


def test_adding_a_rule_with_a_window_costs_the_same_beside_many(client: Any) -> None:
    rule = {"fault": NOTHING, "schedule": WINDOW, "seed": 1}

    def cost(beside: int) -> int:
        client.put(RULES, json={"faults": [rule] * beside})
        return count_work(lambda: client.post(RULES, json=rule))

    cost(1)
    assert cost(1_000) - cost(2) < 100


def test_jobs_run_at_the_same_cost_beside_many(client: Any) -> None:
    def cost(beside: int) -> int:
        later = [{"fault": NOTHING, "schedule": {"from": "P1D"}, "seed": 1}] * beside
        rules = [{"fault": NOTHING, "schedule": WINDOW, "seed": 1}, *later]
        client.put(RULES, json={"faults": rules})
        move(client, reset=True)
        return count_work(lambda: move(client, advance="PT10S"))

    cost(1)
    assert cost(1_000) - cost(2) < 100
