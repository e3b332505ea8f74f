"""What is told on stderr: to a person at a terminal, to a CI job, to a program."""

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.commands import run
from tests.conftest import Server, Start

REASON = "expected 'Bearer <token of an account>', came the unknown token ****"
LINE = re.compile(r"(req_\w+) (\w+) (\S+) \(([^)]*)\) -> (.*)")


def told(server: Server) -> list[tuple[str, ...]]:
    """The lines about calls: id, method, path, what is told in brackets, how it ended."""
    return [found.groups() for found in LINE.finditer(server.log.read_text())]


def make_calls(server: Server) -> list[str]:
    """The ids of one that succeeds, one that fails, and one that a fault strikes."""
    answers = [
        KIRIM_RECEIPT.send(server.url),
        KIRIM_RECEIPT.send(server.url, Authorization="Bearer nobody"),
        D7_RECEIPT.send(server.url, **{"X-Mock-Fault": "latency=1"}),
    ]
    return [answer.headers["X-Mock-Request-Id"] for answer in answers]


def test_failed_calls_are_told_where_no_terminal_is(start_server: Start) -> None:
    server = start_server()
    _, failed, _ = make_calls(server)
    [(entry, method, path, about, came)] = told(server)
    assert (entry, method, path) == (failed, "POST", KIRIM_RECEIPT.path)
    assert re.fullmatch(r"kirim, \d+\.\d ms", about)
    assert came == f"401 INVALID_API_KEY: {REASON}"


def test_every_call_is_told_at_the_level_debug(start_server: Start) -> None:
    server = start_server("--log-level", "debug")
    ids = make_calls(server)
    lines = told(server)
    assert [line[0] for line in lines] == ids
    assert [line[4] for line in lines] == [
        "200",
        f"401 INVALID_API_KEY: {REASON}",
        "200",
    ]
    assert lines[2][3].endswith("ms, fault header")


@pytest.mark.sample(1)
@pytest.mark.parametrize("level", ["warning", "error"])
def test_calls_are_not_told_at_higher_levels(start_server: Start, level: str) -> None:
    server = start_server(MOCKSERVER_LOG_LEVEL=level)
    make_calls(server)
    assert told(server) == []
    assert "kdv_live_" in server.log.read_text()  # the banner comes all the same


def test_log_is_json_for_programs(start_server: Start) -> None:
    server = start_server("--log-format", "json", "--log-level", "debug")
    passed, failed, struck = make_calls(server)
    records = [json.loads(line) for line in server.log.read_text().splitlines()]
    calls = {each["request"]: each for each in records if each["logger"] == "mockserver.calls"}
    assert list(calls) == [passed, failed, struck]
    assert calls[failed] | {"at": 0, "duration_ms": 0, "message": ""} == {
        "at": 0,
        "level": "info",
        "logger": "mockserver.calls",
        "message": "",
        "request": failed,
        "method": "POST",
        "path": KIRIM_RECEIPT.path,
        "provider": "kirim",
        "status": 401,
        "error": "INVALID_API_KEY",
        "sent": "all",
        "duration_ms": 0,
        "fault": None,
        "because": REASON,
    }
    assert calls[struck]["fault"] == "header"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", calls[failed]["at"])
    assert server.url in records[-4]["message"]  # where it listens, in place of the banner


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def read_until(descriptor: int, wanted: bytes) -> str:
    """What comes from a terminal until it holds that."""
    came = b""
    while wanted not in came:
        assert select.select([descriptor], [], [], 20)[0], came
        came += os.read(descriptor, 65_536)
    return came.decode()


def test_every_call_is_told_on_a_terminal(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("mockserver ready: ").strip()
            read_until(ours, b"Administration: ")
            answer = KIRIM_RECEIPT.send(url)
            line = read_until(ours, b"-> 200")
        finally:
            process.terminate()
    found = LINE.search(line)
    assert found is not None
    assert found[1] == answer.headers["X-Mock-Request-Id"]
    assert found[3] == KIRIM_RECEIPT.path


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [("--log-level", "loud", "debug"), ("--log-format", "xml", "json")],
)
def test_wrong_choice_is_refused(option: str, value: str, known: str) -> None:
    done = run("serve", option, value)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert option in line
    assert known in line
