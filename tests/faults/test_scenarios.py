"""Scenarios: each played by a small client that copes with it."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from mockserver.pipeline.keys import ANSWERS
from tests.calls import BY_PROVIDER, CALLS, WAMID, ValidCall
from tests.conftest import STATE, Server, StillClock
from tests.faults.scenarios import FIXTURES, KIRIM_CALL, NAMES, PROVIDERS, apply, attempt


def attempts_until_through(send: Callable[[], str], most: int = 4) -> list[str]:
    """The outcomes of a call that is sent again until it is answered with success."""
    outcomes: list[str] = []
    while len(outcomes) < most and outcomes[-1:] not in (["200"], ["202"]):
        outcomes.append(send())
    return outcomes


def journal(server: Server) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = requests.get(f"{server.state}/requests", timeout=5).json()[
        "requests"
    ]
    return entries


# A client in process: what would come over the wire is read off the journal


def start_scenario(client: Any, name: str) -> None:
    assert client.post(f"{STATE}/scenarios/{name}").status_code == 200


def entries_of(client: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = client.get(f"{STATE}/requests").json["requests"]
    return entries


def send(client: Any, clock: StillClock, call: ValidCall) -> Any:
    """The answer, from a server that can delay and break it, so that no thread has to wait."""
    return client.open(
        call.path,
        method=call.method,
        headers=call.headers | call.signature(now=clock.now()),
        data=call.body,
        environ_overrides={ANSWERS: []},
    )


def outcome(client: Any, clock: StillClock, call: ValidCall, patience_ms: int = 60_000) -> str:
    """The status, or ``reset`` or ``timeout``; the time that it takes passes."""
    answer = send(client, clock, call)
    entry = client.get(f"{STATE}/requests?limit=1").json["requests"][0]
    took = min(round(entry.get("injected_ms", 0)), patience_ms)
    clock.advance(took)
    if took == patience_ms:
        return "timeout"
    if any(hit["fault"]["type"] == "outage" for hit in entry.get("injected", [])):
        return "reset"
    return str(answer.status_code)


# The scenarios


def test_flaky_network(server: Server) -> None:
    """A client passes that sends a receipt again when the connection broke.

    Resets, answers that are cut short and bytes that are no HTTP are all the same to it: it does
    not know what became of the call, and a receipt may be sent twice.
    """
    apply(server, "flaky-network")
    receipts = [attempts_until_through(lambda: attempt(server, KIRIM_CALL)) for _ in range(14)]
    assert [receipt[-1] for receipt in receipts] == ["200"] * 14
    assert {each for receipt in receipts for each in receipt[:-1]} == {"broken"}
    struck = {hit["fault"]["type"] for entry in journal(server) for hit in entry["injected"]}
    assert struck == {"latency", "reset", "truncate", "garbage"}


def test_slow_provider(client: Any, clock: StillClock) -> None:
    """A client passes that waits for 3 s, more than the usual 0.8 s, and then sends again.

    The work of a call that it gave up on is done: the second receipt must change nothing.
    """
    start_scenario(client, "slow-provider")
    receipts = [
        attempts_until_through(lambda: outcome(client, clock, KIRIM_CALL, patience_ms=3_000))
        for _ in range(200)
    ]
    assert [receipt[-1] for receipt in receipts] == ["200"] * 200
    delays = [entry["injected_ms"] for entry in entries_of(client)]
    assert 0.4 < sum(delay > 800 for delay in delays) / len(delays) < 0.6
    assert 0.02 < sum(delay > 3_000 for delay in delays) / len(delays) < 0.1
    message = client.get(f"{STATE}/messages/{WAMID}").json
    assert message["read_at"] == "2026-11-21T06:00:00Z"


def test_outage_and_recovery(client: Any, clock: StillClock) -> None:
    """A client passes that waits twice as long after each failure, and gives up after a minute.

    It takes a page of HTML with 503 for a failure as good as a reset, and does not parse it.
    """
    start_scenario(client, "outage-and-recovery")
    assert outcome(client, clock, KIRIM_CALL) == "200"
    clock.advance(6_000)
    outcomes, pause = [outcome(client, clock, KIRIM_CALL)], 1_000
    while outcomes[-1] != "200" and pause <= 32_000:
        clock.advance(pause)
        outcomes.append(outcome(client, clock, KIRIM_CALL))
        pause *= 2
    assert outcomes == ["reset", "reset", "reset", "reset", "503", "200"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_rate_limited(client: Any, clock: StillClock, provider: str) -> None:
    """A client passes that waits as long as ``Retry-After`` says, and then sends again."""
    start_scenario(client, "rate-limited")
    call = BY_PROVIDER[provider]
    statuses = []
    for _ in range(7):
        answer = send(client, clock, call)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            assert answer.headers["Retry-After"] == "2"
            clock.advance(2_000)
            statuses.append(send(client, clock, call).status_code)
    good = call.success
    assert statuses == [good, good, good, good, good, 429, good, 429, good]


def test_lost_answers(server: Server) -> None:
    """A client passes that sends the same again after a reset: no call does harm when repeated.

    The first had done the work, and the second leaves it as it is.
    """
    apply(server, "lost-answers")
    for call in CALLS:
        assert attempt(server, call) == "broken"
        message = requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json()
        assert attempt(server, call) == str(call.success)
    assert message["read_at"] is not None
    assert requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json() == message
    entries = journal(server)
    assert [entry["committed"] for entry in entries] == [True] * 12
    assert [each["retry_of"] for each in entries[1::2]] == [each["id"] for each in entries[::2]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_bad_gateway(client: Any, clock: StillClock, provider: str) -> None:
    """A client passes that looks at status and content type before it parses JSON.

    A page of HTML with 502 comes from something in front of the API: it sends again.
    """
    start_scenario(client, "bad-gateway")
    good = str(BY_PROVIDER[provider].success)
    pages = []

    def try_once() -> str:
        answer = send(client, clock, BY_PROVIDER[provider])
        if answer.content_type == "application/json":
            assert answer.json
        else:
            pages.append((answer.status_code, answer.content_type, answer.text[:6]))
        return str(answer.status_code)

    receipts = [attempts_until_through(try_once) for _ in range(4)]
    assert receipts == [["502", good], [good], ["502", good], [good]]
    assert pages == [(502, "text/html", "<html>")] * 2


def test_provider_failover(server: Server) -> None:
    """A client passes that sends a receipt over the next provider when one fails or is slow.

    It waits for 0.2 s, and takes a reset, a 429 and silence alike as a reason to go on.
    """
    apply(server, "provider-failover")
    receipts = []
    for _ in range(3):
        outcomes: list[str] = []
        for provider in PROVIDERS:
            outcomes.append(attempt(server, BY_PROVIDER[provider], patience=0.2))
            if outcomes[-1] in ("200", "202"):
                break
        receipts.append(outcomes)
    assert receipts[:2] == [["broken", "202"], ["broken", "202"]]
    assert receipts[2] == ["broken", "429", "timeout", "200"]


@pytest.mark.parametrize(
    ("provider", "status", "code"),
    [
        ("d7", 401, "ACCESS_TOKEN_EXPIRED"),
        ("kaleyra", 401, "RBC001"),
        ("nxcloud", 200, "1005"),
        ("kirim", 401, "expired_api_key"),
    ],
)
def test_expired_credentials(
    client: Any, clock: StillClock, provider: str, status: int, code: str
) -> None:
    """A client passes that keeps its receipts and sends nothing more once it was refused.

    To send again at once helps nothing: it waits for new credentials. NXCloud tells with a code
    in an answer with status 200.
    """
    start_scenario(client, "expired-credentials")
    call = BY_PROVIDER[provider]
    waiting, refusals = 3, []
    for pause in (0, 5_000, 25_000):
        clock.advance(pause)
        while waiting and pause != 0:
            answer = send(client, clock, call)
            if code in answer.text:
                refusals.append(answer.status_code)
                break
            waiting -= 1
        if pause == 0:
            assert send(client, clock, call).status_code == call.success
    assert (waiting, refusals) == (0, [status])
    assert len(entries_of(client)) == 5


def test_every_scenario_of_the_fixtures_is_played_here() -> None:
    assert sorted(file.stem for file in FIXTURES.glob("scenarios/*")) == NAMES
    assert {f"test_{name.replace('-', '_')}" for name in NAMES} <= globals().keys()


# The timeline, and applying again


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [
        (5_000, "reset"),
        (19_999, "reset"),
        (20_000, "503"),
        (24_999, "503"),
        (25_000, "200"),
    ],
)
@pytest.mark.parametrize("provider", ["d7", "nxcloud", "kirim"])
def test_step_begins_and_ends_at_its_time(
    client: Any, clock: StillClock, provider: str, at_ms: int, expected: str
) -> None:
    start_scenario(client, "outage-and-recovery")
    clock.advance(at_ms)
    assert outcome(client, clock, BY_PROVIDER[provider]) == expected


def test_first_step_slows_down_within_its_bounds(client: Any, clock: StillClock) -> None:
    start_scenario(client, "outage-and-recovery")
    for _ in range(20):
        send(client, clock, KIRIM_CALL)
    delays = [entry["injected_ms"] for entry in entries_of(client)]
    assert all(50 <= delay <= 350 for delay in delays)
    assert len(set(delays)) > 10
    clock.advance(25_000)
    assert "X-Mock-Fault" not in send(client, clock, KIRIM_CALL).headers


def test_timeline_starts_when_the_scenario_is_applied(client: Any, clock: StillClock) -> None:
    start_scenario(client, "expired-credentials")
    clock.advance(10_000)
    assert send(client, clock, KIRIM_CALL).status_code == 401
    start_scenario(client, "expired-credentials")
    assert send(client, clock, KIRIM_CALL).status_code == 200
    clock.advance(5_000)
    assert send(client, clock, KIRIM_CALL).status_code == 401


def test_scenario_takes_the_place_of_the_rules_that_are_there(client: Any) -> None:
    fault = {"type": "status", "status": 500}
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201
    answer = client.post(f"{STATE}/scenarios/lost-answers")
    [rule] = answer.json["faults"]
    assert (rule["fault"], rule["when"]) == ({"type": "reset"}, "after")
    assert client.get(f"{STATE}/faults").json == answer.json


@pytest.mark.parametrize("name", ["flaky-network", "slow-provider"])
def test_scenario_applied_again_does_the_same_again(
    client: Any, clock: StillClock, name: str
) -> None:
    runs = []
    for _ in range(2):
        start_scenario(client, name)
        for _ in range(30):
            send(client, clock, KIRIM_CALL)
        hits = [entry["injected"] for entry in entries_of(client)[-30:]]
        runs.append([[hit["fault"] for hit in each] for each in hits])
    assert runs[0] == runs[1]


# Which scenarios there are


def test_scenarios_are_listed_with_description_and_rules(server: Server) -> None:
    listed = requests.get(f"{server.state}/scenarios", timeout=5).json()["scenarios"]
    assert [scenario["name"] for scenario in listed] == NAMES
    assert all(scenario.keys() == {"name", "description", "rules"} for scenario in listed)
    by_name = {scenario["name"]: scenario for scenario in listed}
    limited = by_name["rate-limited"]
    assert limited["description"] == (
        "Five calls in ten seconds for each account of each provider, then 429 with Retry-After"
    )
    assert limited["rules"] == [{"fault": {"type": "rate_limit", "limit": 5, "per": 10}}]
    assert {"d7", "kaleyra", "nxcloud", "kirim"} == {
        rule["match"]["provider"] for rule in by_name["expired-credentials"]["rules"]
    }


def test_unknown_scenario_is_refused_with_the_list(server: Server) -> None:
    apply(server, "lost-answers")
    before = requests.get(f"{server.state}/faults", timeout=5).json()
    answer = requests.post(f"{server.state}/scenarios/meteor", timeout=5)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "scenario_not_found")
    assert "meteor" in error["message"]
    assert all(name in error["hint"] for name in NAMES)
    assert requests.get(f"{server.state}/faults", timeout=5).json() == before


def test_scenario_is_added_beside_the_rules_that_are_there(client: Any) -> None:
    kept = client.post(f"{STATE}/faults", json={"fault": {"type": "reset"}}).json
    path = f"{STATE}/scenarios/expired-credentials"
    added = client.post(path, json={"add": True}).json["faults"]
    assert (added[0], len(added)) == (kept, 5)
    assert len(client.post(path, json={"add": False}).json["faults"]) == 4


@pytest.mark.parametrize("body", [{"add": "true"}, {"ad": True}, [], "add"])
def test_wrong_wish_beside_a_scenario_changes_nothing(client: Any, body: Any) -> None:
    client.post(f"{STATE}/faults", json={"fault": {"type": "reset"}})
    answer = client.post(f"{STATE}/scenarios/expired-credentials", json=body)
    assert answer.status_code == 400
    assert len(client.get(f"{STATE}/faults").json["faults"]) == 1
