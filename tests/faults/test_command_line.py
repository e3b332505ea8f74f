"""Faults from the command line, against a running server."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Server
from tests.faults.command import KIRIM_CALL, LINE, TEA, assert_one_line, faults, rules_of

# list, add, apply, remove, clear


def test_rules_are_listed_one_a_line_and_scenarios_beside(server: Server) -> None:
    for _ in range(2):
        faults("add", TEA, url=server.url)
    done = faults("list", url=server.url)
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == rules_of(server)
    assert len(done.stdout.splitlines()) == 2
    assert "rate-limited: Five calls in ten seconds" in done.stderr
    assert len(done.stderr.splitlines()) == 8


def test_no_rules_are_listed_as_nothing(server: Server) -> None:
    done = faults("list", url=server.url)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("way", ["argument", "file", "standard input"])
def test_rule_is_added_and_printed(server: Server, tmp_path: Path, way: str) -> None:
    (tmp_path / "rule.json").write_text(TEA)
    argument = {"argument": TEA, "file": f"@{tmp_path / 'rule.json'}", "standard input": "@-"}
    done = faults("add", argument[way], url=server.url, given=TEA)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == rules_of(server)[0]
    assert rules_of(server)[0]["name"] == "tea"
    assert KIRIM_CALL.send(server.url).status_code == 418


def test_scenario_is_applied_in_place_of_the_rules(server: Server) -> None:
    faults("add", TEA, url=server.url)
    done = faults("apply", "expired-credentials", url=server.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "expired-credentials: 4 rules\n"
    assert [rule["match"]["provider"] for rule in rules_of(server)] == [
        "d7",
        "kaleyra",
        "nxcloud",
        "kirim",
    ]


def test_scenario_is_added_to_the_rules(server: Server) -> None:
    faults("add", TEA, url=server.url)
    done = faults("apply", "expired-credentials", "--add", url=server.url)
    assert (done.returncode, done.stdout) == (0, "expired-credentials: 4 rules added, 5 in all\n")
    assert rules_of(server)[0]["name"] == "tea"
    assert len(rules_of(server)) == 5


def test_list_tells_phase_and_what_is_left(server: Server) -> None:
    faults("add", json.dumps(json.loads(TEA) | {"schedule": {"times": 1}}), url=server.url)
    for phase, left in (("active", 1), ("spent", 0)):
        listed = json.loads(faults("list", url=server.url).stdout)
        assert (listed["phase"], listed["left"]) == (phase, left)
        KIRIM_CALL.send(server.url)


def test_rule_is_removed_by_its_id(server: Server) -> None:
    for _ in range(2):
        faults("add", TEA, url=server.url)
    first, second = (rule["id"] for rule in rules_of(server))
    done = faults("remove", first, url=server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [rule["id"] for rule in rules_of(server)] == [second]
    assert_one_line(faults("remove", first, url=server.url), 1, "no rule has the id", first)
    for wrong in ("", "transcript", "../reset"):
        assert_one_line(faults("remove", wrong, url=server.url), 1, "expected the id of a rule")


def test_clear_removes_all_rules(server: Server) -> None:
    faults("apply", "flaky-network", url=server.url)
    done = faults("clear", url=server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert rules_of(server) == []


def test_server_is_found_by_the_variable(server: Server) -> None:
    done = faults("add", TEA, MOCKSERVER_URL=server.url)
    assert done.returncode == 0
    assert [rule["name"] for rule in rules_of(server)] == ["tea"]


def test_option_wins_over_the_variable(server: Server) -> None:
    done = faults("add", TEA, url=server.url, MOCKSERVER_URL="http://127.0.0.1:1")
    assert (done.returncode, len(rules_of(server))) == (0, 1)


def test_server_can_be_told_before_the_command(server: Server) -> None:
    done = faults("--url", server.url, "add", TEA, MOCKSERVER_URL="http://127.0.0.1:1")
    assert (done.returncode, len(rules_of(server))) == (0, 1)


@pytest.mark.parametrize(
    ("before", "after", "variables"),
    [
        (["--sandbox", "nobody"], [], {}),
        ([], ["--sandbox", "nobody"], {}),
        ([], [], {"MOCKSERVER_SANDBOX": "nobody"}),
        (["--sandbox", "default"], ["--sandbox", "nobody"], {"MOCKSERVER_SANDBOX": "default"}),
        (["--sandbox", "nobody"], [], {"MOCKSERVER_SANDBOX": "default"}),
    ],
)
def test_sandbox_can_be_told(
    server: Server, before: list[str], after: list[str], variables: dict[str, str]
) -> None:
    done = faults(*before, "add", TEA, *after, url=server.url, **variables)
    assert_one_line(done, 1, "no such sandbox: 'nobody'")
    assert faults("add", TEA, url=server.url, MOCKSERVER_SANDBOX="").returncode == 0


def test_empty_sandbox_is_told_in_one_line(server: Server) -> None:
    assert_one_line(faults("list", "--sandbox", "", url=server.url), 2, "--sandbox", "''")


def test_option_of_the_port_wins_over_the_variable_of_the_url(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    done = faults("add", TEA, "--port", port, MOCKSERVER_URL="http://127.0.0.1:1")
    assert (done.returncode, len(rules_of(server))) == (0, 1)


def test_url_may_end_with_a_slash(server: Server) -> None:
    done = faults("add", TEA, url=f"{server.url}/")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rules_of(server)) == 1


def test_proxy_of_the_environment_is_not_used(server: Server) -> None:
    done = faults("list", url=server.url, http_proxy="http://127.0.0.1:1", no_proxy="")
    assert done.returncode == 0


# What goes wrong

COMMANDS = {
    "list": ["list"],
    "add": ["add", TEA],
    "apply": ["apply", "flaky-network"],
    "remove": ["remove", "rule_x"],
    "clear": ["clear"],
    "transcript": ["transcript"],
    "replay": ["replay", "-"],
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_server_is_told_in_one_line(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert_one_line(faults(*command, url=free, given=json.dumps(LINE)), 1, free)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("url", "code"),
    [("127.0.0.1:8080", 2), ("nonsense", 2), ("ftp://127.0.0.1", 2), ("http://", 1)],
)
def test_wrong_url_is_told_in_one_line(url: str, code: int) -> None:
    assert_one_line(faults("list", url=url), code, url.rstrip("/"))


def test_server_is_found_where_it_is_configured(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    assert faults("add", TEA, MOCKSERVER_PORT=port).returncode == 0
    assert faults("add", TEA, "--port", port).returncode == 0
    assert len(rules_of(server)) == 2


def test_server_is_found_where_the_configuration_file_says(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f"port = {server.url.rpartition(':')[2]}")
    assert faults("add", TEA, "--config", str(file)).returncode == 0
    assert len(rules_of(server)) == 1


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that answers one call with a page."""
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nIt works!"

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(page)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("command", [["list"], ["apply", "flaky-network"]], ids=lambda c: c[0])
def test_server_that_is_no_mockserver_is_told_in_one_line(
    stranger: str, command: list[str]
) -> None:
    assert_one_line(faults(*command, url=stranger), 1, stranger)


