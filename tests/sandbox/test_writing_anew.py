"""The data file is written anew while it is in use, and nothing is lost by that at any moment."""

import os
import random
import shutil
import signal
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7, D7_MESSAGE
from tests.sandbox.worlds import ALL, PROVIDERS, account_of, listed, make, receipt, show, write

Start = Callable[..., Any]
MIB = 1_048_576
RULE = {"fault": {"type": "latency", "ms": 0}, "seed": 1}
LOOKS = ("", "/messages", "/faults", "/snapshot")
ROOT = os.geteuid() == 0


def look(client: Any) -> list[Any]:
    """All that is told of all sandboxes, in their order."""
    return [[show(client, each, what) for what in LOOKS] for each in listed(client)]


def reset_until(client: Any, done: Callable[[], bool], most: int = 400) -> int:
    """Reset ``default``, which leaves 140 KB of dead documents each time; how often."""
    for count in range(most):
        if done():
            return count
        assert client.post(f"{ALL}/default/reset").status_code == 204
    raise AssertionError(f"not within {most} resets")


def written_anew(file: Path) -> Callable[[], bool]:
    first = file.stat().st_ino
    return lambda: file.stat().st_ino != first


def beside(file: Path) -> Path:
    return file.with_name(f".{file.name}.new")


def assert_summed(file: Path) -> None:
    """Each line is JSON, a tab and its checksum."""
    lines = file.read_bytes().split(b"\n")
    assert lines.pop() == b""
    for line in lines:
        text, _, told = line.rpartition(b"\t")
        assert told == b"%08x" % zlib.crc32(text)


def test_dead_file_of_over_4_mib_is_written_anew_and_small_again(start: Start, data: Path) -> None:
    client = start()
    write(client, "default", "d7", id="gone")
    reset_until(client, written_anew(data))
    assert data.stat().st_size < MIB
    assert_summed(data)
    assert not beside(data).exists()
    write(client, "default", "d7", id="kept")
    before = look(client)
    assert look(start()) == before


def test_it_is_not_before_4_mib(start: Start, data: Path) -> None:
    client = start()
    anew = written_anew(data)
    reset_until(client, lambda: data.stat().st_size > 4 * MIB - 200_000)
    assert not anew()


def test_it_is_not_while_less_than_half_is_dead(start: Start, data: Path) -> None:
    client = start()
    anew = written_anew(data)
    names = [make(client, fixtures="default")["id"] for _ in range(60)]
    assert data.stat().st_size > 6 * MIB
    assert not anew()
    assert not beside(data).exists()
    for name in names[:40]:
        assert client.delete(f"{ALL}/{name}").status_code == 204
    assert anew() or beside(data).exists()


def test_snapshots_are_no_dead_documents(start: Start, data: Path) -> None:
    """A reset leaves them: only what it takes the place of is dead."""
    client = start()
    for _ in range(10):
        write(client, "default", "d7", text="x" * 60_000)
    for name in "abcdefgh":
        client.post(f"{ALL}/default/snapshot", json={"name": name})
    anew = written_anew(data)
    dead = reset_until(client, anew) * 140_000
    assert dead > 0.8 * data.stat().st_size > 4 * MIB


@pytest.fixture
def half_way(start: Start, data: Path) -> Any:
    """An application whose file is being written anew: 25 sandboxes are to be copied."""
    client = start()
    data.chmod(0o600)
    for place in range(25):
        make(client, id=f"s{place}", fixtures="default", faults=[RULE])
    reset_until(client, beside(data).exists)
    return client


class Caller:
    """Changes all kinds of things, by chance."""

    def __init__(self, client: Any, seed: int) -> None:
        self.client = client
        self.chance = random.Random(seed)

    def act(self) -> None:
        acts = [self.write, self.write, self.mark, self.mark, self.rule, self.clear, self.patch]
        self.chance.choice([*acts, self.delete, self.make, self.keep, self.restore, self.reset])()

    def sandbox(self) -> str:
        return self.chance.choice(list(listed(self.client)))

    def write(self) -> None:
        write(self.client, self.sandbox(), self.chance.choice(PROVIDERS))

    def mark(self) -> None:
        name = self.sandbox()
        [*_, last] = show(self.client, name, "/messages?provider=d7")["messages"] or [{"id": "x"}]
        account = account_of(show(self.client, name), "d7")
        receipt("d7", account, last["id"]).by(self.client)

    def rule(self) -> None:
        assert self.post("/faults", RULE) == 201

    def clear(self) -> None:
        assert self.client.delete(f"{ALL}/{self.sandbox()}/faults").status_code == 204

    def patch(self) -> None:
        path = f"{ALL}/{self.sandbox()}/accounts/d7/main"
        condition = self.chance.choice(["good", "expired"])
        assert self.client.patch(path, json={"condition": condition}).status_code == 200

    def delete(self) -> None:
        name = self.sandbox()
        assert self.client.delete(f"{ALL}/{name}").status_code in (204, 409)

    def make(self) -> None:
        """Also one of an id that was there before."""
        name = f"s{self.chance.randrange(30)}"
        fixtures = self.chance.choice(["accounts", "default"])
        answer = self.client.post(ALL, json={"id": name, "fixtures": fixtures})
        assert answer.status_code in (201, 409)

    def keep(self) -> None:
        assert self.post("/snapshot", None) == 201

    def restore(self) -> None:
        assert self.post("/restore", None) in (204, 404)

    def reset(self) -> None:
        assert self.post("/reset", None) == 204

    def post(self, what: str, body: Any) -> int:
        answer = self.client.post(f"{ALL}/{self.sandbox()}{what}", json=body)
        return int(answer.status_code)


