"""What is told of a fault: header, journal and transcript; and faults that a request asks for."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, KALEYRA, KIRIM, KIRIM_KEY, KIRIM_RECEIPT, RECEIPT, WAMID
from tests.conftest import STATE, Server, StillClock

PATH = KIRIM_RECEIPT.path
BODY = {**RECEIPT, "message_id": WAMID}
CALL = BY_PROVIDER["kirim"]
UPSTREAM = {"type": "error", "error": "WHATSAPP_UPSTREAM_ERROR"}
NOTHING = {"type": "latency", "ms": 0}


def add(client: Any, fault: dict[str, Any], **rule: Any) -> str:
    answer = client.post(f"{STATE}/faults", json={"fault": fault, **rule})
    assert answer.status_code == 201, answer.text
    rule_id: str = answer.json["id"]
    return rule_id


def call(client: Any, **headers: str) -> Any:
    sent = KIRIM | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(PATH, headers=sent, json=BODY)


def newest(client: Any) -> dict[str, Any]:
    [entry] = client.get(f"{STATE}/requests?limit=1").json["requests"]
    found: dict[str, Any] = entry
    return found


def is_read(client: Any) -> bool:
    return client.get(f"{STATE}/messages/{WAMID}").json["read_at"] is not None


def lines(client: Any) -> list[dict[str, Any]]:
    text = client.get(f"{STATE}/faults/transcript").text
    return [json.loads(line) for line in text.splitlines()]


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


def ask(server: Server, header: str) -> requests.Response:
    return CALL.send(server.url, **{"X-Mock-Fault": header})


def server_entry(server: Server) -> dict[str, Any]:
    [entry] = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"]
    found: dict[str, Any] = entry
    return found


@pytest.mark.parametrize(
    ("header", "status", "fault"),
    [
        ("error=WHATSAPP_UPSTREAM_ERROR", 502, UPSTREAM),
        ("status=418", 418, {"type": "status", "status": 418, "headers": {}, "body": ""}),
        ("gateway", 502, {"type": "gateway", "status": 502, "flavour": "nginx"}),
        ("gateway=503", 503, {"type": "gateway", "status": 503, "flavour": "nginx"}),
        ("latency=25", 200, {"type": "latency", "ms": 25.0}),
        ("latency=0", 200, {"type": "latency", "ms": 0.0}),
        ("drip=100000", 200, {"type": "drip", "bytes_per_second": 100000.0}),
        ("malformed_json", 200, {"type": "malformed_json", "how": "cut"}),
        ("malformed_json=bom", 200, {"type": "malformed_json", "how": "bom"}),
    ],
)
def test_request_asks_for_an_answer(
    server: Server, header: str, status: int, fault: dict[str, Any]
) -> None:
    answer = ask(server, header)
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (status, "header")
    [hit] = server_entry(server)["injected"]
    assert (hit["rule"], hit["fault"]) == ("header", fault)
    assert CALL.send(server.url).status_code == 200


@pytest.mark.parametrize(
    ("header", "error", "fault"),
    [
        ("reset", requests.ConnectionError, {"type": "reset", "after_bytes": 0}),
        ("reset=40", requests.ConnectionError, {"type": "reset", "after_bytes": 40}),
        ("outage", requests.ConnectionError, {"type": "outage"}),
        ("empty", requests.ConnectionError, {"type": "empty"}),
        ("hang=50", requests.ConnectionError, {"type": "hang", "for_ms": 50.0}),
        ("garbage", requests.ConnectionError, {"type": "garbage", "bytes": 64}),
        ("garbage=40", requests.ConnectionError, {"type": "garbage", "bytes": 40}),
        ("truncate", requests.exceptions.ChunkedEncodingError, {"type": "truncate", "keep": 0.5}),
        ("truncate=10", requests.exceptions.ChunkedEncodingError, {"type": "truncate", "keep": 10}),
    ],
)
def test_request_asks_for_a_broken_connection(
    server: Server, header: str, error: type[Exception], fault: dict[str, Any]
) -> None:
    with pytest.raises(error):
        ask(server, header)
    entry = server_entry(server)
    assert (entry["injected"][0]["fault"], entry["committed"]) == (fault, False)
    assert CALL.send(server.url).status_code == 200


def test_request_asks_to_hang_until_it_gives_up(server: Server) -> None:
    headers = KIRIM | {"X-Mock-Fault": "hang"}
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{server.url}{PATH}", headers=headers, json=BODY, timeout=0.1)
    assert server_entry(server)["injected"][0]["fault"] == {"type": "hang", "for_ms": None}


def test_request_asks_for_a_rate_limit(client: Any) -> None:
    answers = [call(client, X_Mock_Fault="rate_limit=2") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert ["X-Mock-Fault" in answer.headers for answer in answers] == [False, False, True]
    assert answers[2].headers["Retry-After"] == "30"
    assert call(client).status_code == 200


@pytest.mark.parametrize(
    ("header", "done"),
    [
        ("error=INTERNAL_ERROR", False),
        ("error=INTERNAL_ERROR;when=before", False),
        ("error=INTERNAL_ERROR;when=after", True),
        (" error = INTERNAL_ERROR ; when=after ", True),
        ("gateway;when=after", True),
        ("gateway;when=before", False),
    ],
)
def test_request_says_when_it_wants_its_fault(client: Any, header: str, done: bool) -> None:
    assert call(client, X_Mock_Fault=header).status_code >= 500
    entry = newest(client)
    assert (entry["committed"], entry["when"]) == (done, "after" if done else "before")
    assert is_read(client) is done


def test_retry_of_what_the_request_itself_lost_is_linked(client: Any) -> None:
    call(client, X_Mock_Fault="error=INTERNAL_ERROR;when=after")
    lost = newest(client)["id"]
    assert call(client).status_code == 200
    assert newest(client)["retry_of"] == lost


def test_request_asks_for_the_error_of_its_provider(client: Any) -> None:
    headers = KALEYRA | {"X-Mock-Fault": "error=LOW_BALANCE;when=after"}
    valid = BY_PROVIDER["kaleyra"]
    answer = client.post(valid.path, headers=headers, data=valid.body)
    assert (answer.json["code"], answer.headers["X-Mock-Fault"]) == ("E110", "header")
    assert newest(client)["committed"] is True


def test_fault_of_the_request_comes_before_those_of_the_rules(client: Any) -> None:
    rule_id = add(client, UPSTREAM, schedule={"times": 1})
    answer = call(client, X_Mock_Fault="status=418")
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (418, "header")
    answer = call(client)
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (502, rule_id)


def test_fault_of_the_request_is_in_the_transcript(client: Any) -> None:
    call(client, X_Mock_Fault="gateway=504;when=after")
    [line] = lines(client)
    assert (line["rule"], line["when"]) == ("header", "after")
    assert line["fault"] == {"type": "gateway", "status": 504, "flavour": "nginx"}


TYPES = (
    "drip",
    "empty",
    "error",
    "garbage",
    "gateway",
    "hang",
    "latency",
    "malformed_json",
    "outage",
    "rate_limit",
    "reset",
    "status",
    "truncate",
)


@pytest.mark.sample(14)
@pytest.mark.parametrize(
    ("header", "code", "told"),
    [
        ("meteor", "unknown_fault", TYPES),
        ("", "unknown_fault", TYPES),
        ("=5", "unknown_fault", TYPES),
        ("Reset", "unknown_fault", TYPES),
        ("reset,latency=1", "unknown_fault", TYPES),
        ("match", "unknown_fault", TYPES),
        ("error", "bad_rule", ("error",)),
        ("error=", "unknown_error", ("WHATSAPP_UPSTREAM_ERROR",)),
        ("error=LOW_BALANCE", "unknown_error", ("WHATSAPP_UPSTREAM_ERROR", "INVALID_API_KEY")),
        ("error=whatsapp_upstream_error", "unknown_error", ("WHATSAPP_UPSTREAM_ERROR",)),
        ("status", "bad_rule", ("fault.status",)),
        ("status=99", "bad_rule", ("fault.status", "headers", "body")),
        ("status=teapot", "bad_rule", ("fault.status",)),
        ("gateway=500", "bad_rule", ("fault.status", "502", "503", "504", "flavour")),
        ("latency", "bad_rule", ("fault.ms",)),
        ("latency=", "bad_rule", ("fault.ms",)),
        ("latency=soon", "bad_rule", ("fault.ms", "jitter_ms", "distribution")),
        ("latency=nan", "bad_rule", ("fault.ms",)),
        ("latency=-1", "bad_rule", ("fault.ms",)),
        ("hang=0", "bad_rule", ("fault.for_ms",)),
        ("reset=-1", "bad_rule", ("fault.after_bytes",)),
        ("truncate=half", "bad_rule", ("fault.keep",)),
        ("drip", "bad_rule", ("bytes_per_second", "over_ms")),
        ("drip=0", "bad_rule", ("fault.bytes_per_second",)),
        ("garbage=0", "bad_rule", ("fault.bytes",)),
        ("malformed_json=xml", "bad_rule", ("fault.how", "trailing_comma", "single_quotes")),
        ("rate_limit", "bad_rule", ("fault.limit",)),
        ("rate_limit=0", "bad_rule", ("fault.limit",)),
        ("empty=1", "bad_fault_header", ("empty",)),
        ("outage=1", "bad_fault_header", ("outage",)),
        ("reset;when=later", "bad_fault_header", ("before or after", "'later'")),
        ("latency=" + "[" * 3_000, "bad_rule", ("fault.ms", "expected a number")),
        ("reset;after", "bad_fault_header", ("NAME=VALUE", "'after'")),
        ("reset;", "bad_fault_header", ("NAME=VALUE",)),
        ("reset;=1", "bad_fault_header", ("NAME=VALUE",)),
        ("reset;when=after;when=after", "bad_fault_header", ("'when' is given twice",)),
        ("latency=1;ms=2", "bad_fault_header", ("'ms' is given twice",)),
        ("reset;flavour=alb", "bad_rule", ("fault.flavour: unknown key", "after_bytes")),
        ("gateway=503;flavour=varnish", "bad_rule", ("nginx, cloudflare, alb", "'varnish'")),
        ("outage;when=after", "bad_rule", ("before", "reset")),
    ],
)
def test_wrong_fault_header_is_refused_and_nothing_is_done(
    client: Any, header: str, code: str, told: tuple[str, ...]
) -> None:
    answer = call(client, X_Mock_Fault=header)
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert set(error) == {"code", "message", "hint"}
    text = f"{error['message']} {error['hint']}"
    assert [each for each in told if each not in text] == []
    assert "X-Mock-Fault" not in answer.headers
    assert newest(client)["committed"] is False
    assert lines(client) == []
    assert not is_read(client)


def test_wrong_fault_header_costs_no_rule_its_turn(client: Any) -> None:
    add(client, UPSTREAM, schedule={"times": 1})
    assert call(client, X_Mock_Fault="meteor").status_code == 400
    assert client.get(f"{STATE}/faults").json["faults"][0]["hits"] == 0
    assert call(client).status_code == 502


LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def limits(answer: Any) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(name) for name in LIMITS)


def test_rate_limit_headers_tell_what_is_left_and_when_all_is_back(
    client: Any, clock: StillClock
) -> None:
    assert limits(call(client)) == ("60", "59", "1795240801")
    assert limits(call(client)) == ("60", "58", "1795240802")
    clock.advance(1_000)
    assert limits(call(client)) == ("60", "58", "1795240803")
    clock.advance(60_000)
    assert limits(call(client)) == ("60", "59", "1795240862")


@pytest.mark.parametrize(
    ("path", "key", "message_id", "status"),
    [
        (PATH, KIRIM_KEY, WAMID, 200),
        (PATH, KIRIM_KEY, "", 400),
        (PATH, KIRIM_KEY, "wamid.nobody", 404),
        ("/v1/999999/messages", KIRIM_KEY, WAMID, 404),
        ("/v1/109912345678904/messages", "kdv_live_NotConn1qOr69ALEKLNnc01x", WAMID, 422),
        (PATH, "kdv_live_ExpRd0wIuqOr69ALEKLNexp1", WAMID, 401),
        ("/kirim/nowhere", KIRIM_KEY, WAMID, 404),
    ],
)
def test_rate_limit_headers_stand_on_2xx_and_4xx(
    client: Any, path: str, key: str, message_id: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post(path, headers=headers, json={**BODY, "message_id": message_id})
    assert answer.status_code == status
    assert answer.headers["X-RateLimit-Limit"] == "60"
    assert 58 < int(answer.headers["X-RateLimit-Remaining"]) <= 60
    assert 1_795_240_800 <= int(answer.headers["X-RateLimit-Reset"]) <= 1_795_240_801


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}], ids=str)
def test_rate_limit_headers_are_not_for_unknown_keys(client: Any, headers: dict[str, str]) -> None:
    answer = client.post(PATH, headers=headers, json=BODY)
    assert answer.status_code == 401
    assert limits(answer) == (None, None, None)


def test_rate_limit_headers_are_not_on_a_natural_5xx(client: Any) -> None:
    late = {"provider": "kirim", "from": "+628000000001", "text": "old", "age": "P8D"}
    message = client.post(f"{STATE}/messages", json=late).json
    answer = client.post(PATH, headers=KIRIM, json={**BODY, "message_id": message["id"]})
    assert (answer.status_code, limits(answer)) == (502, (None, None, None))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "header", ["error=INTERNAL_ERROR", "error=SERVICE_UNAVAILABLE", "gateway", "status=500"]
)
def test_rate_limit_headers_are_not_on_an_injected_5xx(client: Any, header: str, when: str) -> None:
    answer = call(client, X_Mock_Fault=f"{header};when={when}")
    assert answer.status_code >= 500
    assert limits(answer) == (None, None, None)


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Bearer kdv_live_RateLim1qOr69ALEKLNrl01x"},
        {"X-Mock-Fault": "error=RATE_LIMIT_EXCEEDED"},
        {"X-Mock-Fault": "error=RATE_LIMIT_EXCEEDED;when=after"},
    ],
    ids=str,
)
def test_rate_limit_headers_of_a_429_leave_nothing(client: Any, header: dict[str, str]) -> None:
    answer = client.post(PATH, headers=KIRIM | header, json=BODY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert limits(answer) == ("60", "0", "1795240860")


@pytest.mark.parametrize(
    ("algorithm", "told"),
    [
        ("token_bucket", [("2", "1", "1795240803"), ("2", "0", "1795240805")]),
        ("fixed_window", [("2", "1", "1795240805"), ("2", "0", "1795240805")]),
    ],
)
def test_rate_limit_headers_are_those_of_the_rule_that_limits(
    client: Any, algorithm: str, told: list[tuple[str, str, str]]
) -> None:
    add(client, {"type": "rate_limit", "limit": 2, "per": 5, "algorithm": algorithm})
    answers = [call(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [limits(answer) for answer in answers] == [*told, told[-1]]


def test_rate_limit_headers_are_those_of_the_tightest_rule(client: Any) -> None:
    for limit in (3, 100):
        add(client, {"type": "rate_limit", "limit": limit, "per": 10})
    assert [limits(call(client))[:2] for _ in range(3)] == [("3", "2"), ("3", "1"), ("3", "0")]


def test_injected_error_takes_nothing_from_the_limit(client: Any) -> None:
    told = [limits(call(client))[1]]
    told.append(limits(call(client, X_Mock_Fault="error=INVALID_REQUEST"))[1])
    told.append(limits(call(client))[1])
    assert told == ["59", "59", "58"]


def test_rate_limit_headers_stand_on_an_injected_4xx(client: Any) -> None:
    answer = call(client, X_Mock_Fault="error=EXPIRED_API_KEY")
    assert answer.status_code == 401
    assert answer.headers["X-RateLimit-Limit"] == "60"


def test_reads_have_their_own_limit(client: Any) -> None:
    call(client)
    answer = client.get(PATH, headers=KIRIM)
    assert answer.status_code == 405
    assert limits(answer)[:2] in {("600", "600"), ("600", "599")}


def test_limit_is_reported_but_not_enforced_at_first(client: Any) -> None:
    answers = [call(client) for _ in range(62)]
    assert {answer.status_code for answer in answers} == {200}
    assert [limits(answer)[1] for answer in answers[-3:]] == ["0", "0", "0"]


@pytest.fixture
def limited(make_client: Callable[..., Any]) -> Any:
    """A client with the limit enforced and 60 calls made."""
    client = make_client(switches={"kirim": {"enforce_rate_limits": True}})
    assert {call(client).status_code for _ in range(60)} == {200}
    return client


def test_call_over_the_limit_is_answered_as_documented(limited: Any) -> None:
    answer = call(limited)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert limits(answer) == ("60", "0", "1795240860")
    error = answer.json["error"]
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
    assert "X-Mock-Fault" not in answer.headers
    assert newest(limited)["error"] == "RATE_LIMIT_EXCEEDED"


def test_limit_recovers_by_the_clock(limited: Any, clock: StillClock) -> None:
    came = []
    for milliseconds in (0, 999, 1, 0, 1_000, 0):
        clock.advance(milliseconds)
        came.append(call(limited).status_code)
    assert came == [429, 429, 200, 429, 200, 429]
    clock.advance(60_000)
    assert [call(limited).status_code for _ in range(61)] == [200] * 60 + [429]


def test_calls_that_were_refused_take_nothing_from_the_limit(
    limited: Any, clock: StillClock
) -> None:
    for _ in range(30):
        assert call(limited).status_code == 429
    clock.advance(1_000)
    assert call(limited).status_code == 200


def test_refused_call_over_the_limit_leaves_the_work_undone(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"kirim": {"enforce_rate_limits": True}})
    for _ in range(60):
        client.post(PATH, headers=KIRIM, json={**BODY, "message_id": "wamid.nobody"})
    assert call(client).status_code == 429
    assert not is_read(client)


def test_organisations_have_limits_of_their_own(limited: Any) -> None:
    assert call(limited).status_code == 429
    headers = {"Authorization": "Bearer kdv_live_0therOrgqOr69ALEKLNoth1x"}
    path = "/v1/109912345678903/messages"
    answer = limited.post(path, headers=headers, json=BODY)
    assert (answer.status_code, limits(answer)[1]) == (404, "59")


def test_numbers_of_an_organisation_share_its_limit(limited: Any) -> None:
    answer = limited.post("/v1/109912345678901/messages", headers=KIRIM, json=BODY)
    assert answer.status_code == 429


def test_reset_gives_the_whole_limit_back(limited: Any) -> None:
    assert call(limited).status_code == 429
    limited.post(f"{STATE}/reset")
    assert limits(call(limited)) == ("60", "59", "1795240801")
