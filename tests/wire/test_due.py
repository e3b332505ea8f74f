"""What is due happens in time though nobody calls: by the server's loop, or else by a thread."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7_RECEIPT
from tests.clocks import move_remote, wait_until
from tests.conftest import Server

TEAPOT = {"type": "status", "status": 418}


def add(server: Server, sandbox: str = "default", **rule: Any) -> None:
    url = f"{server.url}/_mock/sandboxes/{sandbox}/faults"
    requests.post(url, json={"fault": TEAPOT, **rule}, timeout=10).raise_for_status()


def tells(server: Server, text: str) -> bool:
    return text in server.log.read_text()


@pytest.fixture(scope="module")
def talking(start_server: Any) -> Server:
    """A server that logs what happens."""
    server: Server = start_server("--log-level", "info")
    return server


def test_rule_begins_by_itself(talking: Server) -> None:
    add(talking, name="by itself", schedule={"from": "PT0.05S"})
    wait_until(lambda: tells(talking, "begins: by itself"))


def test_clock_that_runs_faster_wakes_up_earlier(talking: Server) -> None:
    add(talking, name="in an hour", schedule={"from": "PT1H", "until": "PT2H"})
    add(talking, name="tomorrow", schedule={"from": "P1D"})
    move_remote(talking, rate=36_000)
    wait_until(lambda: tells(talking, "ends: in an hour"))
    move_remote(talking, rate=100_000)
    wait_until(lambda: tells(talking, "begins: tomorrow"))
    requests.post(f"{talking.state}/reset", timeout=10).raise_for_status()


def test_earlier_job_is_not_waited_for_as_long_as_the_one_before(talking: Server) -> None:
    add(talking, name="much later", schedule={"from": "PT1H"})
    add(talking, name="sooner", schedule={"from": "PT0.05S"})
    wait_until(lambda: tells(talking, "begins: sooner"))
    assert not tells(talking, "begins: much later")


def test_clock_that_stands_wakes_nobody_up_until_it_runs(talking: Server) -> None:
    now = move_remote(talking, now="2027-03-01T00:00:00Z")
    add(talking, name="it stood", schedule={"from": "PT0.01S"})
    requests.post(f"{talking.url}/_mock/sandboxes", json={"id": "ticking"}, timeout=10)
    add(talking, "ticking", name="it ran", schedule={"from": "PT0.02S"})
    wait_until(lambda: tells(talking, "begins: it ran"))
    assert not tells(talking, "begins: it stood")
    assert move_remote(talking, now=now["now"])["next_job"] == "2027-03-01T00:00:00.010Z"
    move_remote(talking, run=True)
    wait_until(lambda: tells(talking, "begins: it stood"))
    requests.post(f"{talking.state}/reset", timeout=10).raise_for_status()


def test_many_sandboxes_at_once(talking: Server) -> None:
    """More than are looked after in one go."""
    wish = {"faults": [{"fault": TEAPOT, "name": "one of many", "schedule": {"from": "PT0.5S"}}]}
    for _ in range(150):
        requests.post(f"{talking.url}/_mock/sandboxes", json=wish, timeout=10).raise_for_status()
    wait_until(lambda: talking.log.read_text().count("begins: one of many") == 150)


@pytest.mark.slow
def test_timeline_goes_on_after_kill_9(start_server: Any, tmp_path: Path) -> None:
    """A rule that had begun, one that began and ended while nobody was there, one to come."""
    options = ("--log-level", "info", "--data", str(tmp_path / "data"))
    server = start_server(*options)
    add(server, name="begun", schedule={"from": "PT1S", "until": "P9D"})
    add(server, name="missed", schedule={"from": "PT4H", "until": "PT5H"}, match={"path": "/"})
    add(server, name="to come", schedule={"from": "P1D"})
    move_remote(server, now="2027-03-01T00:00:00Z")
    requests.put(f"{server.state}/faults", json=_listed(server), timeout=10).raise_for_status()
    move_remote(server, advance="PT1S")
    assert tells(server, "begins: begun")
    move_remote(server, rate=40_000)
    server.stop(signal.SIGKILL)
    again = start_server(*options)
    wait_until(lambda: tells(again, "ends: missed"))
    assert not tells(again, "begins: begun")
    wait_until(lambda: tells(again, "begins: to come"))
    move_remote(again, now="2027-03-01T12:00:00Z")
    assert D7_RECEIPT.send(again.url).status_code == 418
    phases = [each["phase"] for each in _listed(again)["faults"]]
    assert phases == ["active", "over", "waiting"]


def _listed(server: Server) -> dict[str, Any]:
    answer = requests.get(f"{server.state}/faults", timeout=10)
    listed: dict[str, Any] = answer.json()
    return listed


def count_threads(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/task"))


@pytest.mark.slow
def test_server_of_one_loop_has_no_thread_for_it(start_server: Any) -> None:
    """Not even for what there was to wait for before it ran."""
    server = start_server("--scenario", "expired-credentials")
    plain = count_threads(start_server())
    wait_until(lambda: count_threads(server) == plain)


# Elsewhere


ELSEWHERE = """
import gc, json, logging, os, sys, threading, time
from mockserver import create_app

