"""A data file that is taken away under a running server: told at the next change, not lost."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7, D7_MESSAGE
from tests.commands import run

SECOND = "987efe2a-c68f-4cfb-8301-662b574d21c0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data"


def mark(server: Any, message_id: str = D7_MESSAGE) -> requests.Response:
    url = f"{server.url}/whatsapp/v2/read-receipt/{message_id}"
    return requests.post(url, headers=D7, timeout=10)


def ready(server: Any) -> int:
    return requests.get(f"{server.url}/_mock/readyz", timeout=10).status_code


def replace(file: Path, aside: Path) -> None:
    file.rename(aside)
    file.write_bytes(aside.read_bytes())


def copy_over(file: Path, aside: Path) -> None:
    aside.write_bytes(file.read_bytes())
    file.write_bytes(b"another\n")


def lead_elsewhere(file: Path, aside: Path) -> None:
    file.rename(aside)
    file.symlink_to("/dev/null")


def move_the_folder(file: Path, aside: Path) -> None:
    file.parent.rename(aside)


AWAY: dict[str, tuple[Callable[[Path, Path], Any], str]] = {
    "moved": (lambda file, aside: file.rename(aside), "it is not there any more"),
    "replaced": (replace, "another file has taken its place"),
    "overwritten": (copy_over, "another program has changed it"),
    "a link": (lead_elsewhere, "another file has taken its place"),
    "its folder": (move_the_folder, "it is not there any more"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize(("take", "reason"), AWAY.values(), ids=AWAY)
def test_next_change_is_a_507_and_told_in_the_log(
    start_server: Any, tmp_path: Path, take: Callable[[Path, Path], Any], reason: str
) -> None:
    file = tmp_path / "folder" / "data"
    file.parent.mkdir()
    server = start_server("--data", str(file))
    assert mark(server).status_code == 200
    take(file, tmp_path / "aside")
    there = file.read_bytes() if file.is_file() else None
    for message_id in (SECOND, D7_MESSAGE):
        answer = mark(server, message_id)
        assert (answer.status_code, answer.json()["error"]["code"]) == (507, "not_kept")
        assert reason in answer.json()["error"]["message"]
        assert "start the server anew" in answer.json()["error"]["hint"]
    assert ready(server) == 503
    [line] = [each for each in server.log.read_text().splitlines() if "changes cannot" in each]
    assert f"{file}: changes cannot be kept: {reason}; put the file back" in line
    message = requests.get(f"{server.state}/messages/{SECOND}", timeout=10).json()
    assert message["read_at"] is None
    assert (file.read_bytes() if file.is_file() else None) == there


def test_file_that_is_put_back_is_gone_on_with(
    start_server: Any, file: Path, tmp_path: Path
) -> None:
    server = start_server("--data", str(file))
    file.rename(tmp_path / "aside")
    assert (mark(server).status_code, ready(server)) == (507, 503)
    (tmp_path / "aside").rename(file)
    assert (ready(server), mark(server).status_code) == (200, 200)
    server.stop()
    again = start_server("--data", str(file))
    message = requests.get(f"{again.state}/messages/{D7_MESSAGE}", timeout=10).json()
    assert message["read_at"]


def make_loop(file: Path) -> None:
    other = file.with_name("other")
    other.symlink_to(file)
    file.symlink_to(other)


def make_socket(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(file))


STRANGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a loop": (make_loop, "Too many levels of symbolic links"),
    "a full device": (lambda file: file.symlink_to("/dev/full"), "it is a device"),
    "an endless device": (lambda file: file.symlink_to("/dev/zero"), "it is a device"),
    "a FIFO": (os.mkfifo, "it is a FIFO"),
    "a folder": (Path.mkdir, "it is a folder"),
    "a socket": (make_socket, "it is a socket"),
}


@pytest.mark.parametrize(("make", "reason"), STRANGE.values(), ids=STRANGE)
def test_what_is_no_file_is_refused_in_one_line(
    file: Path, make: Callable[[Path], Any], reason: str
) -> None:
    make(file)
    done = run("serve", "--port", "0", "--data", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"mockserver: {file}: cannot be used: {reason}")


def test_folder_that_the_process_works_in_does_not_matter(
    make_client: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    client = make_client(data=Path("data"))
    monkeypatch.chdir("/")
    assert client.post("/_mock/sandboxes/default/reset").status_code == 204
    client.application.sandboxes.close()