@pytest.mark.sample(1)
@pytest.mark.parametrize("text", ["{", "", "tea", "{'fault': 1}"])
def test_rule_that_is_no_json_is_told_in_one_line(server: Server, text: str) -> None:
    assert_one_line(faults("add", text, url=server.url), 2, "JSON")
    assert rules_of(server) == []


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"fault": {"type": "meteor"}}', "truncate"),
        ('{"fault": {"type": "empty"}, "wehn": "after"}', "wehn"),
        ('{"fault": {"type": "error", "error": "NOPE"}}', "NOPE"),
        ("[]", "object"),
    ],
)
def test_refused_rule_is_told_in_one_line_with_what_exists(
    server: Server, text: str, told: str
) -> None:
    assert_one_line(faults("add", text, url=server.url), 1, told)
    assert rules_of(server) == []


def test_file_that_is_not_there_is_told_by_its_name(server: Server) -> None:
    done = faults("add", "@nowhere.json", url=server.url)
    assert_one_line(done, 2, "nowhere.json")
    assert "--body" not in done.stderr  # that is another command's option


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ["meteor", "a/b", "../faults", "%2e"])
def test_unknown_scenario_is_told_in_one_line_with_the_list(server: Server, name: str) -> None:
    faults("add", TEA, url=server.url)
    assert_one_line(faults("apply", name, url=server.url), 1, name, "flaky-network")
    assert len(rules_of(server)) == 1


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "text",
    [
        "no transcript\n",
        "[]\n",
        "5\n",
        "{}\n",
        json.dumps({**LINE, "ordinal": "first"}) + "\n",
        json.dumps(LINE) + "\n" + json.dumps(LINE)[:40] + "\n",
    ],
    ids=["text", "list", "number", "keys missing", "ordinal", "cut off"],
)
def test_bad_transcript_is_told_in_one_line(server: Server, tmp_path: Path, text: str) -> None:
    file = tmp_path / "ci.jsonl"
    file.write_text(text)
    faults("add", TEA, url=server.url)
    assert_one_line(faults("replay", str(file), url=server.url), 2, "ci.jsonl", "transcript")
    assert [rule["name"] for rule in rules_of(server)] == ["tea"]


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("wrong", "code", "told"),
    [
        ({"ordinal": 0}, 2, "line 2: ordinal: expected a whole number from 1"),
        ({"ordinal": None}, 2, "line 2: ordinal"),
        ({"when": "later"}, 2, "line 2: when: expected one of before, after, came 'later'"),
        (
            {"fault": {"type": "status", "as_in": {"request": "req_1", "rule": "rule_1"}}},
            2,
            "line 2: fault.as_in: expected the fault of an earlier line, came",
        ),
        ({"fault": {"type": "status", "as_in": {"request": [], "rule": {}}}}, 2, "line 2: fault"),
        ({"provider": "d8"}, 1, "faults[1]: no such provider: 'd8'"),
        ({"fault": {"type": "meteor"}}, 1, "faults[1]: no such fault type: 'meteor'"),
    ],
    ids=str,
)
def test_wrong_line_of_a_transcript_is_told_and_changes_nothing(
    server: Server, tmp_path: Path, wrong: dict[str, Any], code: int, told: str
) -> None:
    file = tmp_path / "ci.jsonl"
    file.write_text(json.dumps(LINE) + "\n" + json.dumps(LINE | wrong) + "\n")
    faults("add", TEA, url=server.url)
    assert_one_line(faults("replay", str(file), url=server.url), code, told)
    assert [rule["name"] for rule in rules_of(server)] == ["tea"]


def test_empty_transcript_is_none(server: Server) -> None:
    faults("add", TEA, url=server.url)
    assert_one_line(faults("replay", "-", url=server.url, given="\n"), 2, "no lines")
    assert len(rules_of(server)) == 1


def test_transcript_that_is_no_text_is_told_in_one_line(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "ci.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    assert_one_line(faults("replay", str(file), url=server.url), 2, "ci.jsonl")


def test_transcript_that_is_not_there_is_told_in_one_line(server: Server) -> None:
    assert_one_line(faults("replay", "nowhere.jsonl", url=server.url), 2, "nowhere.jsonl")


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "arguments", [["add"], ["apply"], ["remove"], ["replay"], ["mend"], ["list", "-x"]]
)
def test_wrong_arguments_are_told_in_one_line(arguments: list[str]) -> None:
    assert_one_line(faults(*arguments), 2)