begun = threading.Semaphore(0)

class Notice(logging.Handler):
    def emit(self, record):
        if " begins" in record.getMessage():
            begun.release()

log = logging.getLogger("mockserver.faults")
log.setLevel(logging.INFO)
log.addHandler(Notice())

def threads():
    return [each for each in threading.enumerate() if each.name == "mockserver-timers"]

def add(app, after, sandbox="default"):
    rule = {"fault": {"type": "outage"}, "schedule": {"from": after}, "seed": 1}
    answer = app.test_client().post(f"/_mock/sandboxes/{sandbox}/faults", json=rule)
    assert answer.status_code == 201, answer.text

def wait_for_none():
    end = time.monotonic() + 20
    while threads():
        gc.collect()
        assert time.monotonic() < end
"""
ONE_THREAD = """
app = create_app()
add(app, "PT0S")
assert threads() == []
app.test_client().post("/_mock/sandboxes", json={"id": "other"})
for after in ("PT1H", "PT0.05S", "PT0.06S"):
    add(app, after, "other")
[thread] = threads()
assert thread.daemon
assert begun.acquire(timeout=20) and begun.acquire(timeout=20)
assert threads() == [thread]
del app
wait_for_none()
"""
STOPPED = """
app = create_app()
add(app, "PT1H")
app.sandboxes.close()
wait_for_none()
"""
FORKED = """
app = create_app()
add(app, "PT0.3S")
[thread] = threads()
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        assert begun.acquire(timeout=20)
        add(app, "PT0.01S")
        assert begun.acquire(timeout=20)
        assert len(threads()) == 1
        os._exit(0)
    children.append(child)
assert begun.acquire(timeout=20)
assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
"""
FORKED_FIRST = """
app = create_app()
child = os.fork()
add(app, "PT0.01S")
assert begun.acquire(timeout=20)
if child:
    assert os.waitpid(child, 0)[1] == 0
"""
DELETED = """
import weakref
app = create_app()
app.test_client().post("/_mock/sandboxes", json={"id": "other"})
add(app, "PT1H", "other")
add(app, "PT0.2S")
sandbox = weakref.ref(app.sandboxes.find("other"))
app.test_client().delete("/_mock/sandboxes/other")
gc.collect()
assert sandbox() is None
assert begun.acquire(timeout=20)
assert sandbox() is None
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "script",
    [ONE_THREAD, STOPPED, FORKED, FORKED_FIRST, DELETED],
    ids=["one thread", "stopped", "forked", "forked first", "deleted"],
)
def test_on_any_other_server_a_thread_sees_to_it(script: str) -> None:
    run_script(script)


def run_script(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", ELSEWHERE + script],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


ENDED = """
import signal
from mockserver.web.request import limit_body
from mockserver.wire.run import listen, run

app = create_app()
run(
    app,
    listen("127.0.0.1", 0),
    lambda: signal.raise_signal(signal.SIGTERM),
    limit_body=limit_body,
    agenda=app.sandboxes.agenda,
)
add(app, "PT0S")
add(app, "PT0.01S")
client = app.test_client()
end = time.monotonic() + 20
while client.get("/_mock/sandboxes/default/clock").json["next_job"]:
    assert time.monotonic() < end
assert begun.acquire(timeout=0)
assert threads() == []
"""


def test_application_is_good_for_calls_after_its_server_has_ended() -> None:
    run_script(ENDED)
