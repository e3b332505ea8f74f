"""Jobs: in order of their instants, each at its own, none twice, and never for ever."""

import gc
import logging
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.api.changes import put, remove
from mockserver.pipeline.jobs import Happening, Job
from mockserver.sandbox.timers import MOST_AT_ONCE, MOST_JOBS
from tests.clocks import move, tell
from tests.conftest import NOW, STATE, StillClock
from tests.sandbox.worlds import ALL, Document, assert_refused, make, show

SECOND = 1_000
LATER = {"fault": {"type": "latency", "ms": 0}, "schedule": {"from": "PT1H"}}


class Probe:
    """Sees to jobs of the kind ``probe``, and remembers at which instants."""

    def __init__(self, client: Any, sandbox: str = "default") -> None:
        self.sandbox = client.application.sandboxes.find(sandbox)
        self.seen: list[tuple[str, int]] = []
        self.sandbox.timers.handle({"probe": self.take})

    def plan(self, *jobs: tuple[str, int], **about: Any) -> None:
        draft = self.sandbox.timers.draft
        self.sandbox.change([draft(name, "probe", NOW + due, **about) for name, due in jobs])

    def take(self, job: Job) -> Happening:
        self.seen.append((job["id"], self.sandbox.now() - NOW))
        if job.get("fails"):
            raise RuntimeError("the handler of a test")
        changes = [self.draft_again(job)] if "again" in job else job.get("changes", ())
        return Happening([tuple(each) for each in changes])

    def draft_again(self, job: Job) -> Any:
        """Another one ``again`` so many milliseconds later."""
        name, due = f"{job['id'][0]}{len(self.seen)}", job["due"] + job["again"]
        return self.sandbox.timers.draft(name, "probe", due, again=job["again"])


def call(client: Any) -> None:
    client.post("/d7/nowhere")


@pytest.fixture
def fresh(make_client: Callable[..., Any]) -> Any:
    """An application of the test's own, which it gives handlers to."""
    return make_client()


def test_jobs_run_in_order_of_their_instants_each_at_its_own(fresh: Any) -> None:
    probe = Probe(fresh)
    probe.plan(("c", 3_000), ("a", 1_000), ("e", 9_000), ("b", 1_000), ("d", 3_001))
    assert tell(fresh)["next_job"] == "2026-11-21T06:00:01Z"
    assert move(fresh, advance="PT3.001S")["next_job"] == "2026-11-21T06:00:09Z"
    assert probe.seen == [("a", 1_000), ("b", 1_000), ("c", 3_000), ("d", 3_001)]
    assert move(fresh, now="2026-11-21T06:00:09Z")["next_job"] is None
    assert probe.seen[4:] == [("e", 9_000)]


def test_call_that_comes_first_runs_what_is_due(fresh: Any, clock: StillClock) -> None:
    probe = Probe(fresh)
    probe.plan(("a", SECOND))
    clock.advance(SECOND - 1)
    call(fresh)
    assert probe.seen == []
    clock.advance(1)
    call(fresh)
    call(fresh)
    assert probe.seen == [("a", SECOND)]


def test_job_that_makes_others_has_them_run_on_the_way(fresh: Any) -> None:
    probe = Probe(fresh)
    probe.plan(("a", 1_000), again=1_000)
    probe.plan(("b", 2_500))
    move(fresh, advance="PT3S")
    assert probe.seen == [("a", 1_000), ("a1", 2_000), ("b", 2_500), ("a2", 3_000)]


def test_what_a_job_does_and_its_end_are_one_step(fresh: Any) -> None:
    probe = Probe(fresh)
    probe.plan(("a", SECOND), changes=[put("notes", "made", {"until": 0, "value": 1})])
    move(fresh, advance="PT1S")
    assert "made" in probe.sandbox.rows("notes")
    assert probe.sandbox.rows("jobs") == {}


@pytest.mark.parametrize(
    "about",
    [{"fails": True}, {"changes": [remove("notes", "nowhere")]}],
    ids=["raises", "makes what cannot be"],
)
def test_job_that_fails_is_told_and_stops_nothing(
    fresh: Any, caplog: pytest.LogCaptureFixture, about: Document
) -> None:
    probe = Probe(fresh)
    probe.plan(("a", 1_000), **about)
    probe.plan(("b", 2_000))
    assert move(fresh, advance="PT5S")["next_job"] is None
    assert probe.seen == [("a", 1_000), ("b", 2_000)]
    [told] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "the job a" in told.getMessage()
    assert fresh.get("/_mock/livez").status_code == 200


