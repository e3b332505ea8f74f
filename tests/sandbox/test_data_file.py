"""``--data FILE``: what has been answered survives ``kill -9``; a damaged file is left alone."""

import itertools
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7, D7_MESSAGE, KALEYRA_MESSAGE, KALEYRA_RECEIPT
from tests.commands import run

FIRST = D7_MESSAGE  # unread in the fixtures
SECOND = "987efe2a-c68f-4cfb-8301-662b574d21c0"  # so is this


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data"


def messages(server: Any, **filters: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{server.state}/messages", params=filters, timeout=10)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def read_ids(server: Any, provider: str) -> set[str]:
    return {each["id"] for each in messages(server, provider=provider) if each["read_at"]}


def mark_read(server: Any, message_id: str) -> None:
    url = f"{server.url}/whatsapp/v2/read-receipt/{message_id}"
    requests.post(url, headers=D7, timeout=10).raise_for_status()


def write(server: Any, **message: Any) -> dict[str, Any]:
    body = {"provider": "d7", "from": "+971501112233"} | message
    answer = requests.post(f"{server.state}/messages", json=body, timeout=10)
    answer.raise_for_status()
    added: dict[str, Any] = answer.json()
    return added


def refused(file: Path) -> str:
    """Try to start on the file, which must fail in the promised way: the one line."""
    done = run("serve", "--port", "0", "--data", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"mockserver: {file}: ")
    return done.stderr


def mark_until_killed(server: Any, caller: int, answered: set[str]) -> None:
    """Write messages and mark each read; what was answered is noted."""
    with requests.Session() as session:
        for place in itertools.count(len(answered)):
            message_id = f"{server.process.pid}-{caller}-{place}"
            message = {"provider": "d7", "from": "+971501112233", "id": message_id}
            url = f"{server.url}/whatsapp/v2/read-receipt/{message_id}"
            try:
                written = session.post(f"{server.state}/messages", json=message, timeout=10)
                read = session.post(url, headers=D7, timeout=10)
            except requests.RequestException:
                return
            assert (written.status_code, read.status_code) == (201, 200)
            answered.add(message_id)


@pytest.mark.slow
def test_every_answered_receipt_survives_kill_9_again_and_again(
    start_server: Any, file: Path
) -> None:
    answered: set[str] = set()
    for enough in (1, 60, 150, 300):
        server = start_server("--data", str(file))
        assert answered <= read_ids(server, "d7")
        with ThreadPoolExecutor() as pool:
            callers = [pool.submit(mark_until_killed, server, n, answered) for n in range(4)]
            while len(answered) < enough and not any(each.done() for each in callers):
                pass
            server.stop(signal.SIGKILL)
        assert [each.exception() for each in callers] == [None] * 4
        assert len(answered) >= enough
    assert answered <= read_ids(start_server("--data", str(file)), "d7")


def test_all_is_as_before_after_a_restart(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    mark_read(server, FIRST)
    write(server, text="नमस्ते 🙏", age="PT5M")
    write(server, type="image", image={"id": "7", "mime_type": "image/png"}, id="wamid.NEW/+=")
    before = messages(server)
    assert server.stop() == 0
    assert messages(start_server("--data", str(file))) == before


def test_typing_bubble_and_earlier_messages_survive(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    answer = replace(KALEYRA_RECEIPT, body=KALEYRA_RECEIPT.full_body).send(server.url)
    assert answer.status_code == 202
    before = messages(server, provider="kaleyra")
    assert [each["id"] for each in before if each["typing_until"]] == [KALEYRA_MESSAGE]
    server.stop(signal.SIGKILL)
    assert messages(start_server("--data", str(file)), provider="kaleyra") == before


@pytest.mark.slow
def test_fixtures_are_planted_once(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    count, received = len(messages(server)), messages(server)[0]["received_at"]
    server.stop()
    again = start_server("--data", str(file))
    assert (len(messages(again)), messages(again)[0]["received_at"]) == (count, received)


@pytest.mark.slow
def test_message_of_an_old_id_is_refused_after_a_restart(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    write(server, id="mine")
    server.stop()
    again = start_server("--data", str(file))
    body = {"provider": "d7", "from": "+971501112233", "id": "mine"}
    assert requests.post(f"{again.state}/messages", json=body, timeout=10).status_code == 409


@pytest.mark.slow
def test_message_after_a_restart_is_the_last_in_order(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    write(server, id="first")
    server.stop()
    again = start_server("--data", str(file))
    write(again, id="second")
    assert [each["id"] for each in messages(again)][-2:] == ["first", "second"]


@pytest.mark.slow
def test_reset_goes_back_to_the_fixtures_for_good(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    before = {each["id"]: each["read_at"] is None for each in messages(server)}
    mark_read(server, FIRST)
    write(server)
    requests.post(f"{server.state}/reset", timeout=10).raise_for_status()
    assert {each["id"]: each["read_at"] is None for each in messages(server)} == before
    server.stop(signal.SIGKILL)
    again = start_server("--data", str(file))
    assert {each["id"]: each["read_at"] is None for each in messages(again)} == before


def test_receipts_after_a_reset_are_kept(start_server: Any, file: Path) -> None:
    server = start_server("--data", str(file))
    mark_read(server, FIRST)
    requests.post(f"{server.state}/reset", timeout=10).raise_for_status()
    mark_read(server, SECOND)
    server.stop(signal.SIGKILL)
    read = read_ids(start_server("--data", str(file)), "d7")
    assert SECOND in read
    assert FIRST not in read


def test_empty_file_is_a_new_one(start_server: Any, file: Path) -> None:
    file.touch()
    assert messages(start_server("--data", str(file)))


@pytest.fixture
def written(start_server: Any, file: Path) -> Path:
    """A data file with three receipts in it, of a server that has ended."""
    server = start_server("--data", str(file))
    for message_id in (FIRST, SECOND, "bb49c49c-26eb-11f0-b696-0242ac59a0eb"):
        mark_read(server, message_id)
    write(server, id="last but one")
    write(server, id="last")
    server.stop()
    return file


def test_unfinished_last_line_is_dropped_and_the_rest_kept(
    start_server: Any, written: Path
) -> None:
    os.truncate(written, written.stat().st_size - 5)
    found = {each["id"]: each["read_at"] for each in messages(start_server("--data", str(written)))}
    assert "last" not in found
    assert "last but one" in found
    assert found[FIRST]
    assert found[SECOND]


@pytest.mark.slow
def test_life_goes_on_after_an_unfinished_last_line(start_server: Any, written: Path) -> None:
    os.truncate(written, written.stat().st_size - 1)
    server = start_server("--data", str(written))
    write(server, id="last")
    server.stop(signal.SIGKILL)
    ids = {each["id"] for each in messages(start_server("--data", str(written)))}
    assert {"last", "last but one"} <= ids


HEADER = b'{"mockserver-data":1}\n'
DAMAGED = {
    "garbage": bytes(range(256)) * 10,
    "garbage without a line end": b"garbage",
    "NULs": bytes(5_000),
    "a line end": b"\n",
    "a fixture": b'{\n  "accounts": [],\n  "conversations": []\n}\n',
    "no header": b'[["d7","x",{"id":"x"}]]\n',
    "another header": b'{"mockserver-data":2}\n',
    "a line that is no list": HEADER + b'{"d7": 1}\n',
    "a change of a number": HEADER + b'[["d7","x",5]]\n',
    "a change to a list": HEADER + b'[[["d7"],"x",{}]]\n',
    "a message without fields": HEADER + b'[["d7","x",{}]]\n',
    "a message with unknown fields": HEADER + b'[["d7","x",{"colour":"red"}]]\n',
    "a deep line": HEADER + b"[" * 10_000 + b"]" * 10_000 + b"\n",
    "invalid UTF-8": HEADER + b'[["d7","\xff",{}]]\n',
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_file_is_refused_and_left_as_it_is(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    refused(file)
    assert file.read_bytes() == content
    assert [each.name for each in file.parent.iterdir()] == ["data"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("line", [0, 2, -3])
def test_broken_line_is_named_and_the_file_left_as_it_is(written: Path, line: int) -> None:
    lines = written.read_bytes().split(b"\n")
    lines[line] = lines[line][:-4] + b"####"
    content = b"\n".join(lines)
    written.write_bytes(content)
    number = line + 1 if line >= 0 else len(lines) + line + 1
    assert f"line {number} " in refused(written)
    assert written.read_bytes() == content


def test_file_cut_in_the_header_is_refused(file: Path) -> None:
    file.write_bytes(HEADER[:-5])
    refused(file)
    assert file.read_bytes() == HEADER[:-5]


def test_folder_is_refused(file: Path) -> None:
    file.mkdir()
    refused(file)
    assert list(file.iterdir()) == []


def test_file_in_no_folder_is_refused(file: Path) -> None:
    refused(file / "below" / "data")
    assert not file.exists()


def test_second_server_on_the_file_is_refused(start_server: Any, file: Path) -> None:
    first = start_server("--data", str(file))
    content = file.read_bytes()
    assert "in use" in refused(file)
    assert file.read_bytes() == content
    mark_read(first, FIRST)
    first.stop(signal.SIGKILL)
    assert FIRST in read_ids(start_server("--data", str(file)), "d7")


@pytest.mark.slow
def test_second_server_is_refused_by_any_other_name_too(start_server: Any, file: Path) -> None:
    start_server("--data", str(file))
    other = file.with_name("other")
    other.symlink_to(file)
    assert "in use" in refused(other)


@pytest.mark.slow
def test_link_to_a_file_stays_a_link(start_server: Any, file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    server = start_server("--data", str(link))
    mark_read(server, FIRST)
    server.stop()
    assert link.is_symlink()
    assert FIRST in read_ids(start_server("--data", str(file)), "d7")
