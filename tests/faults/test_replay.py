"""What struck, told as a transcript, and struck again from there."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, CALLS, ValidCall
from tests.conftest import Server, Start
from tests.faults.command import KIRIM_CALL, LINE, TEA, assert_one_line, faults


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
    lines = [LINE | {"request": f"req_{each}", "ordinal": 1_000 + each} for each in range(4_000)]
    (tmp_path / "ci.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = faults("replay", str(tmp_path / "ci.jsonl"), url=server.url)
    assert (done.returncode, done.stdout) == (0, "4000 faults\n"), done.stderr


def test_transcript_of_more_different_faults_than_rules_is_told(
    server: Server, tmp_path: Path
) -> None:
    late = [{"type": "latency", "ms": each} for each in range(2_001)]
    lines = [LINE | {"request": f"req_{each['ms']}", "fault": each} for each in late]
    (tmp_path / "ci.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = faults("replay", str(tmp_path / "ci.jsonl"), url=server.url)
    assert_one_line(done, 1, "2001 more asked for", "2000 is the most")


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


def test_replay_of_a_long_fault_that_is_told_once(server: Server, tmp_path: Path) -> None:
    body = {"long": "x" * 5_000}
    rule = {"fault": {"type": "status", "status": 503, "body": body}, "schedule": {"every": 2}}
    add_all(server, rule)
    first = run(server, [KIRIM_CALL] * 6)
    file = save_transcript(server, tmp_path)
    assert len(Path(file).read_text()) < 7_000
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    assert faults("replay", file, url=server.url).stdout == "3 faults\n"
    assert run(server, [KIRIM_CALL] * 6) == first
    assert KIRIM_CALL.send(server.url).status_code == 200


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


def test_transcript_of_several_pages_is_printed_whole(server: Server, tmp_path: Path) -> None:
    bodies = [f"{number}{'x' * 900_000}" for number in range(6)]
    for body in bodies:
        rule = {"fault": {"type": "status", "status": 503, "body": body}}
        requests.put(f"{server.state}/faults", json={"faults": [rule]}, timeout=5)
        assert KIRIM_CALL.send(server.url).text == body
    file = save_transcript(server, tmp_path)
    told = [json.loads(line)["fault"]["body"] for line in Path(file).read_text().splitlines()]
    assert told == bodies
