"""``mockserver requests``: the journal, as it is and as it comes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import pytest
import requests

from tests.calls import D7_REPORT, KIRIM_KEY, KIRIM_RECEIPT
from tests.commands import Done, run
from tests.conftest import Server, Start
from tests.faults.command import assert_one_line


def print_requests(server: Server, *arguments: str) -> Done:
    return run("requests", *arguments, "--url", server.url)


def make_call(server: Server, **headers: str) -> str:
    return KIRIM_RECEIPT.send(server.url, **headers).headers["X-Mock-Request-Id"]


def journal_of(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{server.state}/requests", timeout=5).json()[
        "requests"
    ]
    return found


def test_each_call_is_a_line(server: Server) -> None:
    first = make_call(server)
    requests.get(f"{server.url}/kirim/nowhere", timeout=5)
    done = print_requests(server)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    [at] = [each["at"] for each in journal_of(server)[:1]]
    path = f"POST {KIRIM_RECEIPT.path}"
    assert lines[0] == f"{at} {first} {path} (kirim mark_as_read main) -> 200"
    assert "GET /kirim/nowhere (kirim) -> 404" in lines[1]


def test_fault_error_and_reason_are_told(server: Server) -> None:
    make_call(server, **{"X-Mock-Fault": "error=WHATSAPP_UPSTREAM_ERROR"})
    line = print_requests(server).stdout
    assert "-> 502 WHATSAPP_UPSTREAM_ERROR fault header: injected by header" in line


def test_what_to_do_about_a_refusal_is_told(server: Server) -> None:
    requests.get("http://elsewhere.test/", proxies={"http": server.url}, timeout=5)
    line = print_requests(server).stdout
    told = "(no provider) -> 403: elsewhere.test is no provider's host; nothing reaches the real "
    assert told in line
    assert line.endswith("--pass elsewhere.test lets this one through\n")


def test_json_is_what_the_server_tells(server: Server) -> None:
    make_call(server)
    make_call(server)
    lines = print_requests(server, "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == journal_of(server)


def test_filters_are_the_administrations(server: Server) -> None:
    first = make_call(server)
    D7_REPORT.send(server.url)
    second = make_call(server)
    for filters, wanted in (
        (["--provider", "kirim"], [first, second]),
        (["--provider", "kirim", "--since", first], [second]),
        (["--limit", "1"], [second]),
        (["--provider", "kirim", "--status", "404"], []),
        (["--business-number", "628111222333", "--committed", "true"], [first, second]),
        (["--message-id", "other"], []),
    ):
        lines = print_requests(server, *filters).stdout.splitlines()
        assert [line.split()[1] for line in lines] == wanted, filters
    done = print_requests(server, "--provider", "kirm")
    assert_one_line(done, 1, "did you mean kirim?")


@pytest.mark.slow
def test_all_pages_are_printed(server: Server) -> None:
    """One answer cannot hold these, as it counts what is long four times."""
    for _ in range(300):
        requests.post(f"{server.url}/kirim/nowhere", data=b"\x01" * 24_000, timeout=5)
    done = print_requests(server, "--json")
    printed = [json.loads(line)["id"] for line in done.stdout.splitlines()]
    newest = [each["id"] for each in journal_of(server)]
    assert len(printed) == 300 > len(newest)
    assert printed[-len(newest) :] == newest


def test_nothing_steers_the_terminal_and_no_secret_is_printed(server: Server) -> None:
    path = f"/kirim/%1b[2J%0a{KIRIM_KEY}"
    requests.get(f"{server.url}{path}", headers={"X": KIRIM_KEY}, timeout=5)
    for how in ([], ["--json"]):
        done = print_requests(server, *how)
        assert len(done.stdout.splitlines()) == 1
        assert KIRIM_KEY not in done.stdout
        assert "\x1b" not in done.stdout


def heed_ctrl_c() -> None:
    """Which a process does not that was started in the background, nor what it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def following(url: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "requests", "--follow", *arguments, "--url", url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=heed_ctrl_c,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def read_id(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().split()[1]


def test_follow_goes_on_with_what_comes_until_ctrl_c(server: Server) -> None:
    first = make_call(server)
    with following(server.url) as process:
        assert read_id(process.stdout) == first
        later = [make_call(server) for _ in range(3)]
        assert [read_id(process.stdout) for _ in later] == later
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_follow_keeps_to_its_filters_and_its_limit(server: Server) -> None:
    for _ in range(3):
        last = make_call(server)
    with following(server.url, "--limit", "1", "--provider", "kirim") as process:
        assert read_id(process.stdout) == last
        D7_REPORT.send(server.url)
        later = make_call(server)
        assert read_id(process.stdout) == later


def test_follow_goes_on_after_a_reset_of_the_sandbox(server: Server) -> None:
    first = make_call(server)
    with following(server.url) as process:
        assert read_id(process.stdout) == first
        requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
        later = make_call(server)
        assert read_id(process.stdout) == later


@pytest.mark.slow
def test_follow_goes_on_after_a_restart_of_the_server(start_server: Start) -> None:
    server = start_server()
    port = server.url.rpartition(":")[2]
    first = make_call(server)
    with following(server.url) as process:
        assert read_id(process.stdout) == first
        assert server.stop() == 0
        assert process.stderr is not None
        assert "no server answers" in process.stderr.readline()
        again = start_server("--port", port)
        later = make_call(again)
        assert read_id(process.stdout) == later


def test_follow_ends_where_the_sandbox_is_gone(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", timeout=5).json()["id"]
    with following(server.url, "--sandbox", made) as process:
        requests.delete(f"{server.url}/_mock/sandboxes/{made}", timeout=5).raise_for_status()
        assert process.wait(timeout=20) == 1
        assert process.stderr is not None
        assert "no such sandbox" in process.stderr.read()
