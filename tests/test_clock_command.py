"""``mockserver clock``: shows the time of a sandbox, and moves it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.commands import Done, run
from tests.conftest import Server
from tests.faults.command import assert_one_line

THEN = "2027-03-01T00:00:00Z"


@pytest.fixture
def server(server: Server) -> Iterator[Server]:
    """With another sandbox, as long as the test lasts."""
    url = f"{server.url}/_mock/sandboxes"
    requests.post(url, json={"id": "mine"}, timeout=5).raise_for_status()
    yield server
    requests.delete(f"{url}/mine", timeout=5).raise_for_status()


def clock(server: Server, *arguments: str, **how: Any) -> Done:
    return run("clock", *arguments, "--url", server.url, **how)


def move(server: Server, *arguments: str) -> dict[str, Any]:
    done = clock(server, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    answer = requests.get(f"{server.state}/clock", timeout=5).json()
    assert {**told, "now": answer["now"]} == answer
    return told


def test_clock_is_shown(server: Server) -> None:
    move(server, "now", THEN)
    shown = move(server, "show")
    assert shown == {"now": THEN, "running": False, "rate": 1.0, "next_job": None, "skew": "PT0S"}
    assert json.loads(run("clock", MOCKSERVER_URL=server.url).stdout) == shown
    assert json.loads(run("clock", "--url", server.url).stdout) == shown


def test_clock_is_moved(server: Server) -> None:
    assert move(server, "now", THEN)["now"] == THEN
    assert move(server, "advance", "PT61S")["now"] == "2027-03-01T00:01:01Z"
    assert move(server, "rate", "0.001")["rate"] == 0.001
    move(server, "now", THEN)
    assert move(server, "run")["running"] is True
    move(server, "skew", "PT1S")
    told = move(server, "reset")
    assert (told["rate"], told["skew"]) == (1.0, "PT0S")


@pytest.mark.parametrize("arguments", [["-PT61S"], ["--", "-PT61S"]], ids=" ".join)
def test_negative_duration_is_an_argument(server: Server, arguments: list[str]) -> None:
    done = run("clock", "skew", "--url", server.url, *arguments)
    assert json.loads(done.stdout)["skew"] == "-PT61S"
    if len(arguments) == 1:
        assert move(server, "skew", "-PT61S")["skew"] == "-PT61S"


@pytest.mark.parametrize(
    "before", [("--sandbox", "mine", "clock"), ("clock", "--sandbox", "mine")], ids=" ".join
)
def test_clock_of_another_sandbox(server: Server, before: tuple[str, ...]) -> None:
    place = before if before[0] == "clock" else ("clock", *before[:2])
    json.loads(run(*place, "--url", server.url, "now", THEN).stdout)
    assert json.loads(run(*place, "--url", server.url).stdout)["now"] == THEN
    shown = run("clock", MOCKSERVER_URL=server.url, MOCKSERVER_SANDBOX="mine").stdout
    assert json.loads(shown)["now"] == THEN
    assert move(server, "show")["now"] != THEN


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("advance", "-PT1S"), "advance: expected an ISO 8601 duration"),
        (("now", "tomorrow"), "now: expected a time with its offset"),
        (("rate", "-1"), "rate: expected a number from 0.001 to 100000, came -1.0"),
        (("skew", "61"), "skew: expected an ISO 8601 duration"),
    ],
)
def test_what_the_server_refuses_is_one_line(
    server: Server, arguments: tuple[str, ...], told: str
) -> None:
    done = clock(server, *arguments)
    assert_one_line(done, 1, told)


@pytest.mark.parametrize("arguments", [("rate", "fast"), ("advance",), ("back",)], ids=str)
def test_wrong_command_line_is_code_2(server: Server, arguments: tuple[str, ...]) -> None:
    assert clock(server, *arguments).returncode == 2
