"""Verdict duplicate: what was done, and answered, is not done again."""

import json
from typing import Any

import pytest

from mockserver import create_app
from mockserver.api import Done, Exchange, mark_read
from mockserver.config import Settings
from mockserver.pipeline.keys import ANSWERS
from tests.calls import (
    BY_PROVIDER,
    D7_REPORT,
    JSON,
    NX_RECEIPT,
    NX_TYPING,
    ValidCall,
    named,
)
from tests.conftest import NOW, STATE, StillClock
from tests.derived import PROVIDERS
from tests.nxcloud_signature import signed
from tests.verdicts.behaviour import (
    customer_writes,
    fail,
    judge,
    not_ok,
    send,
    send_at,
    undecided,
)


@pytest.mark.parametrize("call", BY_PROVIDER.values(), ids=named)
def test_called_again_after_a_success(client: Any, clock: StillClock, call: ValidCall) -> None:
    ids = []
    for place in range(2):
        headers = {**call.headers, **call.signature(now=NOW + place)}
        answer = client.open(call.path, method=call.method, headers=headers, data=call.body)
        ids.append(answer.headers["X-Mock-Request-Id"])
        assert judge(client)["duplicate"]["ok"] == (place == 0)
    found = judge(client)["duplicate"]
    assert found["requests"] == ids
    done = f"{call.operation} of {call.provider} was done, answered with {call.success}"
    assert found["text"] == f"{done}, and called 1 more time as it was"
    assert not_ok(client) == {"duplicate"}


def test_other_calls_are_none(client: Any) -> None:
    send(client)
    send(client, customer_writes(client))
    assert not_ok(client) == set()


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "malformed_json", "gateway"])
def test_called_again_after_a_lost_answer(client: Any, clock: StillClock, kind: str) -> None:
    """The work was done, but nobody could know."""
    fail(client, {"type": kind}, when="after")
    send_at(client, clock, 1_000)
    assert not_ok(client) == set()


def test_once_more_after_the_retry_of_a_lost_answer(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "reset"}, when="after")
    ids = send_at(client, clock, 1_000, 1_000)
    assert judge(client)["duplicate"]["requests"] == ids[1:]


def test_called_again_after_a_refusal(client: Any, clock: StillClock) -> None:
    fail(client)
    send_at(client, clock, 1_000)
    assert not_ok(client) == set()


def test_repeat_that_a_fault_takes_is_one_all_the_same(client: Any, clock: StillClock) -> None:
    client.post(f"{STATE}/faults", json={"fault": {"type": "reset"}, "schedule": {"skip": 1}})
    send_at(client, clock, 1_000)
    assert "duplicate" in not_ok(client)


def test_long_after_it_is_none(client: Any, clock: StillClock) -> None:
    send_at(client, clock, 601_000)
    assert not_ok(client) == set()
    assert not_ok(client, "?window=700") == {"duplicate"}


def test_questions_may_be_asked_again(client: Any) -> None:
    for _ in range(3):
        client.get(D7_REPORT.path, headers=D7_REPORT.headers)
    assert not_ok(client) == set()


def send_to_nxcloud(client: Any, path: str, content: Any) -> None:
    body = json.dumps(content).encode()
    headers = {**signed(body, now=NOW), **JSON}
    assert client.post(path, headers=headers, data=body).json["code"] == 0


def test_typing_that_goes_on_is_none(client: Any, clock: StillClock) -> None:
    """The bubble ends after 25 s: whoever writes longer shows it again."""
    for _ in range(3):
        send_to_nxcloud(client, "/api/wa/typingIndicator", NX_TYPING)
        clock.advance(20_000)
    assert not_ok(client) == set()
    for _ in range(2):
        send_to_nxcloud(client, "/api/wa/markMessageAsRead", NX_RECEIPT)
    assert not_ok(client) == {"duplicate"}