def copy_to(folder: Path, data: Path) -> Path:
    """The file, and what is beside it, as a process that is killed now would leave them."""
    folder.mkdir()
    shutil.copy(data, folder / "data")
    if beside(data).exists():
        shutil.copy(beside(data), folder / ".data.new")
    return folder / "data"


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", range(6))
def test_a_killed_server_has_lost_nothing_at_any_moment(
    half_way: Any, make_client: Callable[..., Any], data: Path, tmp_path: Path, seed: int
) -> None:
    anew, caller = written_anew(data), Caller(half_way, seed)
    for moment in range(200):
        caller.act()
        if moment % 8 and not anew():
            continue
        copy = copy_to(tmp_path / f"copy{moment}", data)
        again = make_client(data=copy)
        assert look(again) == look(half_way)
        again.application.sandboxes.close()
        assert not beside(copy).exists()
        if anew():
            break
    assert anew()


def test_new_file_is_hidden_as_the_old_one_is(half_way: Any, data: Path) -> None:
    assert stat.S_IMODE(beside(data).stat().st_mode) == 0o600


def test_lines_that_follow_stand_behind_what_was_copied(half_way: Any, data: Path) -> None:
    """As many calls as it takes: each adds a slice."""
    anew = written_anew(data)
    for _ in range(200):
        half_way.post(f"/d7/whatsapp/v2/read-receipt/{D7_MESSAGE}", headers=D7)
        if anew():
            break
    assert anew()
    assert_summed(data)


def test_mode_and_owner_stay(start: Start, data: Path) -> None:
    """At a start, and while it is in use."""
    start()
    data.chmod(0o640)
    owner = (12_345, 23_456) if ROOT else (os.getuid(), os.getgid())
    os.chown(data, *owner)
    client = start()
    for _ in range(2):
        status = data.stat()
        assert stat.S_IMODE(status.st_mode) == 0o640
        assert (status.st_uid, status.st_gid) == owner
        reset_until(client, written_anew(data))


def test_file_that_cannot_be_written_anew_goes_on_as_it_is(start: Start, data: Path) -> None:
    client = start()
    beside(data).mkdir()
    first = data.stat().st_ino
    reset_until(client, lambda: data.stat().st_size > 9 * MIB)
    assert data.stat().st_ino == first
    beside(data).rmdir()
    reset_until(client, written_anew(data))
    before = look(client)
    assert look(start()) == before


def test_end_of_a_server_leaves_nothing_beside(half_way: Any, data: Path) -> None:
    half_way.application.sandboxes.close()
    assert [each.name for each in data.parent.iterdir()] == ["data"]


@pytest.mark.slow
def test_kill_9_while_the_file_is_written_anew_loses_nothing(start_server: Any, data: Path) -> None:
    answered: list[str] = []
    server = start_server("--data", str(data))
    for place in range(25):
        wish = {"id": f"s{place}", "fixtures": "default"}
        assert requests.post(f"{server.url}{ALL}", json=wish, timeout=10).status_code == 201
    with requests.Session() as session:
        for enough in (1, 5, 20, 60):
            while not beside(data).exists():
                session.post(f"{server.state}/reset", timeout=10).raise_for_status()
            for _ in range(enough):
                message = {"provider": "d7", "from": "+971501112233"}
                answer = session.post(f"{server.url}{ALL}/s9/messages", json=message, timeout=10)
                answered.append(answer.json()["id"])
            server.stop(signal.SIGKILL)
            server = start_server("--data", str(data))
            found = session.get(f"{server.url}{ALL}/s9/messages", timeout=10).json()["messages"]
            assert set(answered) <= {each["id"] for each in found}
            assert len(session.get(f"{server.url}{ALL}", timeout=10).json()["sandboxes"]) == 26