def test_job_of_a_kind_that_nobody_knows_is_told_and_gone(
    fresh: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = fresh.application.sandboxes.default
    sandbox.change([sandbox.timers.draft("a", "strange", NOW + SECOND)])
    assert move(fresh, advance="PT1S")["next_job"] is None
    assert "nobody sees to jobs of the kind 'strange'" in caplog.text


def test_jobs_that_make_others_for_the_same_instant_hold_up_no_call_for_ever(
    fresh: Any, clock: StillClock
) -> None:
    probe = Probe(fresh)
    probe.plan(("a", SECOND), again=0)
    clock.advance(SECOND)
    call(fresh)
    assert len(probe.seen) % MOST_AT_ONCE == 0
    assert {at for _, at in probe.seen} == {SECOND}
    fresh.post(f"{STATE}/reset")


def far_jobs(count: int) -> list[Any]:
    due = NOW + 10**10
    return [[f"j{n}", {"id": f"j{n}", "kind": "probe", "due": due}] for n in range(count)]


def test_more_jobs_than_a_sandbox_may_have_are_refused(client: Any) -> None:
    assert MOST_JOBS == 10_000
    make(client, id="mine")
    snapshot = show(client, "mine", "/snapshot")
    snapshot["tables"]["jobs"] = far_jobs(MOST_JOBS + 1)
    answer = client.post(ALL, json={"id": "full", "snapshot": snapshot})
    assert_refused(answer, 429, "too_many_jobs", "10001 jobs", "10000")
    snapshot["tables"]["jobs"] = far_jobs(MOST_JOBS - 1)
    make(client, id="full", snapshot=snapshot)
    path = f"{ALL}/full/faults"
    both = {"from": "PT1H", "until": "PT2H"}
    answer = client.post(path, json=LATER | {"schedule": both})
    assert_refused(answer, 429, "too_many_jobs", "9999 jobs", "2 more", "10000")
    assert client.get(path).json == {"faults": []}
    assert client.post(path, json=LATER).status_code == 201
    assert_refused(client.post(path, json=LATER), 429, "too_many_jobs")
    assert client.put(path, json={"faults": [LATER]}).status_code == 200
    assert_refused(client.put(path, json={"faults": [LATER] * 2}), 429, "too_many_jobs")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"due": -1}, "due"), ({"due": "soon"}, "due"), ({"kind": 5}, "kind"), ({"id": "x"}, "id")],
)
def test_jobs_of_a_snapshot_are_judged(client: Any, wrong: Document, told: str) -> None:
    make(client, id="mine", faults=[LATER])
    snapshot = show(client, "mine", "/snapshot")
    [[_, job]] = snapshot["tables"]["jobs"]
    job.update(wrong)
    answer = client.post(ALL, json={"snapshot": snapshot})
    assert_refused(answer, 400, "bad_snapshot", f"snapshot.tables.jobs[0][1].{told}")


def test_strange_jobs_of_a_snapshot_hurt_nobody(client: Any, clock: StillClock) -> None:
    make(client, id="mine", faults=[LATER])
    snapshot = show(client, "mine", "/snapshot")
    rule = snapshot["tables"]["rules"][0][0]
    strange: list[Document] = [
        {"kind": "rule_begins"},
        {"kind": "rule_begins", "rule": []},
        {"kind": "rule_begins", "rule": "rule_x"},
        {"kind": "rule_ends", "rule": rule},
    ]
    for place, job in enumerate(strange):
        job |= {"id": f"j{place}", "due": NOW + SECOND}
        snapshot["tables"]["jobs"].append([f"j{place}", job])
    make(client, id="copy", snapshot=snapshot)
    assert move(client, "copy", advance="PT1S")["next_job"] == "2026-11-21T07:00:00Z"
    move(client, "copy", advance="PT1H")
    assert [each["phase"] for each in show(client, "copy", "/faults")["faults"]] == ["active"]


def test_jobs_survive_a_restart_and_those_overdue_run_first_thing(
    start: Callable[..., Any], clock: StillClock, caplog: pytest.LogCaptureFixture
) -> None:
    client = start()
    make(client, id="mine", faults=[LATER, LATER | {"schedule": {"from": "PT2H"}}])
    clock.advance(3_600_000)
    with caplog.at_level(logging.INFO, logger="mockserver.faults"):
        again = start()
    assert [each.getMessage().split()[1] for each in caplog.records] == ["begins"]
    assert tell(again, "mine")["next_job"] == "2026-11-21T08:00:00Z"


def test_deleted_sandbox_is_not_kept_by_its_jobs(client: Any) -> None:
    make(client, id="mine", faults=[LATER])
    sandbox = weakref.ref(client.application.sandboxes.find("mine"))
    client.delete(f"{ALL}/mine")
    gc.collect()
    assert sandbox() is None


def test_sandbox_that_is_made_again_has_none_of_its_jobs(client: Any) -> None:
    make(client, id="mine", faults=[LATER])
    client.delete(f"{ALL}/mine")
    make(client, id="mine")
    assert tell(client, "mine")["next_job"] is None


def test_reset_takes_jobs_along(client: Any) -> None:
    client.post(f"{STATE}/faults", json=LATER)
    assert tell(client)["next_job"] == "2026-11-21T07:00:00Z"
    client.post(f"{STATE}/reset")
    assert tell(client)["next_job"] is None
