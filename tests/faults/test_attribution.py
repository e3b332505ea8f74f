"""What is told of a fault: header, journal and transcript."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.calls import KIRIM, WAMID
from tests.conftest import STATE, StillClock
from tests.faults.receipts import BODY, NOTHING, PATH, UPSTREAM, add, call, is_read, lines, newest


@pytest.mark.parametrize(
    "fault",
    [
        UPSTREAM,
        NOTHING,
        {"type": "status", "status": 418},
        {"type": "gateway"},
        {"type": "malformed_json"},
        {"type": "drip", "over_ms": 0},
    ],
    ids=str,
)
def test_injected_answer_carries_the_id_of_its_rule(client: Any, fault: dict[str, Any]) -> None:
    rule_id = add(client, fault)
    answer = call(client)
    assert answer.headers.getlist("X-Mock-Fault") == [rule_id]
    assert answer.headers["X-Mock-Request-Id"] == newest(client)["id"]
    assert newest(client)["fault"] == rule_id


def test_call_that_no_rule_struck_says_nothing_of_faults(client: Any) -> None:
    add(client, UPSTREAM, schedule={"skip": 1})
    assert "X-Mock-Fault" not in call(client).headers
    entry = newest(client)
    assert (entry["fault"], entry["committed"], entry["retry_of"]) == (None, True, None)
    assert lines(client) == []


def test_journal_tells_rule_seed_and_fault_of_every_hit(client: Any) -> None:
    late = add(client, {"type": "latency", "ms": 2}, seed=5)
    error = add(client, UPSTREAM, seed=6)
    call(client)
    first, second = newest(client)["injected"]
    assert set(first) == {"rule", "call", "seed", "draw", "fault"}
    assert (first["rule"], first["seed"]) == (late, 5)
    assert first["fault"] == {"type": "latency", "ms": 2.0}
    assert (second["rule"], second["seed"], second["fault"]) == (error, 6, UPSTREAM)
    assert all(0 <= each["draw"] < 1 for each in (first, second))
    assert newest(client)["fault"] == error


def test_draws_of_the_journal_repeat_from_the_seed(make_client: Callable[..., Any]) -> None:
    runs = []
    for _ in range(2):
        client = make_client()
        add(client, NOTHING, seed=5)
        for _ in range(20):
            call(client)
        entries = client.get(f"{STATE}/requests").json["requests"]
        runs.append([entry["injected"][0]["draw"] for entry in entries])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 20


def test_draw_of_the_journal_is_the_one_that_decided(client: Any) -> None:
    fault = {"type": "latency", "distribution": "uniform", "min_ms": 0, "max_ms": 2}
    add(client, fault, seed=5, schedule={"probability": 0.25})
    for _ in range(200):
        call(client)
    entries = client.get(f"{STATE}/requests").json["requests"]
    hits = [(place, hit) for place, entry in enumerate(entries, start=1)
            for hit in entry.get("injected", [])]  # fmt: skip
    assert 30 < len(hits) < 70
    assert all(hit["draw"] < 0.25 for _, hit in hits)
    assert [hit["call"] for _, hit in hits] == [place for place, _ in hits]
    # What is left to chance is spread over all of its range all the same.
    sizes = [hit["fault"]["ms"] for _, hit in hits]
    assert sizes == [round(8 * hit["draw"], 3) for _, hit in hits]
    assert min(sizes) < 0.5
    assert max(sizes) > 1.5


def test_request_that_asked_itself_owes_nothing_to_chance(client: Any) -> None:
    call(client, X_Mock_Fault="latency=1")
    [hit] = newest(client)["injected"]
    assert (hit["rule"], hit["call"], hit["seed"], hit["draw"]) == ("header", None, None, None)


def test_draw_of_the_journal_is_the_one_that_made_the_latency(client: Any) -> None:
    fault = {"type": "latency", "distribution": "uniform", "min_ms": 0, "max_ms": 2}
    add(client, fault, seed=5)
    for _ in range(10):
        call(client)
    entries = client.get(f"{STATE}/requests").json["requests"]
    hits = [entry["injected"][0] for entry in entries]
    assert [hit["fault"]["ms"] for hit in hits] == [round(2 * hit["draw"], 3) for hit in hits]


@pytest.mark.parametrize("when", ["before", "after"])
def test_journal_tells_the_natural_answer_and_whether_it_was_done(client: Any, when: str) -> None:
    add(client, UPSTREAM, when=when)
    assert call(client).status_code == 502
    entry = newest(client)
    assert (entry["when"], entry["committed"]) == (when, when == "after")
    assert (entry["error"], entry["response"]["status"]) == ("WHATSAPP_UPSTREAM_ERROR", 502)
    assert entry["natural"]["status"] == 200
    assert json.loads(entry["natural"]["body"])["data"]["message_id"] == WAMID
    assert is_read(client) is (when == "after")


@pytest.mark.parametrize("when", ["before", "after"])
def test_natural_answer_can_be_an_error_and_then_nothing_is_done(client: Any, when: str) -> None:
    add(client, {"type": "gateway"}, when=when)
    answer = client.post(PATH, headers=KIRIM, json={**BODY, "message_id": "wamid.nobody"})
    assert answer.status_code == 502
    entry = newest(client)
    assert (entry["when"], entry["committed"], entry["error"]) == (when, False, None)
    assert entry["natural"]["status"] == 404
    assert json.loads(entry["natural"]["body"])["error"]["code"] == "resource_not_found"


def test_latency_leaves_the_work_done_and_the_answer_as_it_is(client: Any) -> None:
    add(client, NOTHING)
    answer = call(client)
    entry = newest(client)
    assert entry["committed"] is True
    assert json.loads(entry["natural"]["body"]) == answer.json
    assert is_read(client)


def test_transcript_is_json_lines_in_order(client: Any, clock: StillClock) -> None:
    late = add(client, NOTHING)
    error = add(client, UPSTREAM, when="after", schedule={"skip": 1})
    for _ in range(2):
        call(client)
        clock.advance(1_500)
    answer = client.get(f"{STATE}/faults/transcript")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/jsonl")
    assert answer.text.count("\n") == 3
    assert answer.text.endswith("}\n")
    came = [(line["rule"], line["ordinal"], line["when"]) for line in lines(client)]
    assert came == [(late, 1, "before"), (late, 2, "after"), (error, 2, "after")]
    assert [line["at"] for line in lines(client)] == [
        "2026-11-21T06:00:00Z",
        "2026-11-21T06:00:01.500Z",
        "2026-11-21T06:00:01.500Z",
    ]


def test_line_of_the_transcript_says_what_struck_whom(client: Any) -> None:
    rule_id = add(client, UPSTREAM)
    call(client)
    assert lines(client) == [
        {
            "at": "2026-11-21T06:00:00Z",
            "request": newest(client)["id"],
            "provider": "kirim",
            "operation": "mark_as_read",
            "account": "main",
            "ordinal": 1,
            "rule": rule_id,
            "fault": {"type": "error", "error": "WHATSAPP_UPSTREAM_ERROR"},
            "when": "before",
        }
    ]


def test_ordinals_count_the_calls_of_provider_operation_and_account(client: Any) -> None:
    call(client)
    call(client, Authorization="Bearer kdv_live_0therOrgqOr69ALEKLNoth1x")
    call(client, Authorization="Bearer nobody")
    add(client, NOTHING)
    call(client)
    call(client, Authorization="Bearer nobody")
    came = [(line["account"], line["ordinal"]) for line in lines(client)]
    assert came == [("main", 2), (None, 2)]


def test_transcript_outlives_the_rules_and_ends_with_a_reset(client: Any) -> None:
    add(client, NOTHING)
    call(client)
    client.delete(f"{STATE}/faults")
    assert len(lines(client)) == 1
    client.post(f"{STATE}/reset")
    assert client.get(f"{STATE}/faults/transcript").text == ""


@pytest.mark.slow
def test_the_newest_ten_thousand_calls_can_be_retried(client: Any) -> None:
    """What fell out of memory is a call like any other when it comes again."""
    add(client, {"type": "gateway"}, schedule={"times": 10_001}, when="after")

    def mark(number: int) -> Any:
        client.post(PATH, headers=KIRIM, json={**BODY, "message_id": f"m{number}"})

    for number in range(10_001):
        mark(number)
    mark(0)
    assert newest(client)["retry_of"] is None
    mark(1)
    assert newest(client)["retry_of"] is not None
