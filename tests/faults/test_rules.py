"""Fault rules: whom they strike, when and how often."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, D7, D7_MESSAGE, D7_RECEIPT, KIRIM, KIRIM_RECEIPT, WAMID
from tests.conftest import STATE, Server

D7_PATH = D7_RECEIPT.path
RULES = f"{STATE}/faults"
CREDIT = {"type": "error", "error": "INSUFFICIENT_CREDIT"}


def add(client: Any, **rule: Any) -> dict[str, Any]:
    answer = client.post(RULES, json=rule)
    assert answer.status_code == 201, answer.text
    rule_json: dict[str, Any] = answer.json
    return rule_json


def struck(client: Any, calls: int) -> str:
    """``F`` for each call that was struck, ``.`` for each that was not."""
    answers = [client.post(D7_PATH, headers=D7) for _ in range(calls)]
    return "".join("F" if "X-Mock-Fault" in each.headers else "." for each in answers)


def test_rule_is_answered_with_its_id_and_no_hits(client: Any) -> None:
    rule = add(client, name="broke", match={"provider": "d7"}, fault=CREDIT, seed=7)
    assert rule["id"].startswith("rule_")
    assert (rule["name"], rule["hits"], rule["seed"]) == ("broke", 0, 7)
    assert rule["match"] == {"provider": "d7"}
    assert rule["fault"] == CREDIT
    assert rule["schedule"] == {"skip": 0, "times": None, "probability": 1.0}


def test_hits_are_counted(client: Any) -> None:
    add(client, fault=CREDIT)
    struck(client, 3)
    [rule] = client.get(RULES).json["faults"]
    assert rule["hits"] == 3


def test_seed_is_chosen_and_shown_when_none_is_given(client: Any) -> None:
    assert isinstance(add(client, fault=CREDIT)["seed"], int)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({}, "FFFFFF"),
        ({"skip": 2}, "..FFFF"),
        ({"times": 2}, "FF...."),
        ({"skip": 1, "times": 3}, ".FFF.."),
        ({"probability": 0}, "......"),
    ],
)
def test_schedule_says_which_calls_are_struck(
    client: Any, schedule: dict[str, Any], expected: str
) -> None:
    add(client, fault=CREDIT, schedule=schedule)
    assert struck(client, 6) == expected


def test_probability_repeats_exactly_from_its_seed(make_client: Callable[..., Any]) -> None:
    runs = set()
    for other_calls in (0, 3):
        client = make_client()
        rule = {"match": {"provider": "d7"}, "schedule": {"probability": 0.5}, "seed": 42}
        add(client, fault=CREDIT, **rule)
        for _ in range(other_calls):
            client.get("/kirim/nothing")
        runs.add(struck(client, 60))
    assert len(runs) == 1
    assert 15 < runs.pop().count("F") < 45


def test_seeds_differ_in_what_they_draw(make_client: Callable[..., Any]) -> None:
    drawn = set()
    for seed in range(5):
        client = make_client()
        add(client, fault=CREDIT, schedule={"probability": 0.5}, seed=seed)
        drawn.add(struck(client, 40))
    assert len(drawn) == 5


def test_equal_rules_of_one_seed_draw_apart(client: Any) -> None:
    rule = {"schedule": {"probability": 0.5}, "seed": 1}
    for _ in range(2):
        add(client, fault={"type": "latency", "ms": 0}, **rule)
    struck(client, 400)
    first, second = (rule["hits"] for rule in client.get(RULES).json["faults"])
    assert 140 < first < 260
    assert 140 < second < 260
    assert first != second


def test_equal_rule_made_after_another_was_deleted_draws_apart(client: Any) -> None:
    rule = {"schedule": {"probability": 0.5}, "seed": 1, "fault": {"type": "latency", "ms": 0}}
    first, _second = add(client, **rule), add(client, **rule)
    assert client.delete(f"{RULES}/{first['id']}").status_code == 204
    add(client, **rule)
    hits = []
    for _ in range(40):
        client.post(D7_PATH, headers=D7)
        hits.append([each["hits"] for each in client.get(RULES).json["faults"]])
    assert [each[0] for each in hits] != [each[1] for each in hits]


@pytest.mark.slow
def test_draws_spread_evenly(client: Any) -> None:
    for seed in range(4):
        rule = {"fault": {"type": "latency", "ms": 0}, "schedule": {"probability": 0.2}}
        add(client, seed=seed, **rule)
    struck(client, 3_000)
    for rule in client.get(RULES).json["faults"]:
        assert 510 < rule["hits"] < 690  # 600 expected, more than four standard deviations


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"provider": "kirim"}, True),
        ({"provider": "d7"}, False),
        ({"operation": "mark_as_read"}, True),
        ({"operation": "typing_indicator"}, False),
        ({"account": "main"}, True),
        ({"account": "expired"}, False),
        ({"message_id": WAMID}, True),
        ({"message_id": "wamid.other"}, False),
        ({"business_number": "+628111222333"}, True),
        ({"business_number": "628111222333"}, True),
        ({"business_number": "+62 811-1222-333"}, True),
        ({"business_number": "+628111222444"}, False),
        ({"business_number": "628111222444"}, False),
        ({"provider": "kirim", "account": "main", "message_id": WAMID}, True),
    ],
)
def test_rule_strikes_what_it_matches(client: Any, match: dict[str, str], hit: bool) -> None:
    rule = add(client, match=match, fault={"type": "latency", "ms": 0})
    answer = client.post(KIRIM_RECEIPT.path, headers=KIRIM, data=KIRIM_RECEIPT.body)
    assert answer.headers.get("X-Mock-Fault") == (rule["id"] if hit else None)


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_rule_finds_the_message_and_number_of_every_provider(server: Server, provider: str) -> None:
    url = f"{server.state}/messages?provider={provider}&unread=true&account=main"
    valid = BY_PROVIDER[provider]
    sent = valid.path + valid.body.decode()
    messages = requests.get(url, timeout=5).json()["messages"]
    message = next(each for each in messages if each["id"] in sent)
    match = {"message_id": message["id"], "business_number": message["business_number"]}
    rule = {"match": match, "fault": {"type": "latency", "ms": 0}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    assert "X-Mock-Fault" in valid.send(server.url).headers


@pytest.mark.parametrize("plus", ["", "+"])
@pytest.mark.parametrize(
    ("provider", "number"),
    [
        ("d7", "971509752655"),
        ("kaleyra", "919606012124"),
        ("nxcloud", "185xxxx8399"),
        ("kirim", "628111222333"),
    ],
)
def test_business_number_is_found_with_and_without_plus(
    server: Server, provider: str, number: str, plus: str
) -> None:
    match = {"provider": provider, "business_number": f"{plus}{number}"}
    rule = {"match": match, "fault": {"type": "latency", "ms": 0}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    assert "X-Mock-Fault" in BY_PROVIDER[provider].send(server.url).headers


def test_error_without_provider_strikes_those_that_have_it(client: Any) -> None:
    add(client, fault={"type": "error", "error": "LOW_BALANCE"})
    assert "X-Mock-Fault" not in client.post(D7_PATH, headers=D7).headers
    answer = client.post("/v2/x/whatsapp/1/messages")
    assert answer.json["code"] == "E110"


def test_injected_error_leaves_the_work_undone(client: Any) -> None:
    add(client, fault=CREDIT)
    client.post(D7_PATH, headers=D7)
    message = client.get(f"{STATE}/messages/{D7_MESSAGE}").json
    assert message["read_at"] is None


def test_first_error_wins_and_latencies_add_up(client: Any) -> None:
    for ms in (10, 20):
        add(client, fault={"type": "latency", "ms": ms})
    first = add(client, fault=CREDIT)
    add(client, fault={"type": "error", "error": "ACCESS_TOKEN_EXPIRED"})
    answer = client.post(D7_PATH, headers=D7)
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (402, first["id"])
    [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert entry["injected_ms"] == 30


@pytest.mark.parametrize("order", ["error first", "latency first"])
def test_error_and_latency_strike_together(client: Any, order: str) -> None:
    faults = [CREDIT, {"type": "latency", "ms": 3}]
    rules = [
        add(client, fault=each) for each in (faults if order == "error first" else faults[::-1])
    ]
    answer = client.post(D7_PATH, headers=D7)
    assert (answer.status_code, answer.json["detail"]["code"]) == (402, "INSUFFICIENT_CREDIT")
    error = next(each for each in rules if each["fault"] == CREDIT)
    assert answer.headers["X-Mock-Fault"] == error["id"]
    [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert (entry["injected_ms"], entry["fault"]) == (3, error["id"])
    assert [rule["hits"] for rule in client.get(RULES).json["faults"]] == [1, 1]


def test_second_error_has_no_hit(client: Any) -> None:
    add(client, fault=CREDIT)
    add(client, fault={"type": "error", "error": "ACCESS_TOKEN_EXPIRED"})
    struck(client, 2)
    assert [rule["hits"] for rule in client.get(RULES).json["faults"]] == [2, 0]


@pytest.mark.parametrize(
    ("header", "fault", "injected_ms"),
    [
        ("error=ACCESS_TOKEN_EXPIRED", {"type": "latency", "ms": 3}, 3),
        ("error=ACCESS_TOKEN_EXPIRED", CREDIT, 0),
    ],
)
def test_error_of_the_header_wins_and_latency_of_a_rule_is_added(
    client: Any, header: str, fault: dict[str, Any], injected_ms: int
) -> None:
    add(client, fault=fault)
    answer = client.post(D7_PATH, headers=D7 | {"X-Mock-Fault": header})
    assert (answer.status_code, answer.json["detail"]["code"]) == (401, "ACCESS_TOKEN_EXPIRED")
    assert answer.headers["X-Mock-Fault"] == "header"
    [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert (entry["injected_ms"], entry["error"]) == (injected_ms, "ACCESS_TOKEN_EXPIRED")


def test_latency_of_the_header_is_added_to_an_error_of_a_rule(client: Any) -> None:
    rule = add(client, fault=CREDIT)
    answer = client.post(D7_PATH, headers=D7 | {"X-Mock-Fault": "latency=3"})
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (402, rule["id"])
    [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert entry["injected_ms"] == 3


def test_jitter_stays_within_its_bounds_and_repeats(make_client: Callable[..., Any]) -> None:
    runs = []
    for _ in range(2):
        client = make_client()
        add(client, fault={"type": "latency", "ms": 2, "jitter_ms": 2}, seed=3)
        struck(client, 20)
        entries = client.get("/_mock/sandboxes/default/requests").json["requests"]
        runs.append([entry["injected_ms"] for entry in entries])
    assert runs[0] == runs[1]
    assert all(0 <= each <= 4 for each in runs[0])
    assert len(set(runs[0])) > 10


def test_rule_is_removed_by_its_id(client: Any) -> None:
    kept, removed = add(client, fault=CREDIT), add(client, fault=CREDIT)
    assert client.delete(f"{RULES}/{removed['id']}").status_code == 204
    assert [rule["id"] for rule in client.get(RULES).json["faults"]] == [kept["id"]]
    assert client.delete(RULES).status_code == 204
    assert client.get(RULES).json == {"faults": []}


@pytest.mark.parametrize(
    ("rule", "code", "told"),
    [
        ({}, "bad_rule", "fault"),
        ({"fault": {"type": "meteor"}}, "unknown_fault", "latency"),
        ({"fault": {}}, "unknown_fault", "latency"),
        ({"fault": {"type": "error", "error": "NOPE"}}, "unknown_error", "LOW_BALANCE"),
        ({"fault": {"type": "error"}}, "bad_rule", "fault.error"),
        ({"fault": {"type": "latency"}}, "bad_rule", "fault.ms"),
        ({"fault": {"type": "latency", "ms": -1}}, "bad_rule", "fault.ms"),
        ({"fault": {"type": "latency", "ms": 1, "msec": 1}}, "bad_rule", "jitter_ms"),
        ({"fault": CREDIT, "match": {"provider": "d8"}}, "unknown_provider", "kaleyra"),
        ({"fault": CREDIT, "match": {"operation": "read"}}, "unknown_operation", "mark_as_read"),
        ({"fault": CREDIT, "match": {"account": "boss"}}, "unknown_account", "low_balance"),
        ({"fault": CREDIT, "match": {"colour": "red"}}, "bad_rule", "business_number"),
        ({"fault": CREDIT, "match": {"provider": "kirim"}}, "unknown_error", "INVALID_API_KEY"),
        ({"fault": CREDIT, "schedule": {"evry": 2}}, "bad_rule", "probability"),
        ({"fault": CREDIT, "schedule": {"skip": -1}}, "bad_rule", "schedule.skip"),
        ({"fault": CREDIT, "schedule": {"times": 0}}, "bad_rule", "schedule.times"),
        ({"fault": CREDIT, "schedule": {"probability": 2}}, "bad_rule", "schedule.probability"),
        ({"fault": CREDIT, "seed": "x"}, "bad_rule", "seed"),
        ({"fault": CREDIT, "seed": 9_007_199_254_740_993}, "bad_rule", "seed"),
        ({"fault": CREDIT, "seed": -9_007_199_254_740_993}, "bad_rule", "seed"),
        (
            {"fault": CREDIT, "schedule": {"skip": 9_007_199_254_740_993}},
            "bad_rule",
            "schedule.skip",
        ),
        (
            {"fault": CREDIT, "schedule": {"times": 9_007_199_254_740_993}},
            "bad_rule",
            "schedule.times",
        ),
        ({"fault": CREDIT, "wehn": "now"}, "bad_rule", "schedule"),
    ],
)
def test_wrong_rule_is_refused_with_what_exists(
    client: Any, rule: dict[str, Any], code: str, told: str
) -> None:
    answer = client.post(RULES, json=rule)
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert told in f"{error['message']} {error['hint']}"
    assert client.get(RULES).json == {"faults": []}


@pytest.mark.parametrize("seed", [9_007_199_254_740_992, -9_007_199_254_740_992, 0])
def test_largest_numbers_are_kept_as_they_are(client: Any, seed: int) -> None:
    schedule = {"skip": 9_007_199_254_740_992, "times": 9_007_199_254_740_992, "probability": 1.0}
    rule = add(client, fault=CREDIT, schedule=schedule, seed=seed)
    assert (rule["schedule"], rule["seed"]) == (schedule, seed)


@pytest.mark.parametrize(
    ("header", "status"), [("error=INSUFFICIENT_CREDIT", 402), ("latency=1", 200)]
)
def test_request_asks_for_its_own_fault(client: Any, header: str, status: int) -> None:
    answer = client.post(D7_PATH, headers=D7 | {"X-Mock-Fault": header})
    assert answer.status_code == status
    assert answer.headers["X-Mock-Fault"] == "header"
    assert client.post(D7_PATH, headers=D7).status_code == 200


@pytest.mark.parametrize("header", ["error=LOW_BALANCE", "latency=soon", "meteor", "", "error"])
def test_wrong_fault_header_is_refused_with_what_exists(client: Any, header: str) -> None:
    answer = client.post(D7_PATH, headers=D7 | {"X-Mock-Fault": header})
    assert answer.status_code == 400
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    message = client.get(f"{STATE}/messages/{D7_MESSAGE}").json
    assert message["read_at"] is None


def test_rules_of_the_configuration_file_are_there_at_start(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(faults=({"name": "from file", "fault": CREDIT},))
    assert client.post(D7_PATH, headers=D7).status_code == 402