def test_typing_that_a_fault_takes_is_undecided(client: Any, clock: StillClock) -> None:
    """What it would have changed is known to nobody."""
    rule = {"fault": {"type": "gateway"}, "schedule": {"skip": 1}}
    client.post(f"{STATE}/faults", json=rule)
    body = json.dumps(NX_TYPING).encode()
    for _ in range(2):
        headers = {**signed(body, now=NOW), **JSON}
        client.post("/api/wa/typingIndicator", headers=headers, data=body)
    assert not_ok(client) == set()
    assert undecided(client) == {"duplicate"}


def test_typing_that_goes_on_late_is_no_trying_again(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "latency", "ms": 200}, times=99)
    body = json.dumps(NX_TYPING).encode()
    for place in range(12):
        headers = {**signed(body, now=NOW + place * 20_000), **JSON}
        server: dict[str, list[Any]] = {ANSWERS: []}
        client.post("/api/wa/typingIndicator", headers=headers, data=body, environ_overrides=server)
        clock.advance(20_000)
    assert not_ok(client) == set()
    assert undecided(client) == {"attempts"}


def test_a_state_that_was_put_back_can_be_changed_again(client: Any, clock: StillClock) -> None:
    assert client.post(f"{STATE}/snapshot").status_code == 201
    send(client)
    assert client.post(f"{STATE}/restore").status_code == 204
    send(client)
    assert not_ok(client) == set()
    send(client)
    assert not_ok(client) == {"duplicate"}


def test_late_answer_that_was_not_waited_for(client: Any, clock: StillClock) -> None:
    """Until it is out the client has none; afterwards it may have given up before."""
    fail(client, {"type": "latency", "ms": 5_000})
    send_at(client, clock, 1_000)
    assert judge(client)["duplicate"]["ok"]
    assert undecided(client) == set()


@pytest.mark.parametrize("fault", [{"type": "latency", "ms": 300}, {"type": "drip", "over_ms": 9}])
def test_late_answer_that_was_maybe_not_waited_for(
    client: Any, clock: StillClock, fault: dict[str, Any]
) -> None:
    fail(client, fault)
    ids = send_at(client, clock, 400)
    found = judge(client)["duplicate"]
    assert (found["ok"], found["undecidable"]) == (True, ids)


def test_somewhat_late_answer_was_waited_for(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "latency", "ms": 50})
    send_at(client, clock, 400)
    assert not_ok(client) == {"duplicate"}


def make_sender(clock: StillClock) -> Any:
    """An application whose KirimChat has an operation that does something new each time, but not
    where an Idempotency-Key is known.
    """
    kirim = PROVIDERS["kirim"]
    [operation] = kirim.operations

    def work(exchange: Exchange) -> Done:
        done = operation.handler(exchange)
        replayed = "Idempotent-Replayed" in done.reply.headers
        return done if replayed else done._replace(changes=mark_read(exchange, typing=True))

    sending = operation._replace(idempotent=False, handler=work)
    providers = {**PROVIDERS, "kirim": kirim._replace(operations=(sending,))}
    return create_app(Settings(), providers=providers, clock=clock, seed=1).test_client()


def test_retry_does_what_is_not_idempotent_twice(clock: StillClock) -> None:
    client = make_sender(clock)
    fail(client, {"type": "reset"}, when="after")
    ids = send_at(client, clock, 1_000)
    found = judge(client)["duplicate"]
    assert found["requests"] == ids
    assert found["text"] == "mark_as_read of kirim was done, and called 1 more time as it was"


def test_retry_that_an_idempotency_key_protects_does_not(clock: StillClock) -> None:
    client = make_sender(clock)
    fail(client, {"type": "reset"}, when="after")
    send_at(client, clock, 1_000, Idempotency_Key="one")
    assert not_ok(client) == set()


def test_retry_of_what_was_not_done_does_not(clock: StillClock) -> None:
    client = make_sender(clock)
    fail(client, {"type": "reset"}, when="before")
    send_at(client, clock, 1_000)
    assert not_ok(client) == set()
