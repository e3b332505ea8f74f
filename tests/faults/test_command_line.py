"""Faults from the command line: against a running server, from a transcript, and the demo."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, CALLS, ValidCall
from tests.commands import Done
from tests.commands import run as run_command
from tests.conftest import Server, Start

KIRIM_CALL = BY_PROVIDER["kirim"]
TEA = '{"name": "tea", "fault": {"type": "status", "status": 418}}'


def faults(*arguments: str, url: str | None = None, given: str = "", **variables: str) -> Done:
    at = ["--url", url] if url else []
    return run_command("faults", *arguments, *at, given=given, **variables)


def assert_one_line(done: Done, code: int, *said: str) -> None:
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("mockserver: ")
    assert all(part in done.stderr for part in said), done.stderr


def rules_of(server: Server) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = requests.get(f"{server.state}/faults", timeout=5).json()["faults"]
    return rules


# list, add, apply, clear


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


LINE = {
    "request": "req_1",
    "provider": "kirim",
    "operation": "mark_as_read",
    "account": "main",
    "ordinal": 1,
    "fault": {"type": "reset"},
    "when": "before",
}


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
@pytest.mark.parametrize("arguments", [["add"], ["apply"], ["replay"], ["mend"], ["list", "-x"]])
def test_wrong_arguments_are_told_in_one_line(arguments: list[str]) -> None:
    assert_one_line(faults(*arguments), 2)


# Transcript and replay


def call_and_see(server: Server, call: ValidCall, **headers: str) -> list[Any]:
    """What a client sees, and what was injected."""
    try:
        answer = call.send(server.url, **headers)
        seen: Any = answer.status_code
    except requests.exceptions.RequestException as error:
        seen = type(error).__name__
    newest = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"][0]
    hits = [hit["fault"] for hit in newest.get("injected", [])]
    return [call.operation, seen, newest["committed"], newest.get("injected_ms", 0), hits]


def run(server: Server, calls: list[ValidCall]) -> list[list[Any]]:
    return [call_and_see(server, call) for call in calls]


def save_transcript(server: Server, folder: Path) -> str:
    done = faults("transcript", url=server.url)
    assert (done.returncode, done.stderr) == (0, "")
    (folder / "ci.jsonl").write_text(done.stdout)
    return str(folder / "ci.jsonl")


def add_all(server: Server, *rules: dict[str, Any]) -> None:
    body = {"faults": list(rules)}
    requests.put(f"{server.state}/faults", json=body, timeout=5).raise_for_status()


CHANCE: tuple[dict[str, Any], ...] = (
    {"fault": {"type": "latency", "ms": 5, "jitter_ms": 5}, "seed": 1},
    {"fault": {"type": "reset"}, "schedule": {"probability": 0.2}, "seed": 2},
    {"fault": {"type": "truncate"}, "when": "after", "schedule": {"probability": 0.2}, "seed": 3},
    {"fault": {"type": "status", "status": 500}, "schedule": {"probability": 0.2}, "seed": 4},
    {
        "fault": {"type": "error", "error": "INVALID_API_KEY"},
        "schedule": {"probability": 0.5},
        "seed": 5,
    },
)


def test_transcript_is_empty_before_anything_struck(server: Server) -> None:
    faults("add", TEA, url=server.url)
    done = faults("transcript", url=server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_transcript_tells_what_struck_whom_in_order(server: Server) -> None:
    tea = json.loads(faults("add", TEA, url=server.url).stdout)
    for call in CALLS:
        call.send(server.url)
    lines = [json.loads(line) for line in faults("transcript", url=server.url).stdout.splitlines()]
    assert [(each["provider"], each["operation"]) for each in lines] == [
        ("d7", "mark_as_read"),
        ("d7", "get_status"),
        ("kaleyra", "mark_as_read"),
        ("nxcloud", "mark_as_read"),
        ("nxcloud", "typing_indicator"),
        ("kirim", "mark_as_read"),
    ]
    assert {(each["rule"], each["ordinal"], each["when"]) for each in lines} == {
        (tea["id"], 1, "before")
    }


@pytest.mark.slow
def test_replay_makes_the_same_calls_fail_in_the_same_way(
    server: Server, start_server: Start, tmp_path: Path
) -> None:
    calls = [*CALLS] * 8
    add_all(server, *CHANCE)
    first = run(server, calls)
    file = save_transcript(server, tmp_path)
    desk = start_server()
    done = faults("replay", file, url=desk.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{len(Path(file).read_text().splitlines())} faults\n"
    assert run(desk, calls) == first
    assert {each[1] for each in first} >= {
        200,
        202,
        401,
        500,
        "ConnectionError",
        "ChunkedEncodingError",
    }


@pytest.mark.slow
def test_replay_on_the_same_server_after_a_reset(server: Server, tmp_path: Path) -> None:
    calls = [KIRIM_CALL] * 30
    requests.post(f"{server.state}/scenarios/flaky-network", timeout=5).raise_for_status()
    add_all(server, *CHANCE)
    first = run(server, calls)
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    faults("replay", file, url=server.url)
    assert run(server, calls) == first


@pytest.mark.slow
def test_replayed_run_leaves_the_same_transcript_to_replay_again(
    server: Server, tmp_path: Path
) -> None:
    runs = []
    add_all(server, *CHANCE)
    for _ in range(3):
        runs.append(run(server, [KIRIM_CALL] * 12))
        file = save_transcript(server, tmp_path)
        requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
        faults("replay", file, url=server.url)
    assert runs[0] == runs[1] == runs[2]


def test_replay_is_not_disturbed_by_other_calls(server: Server, tmp_path: Path) -> None:
    d7, kirim = BY_PROVIDER["d7"], KIRIM_CALL
    add_all(server, CHANCE[1])
    first = run(server, [kirim] * 20)
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    faults("replay", file, url=server.url)
    mixed = run(server, [d7, kirim] * 20)
    assert mixed[1::2] == first
    assert {each[1] for each in mixed[::2]} == {200}


def test_replay_of_a_limit(server: Server, tmp_path: Path) -> None:
    add_all(server, {"fault": {"type": "rate_limit", "limit": 2, "per": 3600}})
    first = run(server, [KIRIM_CALL] * 6)
    assert [each[1] for each in first] == [200, 200, 429, 429, 429, 429]
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    faults("replay", file, url=server.url)
    assert [each[1] for each in run(server, [KIRIM_CALL] * 6)] == [each[1] for each in first]


@pytest.mark.slow
def test_transcript_as_long_as_the_server_keeps_is_replayed(server: Server, tmp_path: Path) -> None:
    lines = [json.dumps(LINE | {"ordinal": 1_000 + each}) for each in range(4_000)]
    (tmp_path / "ci.jsonl").write_text("\n".join(lines))
    done = faults("replay", str(tmp_path / "ci.jsonl"), url=server.url)
    assert (done.returncode, done.stdout) == (0, "4000 faults\n"), done.stderr


def test_replay_of_calls_without_account_or_operation(server: Server, tmp_path: Path) -> None:
    headers = {"Authorization": "Bearer nobody"}
    stranger = ValidCall("kirim", "mark_as_read", "POST", KIRIM_CALL.path, 401, "", headers)
    lost = ValidCall("kirim", "none", "GET", "/kirim/nowhere", 404, "", KIRIM_CALL.headers)
    calls = [KIRIM_CALL, stranger, lost] * 6
    add_all(server, {"fault": {"type": "outage"}, "schedule": {"probability": 0.4}, "seed": 1})
    first = run(server, calls)
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    faults("replay", file, url=server.url)
    assert run(server, calls) == first


def test_replay_of_faults_that_the_call_asked_for(server: Server, tmp_path: Path) -> None:
    def asked() -> list[list[Any]]:
        wishes = ("latency=5", "status=503", "error=INVALID_API_KEY;when=after")
        return [call_and_see(server, KIRIM_CALL, **{"X-Mock-Fault": wish}) for wish in wishes]

    first = asked()
    assert [each[1] for each in first] == [200, 503, 401]
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    faults("replay", file, url=server.url)
    assert asked() == first


@pytest.mark.slow
def test_replay_of_a_text_with_unusual_line_ends(server: Server, tmp_path: Path) -> None:
    body = "a\u2028b\u0085c\r\nd\u2029"
    add_all(server, {"fault": {"type": "status", "status": 503, "body": body}})
    assert KIRIM_CALL.send(server.url).text == body
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    assert faults("replay", file, url=server.url).stdout == "1 faults\n"
    assert KIRIM_CALL.send(server.url).text == body


def test_replay_is_not_shifted_by_a_call_with_a_wrong_header(
    server: Server, tmp_path: Path
) -> None:
    def calls() -> list[Any]:
        wrong = call_and_see(server, KIRIM_CALL, **{"X-Mock-Fault": "meteor"})
        return [wrong, *run(server, [KIRIM_CALL] * 4)]

    add_all(server, {"fault": {"type": "reset"}, "schedule": {"skip": 1, "times": 1}})
    first = calls()
    file = save_transcript(server, tmp_path)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    faults("replay", file, url=server.url)
    assert calls() == first


# The demo


def start_demo(**variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mockserver", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"COLUMNS": "100"} | variables,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    process = start_demo()
    output, errors = process.communicate(timeout=20)
    yield process, output, errors
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def test_demo_shows_providers_faults_and_outcomes(
    demo: tuple[subprocess.Popen[str], str, str],
) -> None:
    process, output, errors = demo
    assert (process.returncode, errors) == (0, "")
    for shown in ("D7 Networks", "Kaleyra", "NXCloud", "KirimChat"):
        assert shown in output
    for shown in ("provider-failover", "429", "reset", "outage", "rate_limit", "latency"):
        assert shown in output
    assert "6 of 6 receipts got through" in output


def test_demo_ends_with_its_result_on_a_line_of_its_own(
    demo: tuple[subprocess.Popen[str], str, str],
) -> None:
    assert demo[1].splitlines()[-1] == "6 of 6 receipts got through."


@pytest.mark.slow
def test_demo_goes_past_a_proxy() -> None:
    process = start_demo(http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9")
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert "6 of 6 receipts got through" in output


def test_demo_leaves_no_process_behind(demo: tuple[subprocess.Popen[str], str, str]) -> None:
    with pytest.raises(ProcessLookupError):
        os.killpg(demo[0].pid, 0)


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_demo_that_is_stopped_leaves_no_process_behind(how: signal.Signals) -> None:
    process = start_demo(PYTHONUNBUFFERED="1")
    try:
        assert process.stdout is not None
        assert "provider-failover" in process.stdout.readline()
        process.send_signal(how)
        _, errors = process.communicate(timeout=20)
        assert process.returncode != 0
        assert "Traceback" not in errors
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("own", ["MOCKSERVER_FIXTURES", "MOCKSERVER_CONFIG"])
def test_demo_tells_when_its_server_does_not_start(own: str) -> None:
    process = start_demo(**{own: "nowhere"})
    _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors
    assert process.returncode == 0 or len(errors.splitlines()) == 1
