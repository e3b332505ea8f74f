"""What cannot be kept is not done, and is told so in the server's own words: 507.

A limit on the size of files, which a running server is given from outside, stands for the disk.
"""

import resource
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import CALLS as VALID_CALLS
from tests.calls import D7, D7_MESSAGE, KIRIM_RECEIPT
from tests.clocks import wait_until
from tests.commands import run, started
from tests.sandbox.worlds import ALL

FOUR = (
    D7_MESSAGE,  # all of them unread in the fixtures
    "987efe2a-c68f-4cfb-8301-662b574d21c0",
    "0012c7f5-2ba5-49db-8901-4ee9be6dc8d1",
    "469affd7-0983-4bbc-9d07-ee43e1d1cfef",
)
RULE = {"match": {"provider": "d7"}, "fault": {"type": "status", "status": 418}, "seed": 1}
LOOKS = ("", "/messages", "/faults", "/snapshot")  # of which the last holds the clock


@dataclass
class Disk:
    """That of one server's data file."""

    server: Any
    file: Path

    def limit(self, room: int = 0) -> None:
        """From now on the file can grow by so many bytes."""
        self._set(self.file.stat().st_size + room)

    def free(self) -> None:
        self._set(resource.RLIM_INFINITY)

    def _set(self, soft: int) -> None:
        pid, limit = self.server.process.pid, resource.RLIMIT_FSIZE
        resource.prlimit(pid, limit, (soft, resource.prlimit(pid, limit)[1]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def server(start_server: Any, file: Path) -> Any:
    return start_server("--data", str(file))


@pytest.fixture
def disk(server: Any, file: Path) -> Disk:
    return Disk(server, file)


def ask(server: Any, method: str, path: str, body: Any = None) -> requests.Response:
    return requests.request(method, f"{server.url}{path}", json=body, timeout=10)


def mark(server: Any, message_id: str) -> requests.Response:
    url = f"{server.url}/whatsapp/v2/read-receipt/{message_id}"
    return requests.post(url, headers=D7, timeout=10)


def read_ids(server: Any) -> set[str]:
    found = ask(server, "GET", f"{ALL}/default/messages?provider=d7").json()["messages"]
    return {each["id"] for each in found if each["read_at"]}


def last_entry(server: Any) -> dict[str, Any]:
    [entry] = ask(server, "GET", f"{ALL}/default/requests?limit=1").json()["requests"]
    return entry


def look(server: Any) -> list[Any]:
    """All that a server tells of its sandboxes, but for the time and its own address."""
    ids = [each["id"] for each in ask(server, "GET", ALL).json()["sandboxes"]]
    told = [ask(server, "GET", f"{ALL}/{each}{what}").json() for each in ids for what in LOOKS]
    for each in told:
        each.pop("taken_at", None)
        for provider in (each.get("providers") or {}).values():
            del provider["base_url"]
    return [ids, *told]


def assert_not_kept(answer: requests.Response) -> None:
    assert answer.status_code == 507, answer.text
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == "not_kept"
    assert "File too large" in error["message"]
    assert error["hint"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("room", [0, 1, 50])
def test_call_that_cannot_be_kept_is_a_507_in_the_journal(disk: Disk, room: int) -> None:
    before = look(disk.server)
    disk.limit(room)
    answer = mark(disk.server, D7_MESSAGE)
    assert_not_kept(answer)
    entry = last_entry(disk.server)
    assert entry["id"] == answer.headers["X-Mock-Request-Id"]
    assert (entry["operation"], entry["response"]["status"]) == ("mark_as_read", 507)
    assert (entry["account"], entry["error"], entry["committed"]) == ("main", None, False)
    assert "cannot be kept" in entry["because"]
    assert look(disk.server) == before


OTHERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "refused": ("POST", "/d7/x", {}),
    "to an unknown path": ("GET", "/nowhere", {}),
    "of an unknown code": ("GET", "/~00000000/d7", {}),
    "that asks for a fault": ("POST", "/d7/x", D7 | {"X-Mock-Fault": "reset"}),
    "that asks wrongly": ("POST", "/d7/x", D7 | {"X-Mock-Fault": "nonsense"}),
}


def test_every_kind_of_call_is_a_507_with_an_entry_of_its_own(disk: Disk) -> None:
    disk.limit()
    ids = []
    answers = [
        *(call.send(disk.server.url) for call in VALID_CALLS),
        KIRIM_RECEIPT.send(disk.server.url, **{"Idempotency-Key": "k"}),
        *(
            requests.request(method, disk.server.url + path, headers=headers, timeout=10)
            for method, path, headers in OTHERS.values()
        ),
    ]
    for answer in answers:
        assert_not_kept(answer)
        ids.append(answer.headers["X-Mock-Request-Id"])
    found = ask(disk.server, "GET", f"{ALL}/default/requests").json()["requests"]
    assert [each["id"] for each in found] == ids
    assert all("cannot be kept" in each["because"] for each in found)
    disk.free()
    ids.append(mark(disk.server, D7_MESSAGE).headers["X-Mock-Request-Id"])
    assert len(set(ids)) == len(answers) + 1


CHANGES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/default/reset", None),
    ("POST", "", {"id": "other"}),
    ("DELETE", "/mine", None),
    ("POST", "/mine/reset", None),
    ("POST", "/mine/snapshot", {"name": "late"}),
    ("POST", "/mine/restore", {"name": "early"}),
    ("PATCH", "/mine/accounts/d7/main", {"condition": "expired"}),
    ("POST", "/mine/messages", {"provider": "d7", "from": "+971501112233", "id": "hello"}),
    ("POST", "/mine/faults", RULE),
    ("PUT", "/mine/faults", {"faults": [RULE, RULE]}),
    ("DELETE", "/mine/faults", None),
    ("DELETE", "/mine/faults/{rule}", None),
    ("POST", "/mine/scenarios/bad-gateway", None),
    ("PUT", "/mine/clock", {"now": "2027-03-01T00:00:00Z"}),
    ("PUT", "/mine/clock", {"skew": "PT1H"}),
)


def test_administration_that_cannot_be_kept_leaves_all_as_it_was(
    disk: Disk, start_server: Any
) -> None:
    """In memory, and in the file that another server then reads."""
    server = disk.server
    ask(server, "POST", ALL, {"id": "mine", "fixtures": "default"})
    ask(server, "POST", f"{ALL}/mine/snapshot", {"name": "early"})
    rule = ask(server, "POST", f"{ALL}/mine/faults", RULE).json()["id"]
    mark(server, D7_MESSAGE)
    entry, before = last_entry(server), look(server)
    disk.limit(4)
    for method, path, body in CHANGES:
        assert_not_kept(ask(server, method, ALL + path.format(rule=rule), body))
    assert look(server) == before
    assert last_entry(server) == entry
    server.stop(signal.SIGKILL)
    again = start_server("--data", str(disk.file))
    assert look(again) == before
    for method, path, body in reversed(CHANGES):
        answer = ask(again, method, ALL + path.format(rule=rule), body)
        assert answer.ok or "/faults/" in path, answer.text


def test_reset_on_a_full_disk_is_made_up_for_later(disk: Disk) -> None:
    """As one write: neither half of it stays."""
    mark(disk.server, D7_MESSAGE)
    disk.limit(60_000)  # less than the line that a reset takes
    assert_not_kept(ask(disk.server, "POST", f"{ALL}/default/reset"))
    assert D7_MESSAGE in read_ids(disk.server)
    assert mark(disk.server, FOUR[1]).status_code == 200
    disk.free()
    assert ask(disk.server, "POST", f"{ALL}/default/reset").status_code == 204
    assert not read_ids(disk.server) & set(FOUR)


def test_rule_whose_begin_cannot_be_kept_begins_as_soon_as_it_can(disk: Disk) -> None:
    add = {**RULE, "schedule": {"from": "PT0.1S"}}
    ask(disk.server, "POST", f"{ALL}/default/faults", add).raise_for_status()
    disk.limit()
    rules = f"{ALL}/default/faults"
    wait_until(lambda: ask(disk.server, "GET", rules).json()["faults"][0]["phase"] == "active")
    assert_not_kept(mark(disk.server, D7_MESSAGE))
    assert ask(disk.server, "GET", f"{ALL}/default/clock").json()["next_job"]
    disk.free()
    assert mark(disk.server, D7_MESSAGE).status_code == 418
    assert ask(disk.server, "GET", f"{ALL}/default/clock").json()["next_job"] is None


def test_readiness_follows_the_disk_and_life_does_not(disk: Disk) -> None:
    """It tries a write itself, and leaves nothing of it."""
    ready, alive = (f"/_mock/{each}" for each in ("readyz", "livez"))
    assert ask(disk.server, "GET", ready).status_code == 200
    disk.limit()
    assert ask(disk.server, "GET", ready).status_code == 200  # nothing has failed yet
    mark(disk.server, D7_MESSAGE)
    for _ in range(2):
        answer = ask(disk.server, "GET", ready)
        assert (answer.status_code, set(answer.json())) == (503, {"error"})
        assert answer.json()["error"]["code"] == "not_ready"
        assert ask(disk.server, "GET", alive).status_code == 200
    done = run("health", "--url", disk.server.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be kept" in done.stderr
    size = disk.file.stat().st_size
    disk.limit(60)  # less than the change that could not be kept
    assert ask(disk.server, "GET", ready).status_code == 503
    disk.free()
    assert ask(disk.server, "GET", ready).status_code == 200
    assert disk.file.stat().st_size == size
    assert mark(disk.server, D7_MESSAGE).status_code == 200


def test_a_call_that_can_be_kept_makes_the_server_ready_again(disk: Disk) -> None:
    disk.limit()
    mark(disk.server, D7_MESSAGE)
    disk.free()
    assert mark(disk.server, D7_MESSAGE).status_code == 200
    disk.limit()
    assert ask(disk.server, "GET", "/_mock/readyz").status_code == 200


def test_trouble_and_its_end_are_told_once_each_in_the_log(disk: Disk) -> None:
    disk.limit()
    for message_id in FOUR:
        mark(disk.server, message_id)
    disk.free()
    mark(disk.server, D7_MESSAGE)
    lines = [line for line in disk.server.log.read_text().splitlines() if str(disk.file) in line]
    about = [line for line in lines if "/read-receipt/" not in line]
    assert ["changes cannot be kept: File too large" in line for line in about] == [True, False]
    assert "kept again" in about[1]


@pytest.mark.slow
def test_what_was_answered_before_the_disk_was_full_is_there_after_a_restart(
    disk: Disk, start_server: Any
) -> None:
    before = read_ids(disk.server)
    disk.limit(600)
    assert [mark(disk.server, each).status_code for each in FOUR] == [200, 200, 507, 507]
    disk.server.stop(signal.SIGKILL)
    again = start_server("--data", str(disk.file))
    assert read_ids(again) - before == set(FOUR[:2])
    assert [mark(again, each).status_code for each in FOUR] == [200] * 4
    again.stop(signal.SIGKILL)
    assert read_ids(start_server("--data", str(disk.file))) - before == set(FOUR)


@pytest.mark.slow
def test_a_shorter_change_is_kept_where_there_is_room_for_it(disk: Disk, start_server: Any) -> None:
    disk.limit(300)
    body = {"provider": "d7", "from": "+971501112233", "id": "mine"}
    assert_not_kept(ask(disk.server, "POST", f"{ALL}/default/messages", body))
    assert ask(disk.server, "GET", f"{ALL}/default/messages/mine").status_code == 404
    assert mark(disk.server, D7_MESSAGE).status_code == 200
    disk.server.stop(signal.SIGKILL)
    again = start_server("--data", str(disk.file))
    assert D7_MESSAGE in read_ids(again)
    assert ask(again, "POST", f"{ALL}/default/messages", body).status_code == 201


def test_start_that_cannot_be_kept_ends_in_one_line(file: Path, tmp_path: Path) -> None:
    """The packaged fixtures need more than that."""
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))\n"
    (tmp_path / "sitecustomize.py").write_text(limit)
    done = started("serve", "--port", "0", "--data", str(file), PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    [line] = [each for each in done.stderr.splitlines() if each.startswith("mockserver: ")]
    assert f"it cannot be kept in {file}: File too large; " in line
