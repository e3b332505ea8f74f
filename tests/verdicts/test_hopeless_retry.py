"""Verdict hopeless_retry: what was refused for what it is, is not called again as it was."""

import json
from typing import Any

import pytest

from tests.calls import BY_PROVIDER, KIRIM, NX_RECEIPT, RECEIPT, WAMID, ValidCall, named
from tests.conftest import NOW, StillClock
from tests.faults.receipts import PATH
from tests.nxcloud_signature import signed
from tests.verdicts.behaviour import fail, judge, not_ok, post, send, send_at


def answer_with(client: Any, status: int) -> None:
    fail(client, {"type": "status", "status": status, "body": {}})


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_called_again_after_a_refusal(client: Any, clock: StillClock, status: int) -> None:
    """Even where it succeeds then: the client could not know."""
    answer_with(client, status)
    ids = send_at(client, clock, 1_000)
    found = judge(client)["hopeless_retry"]
    assert not found["ok"]
    assert found["requests"] == ids
    told = f"1 equal call after {status} to mark_as_read of kirim, which cannot succeed"
    assert found["text"] == told


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_called_again_after_what_may_pass(client: Any, clock: StillClock, status: int) -> None:
    answer_with(client, status)
    send_at(client, clock, 1_000)
    assert judge(client)["hopeless_retry"]["ok"]


def test_documented_error_is_told_by_its_name(client: Any, clock: StillClock) -> None:
    for _ in range(3):
        send(client, "wamid.unknown")
    text = judge(client)["hopeless_retry"]["text"]
    assert text.startswith("2 equal calls after 404 RESOURCE_NOT_FOUND to mark_as_read of kirim")


def test_changed_calls_are_others(client: Any) -> None:
    """Another credential, another body, another content type."""
    wrong = KIRIM | {"Authorization": "Bearer kdv_live_000000000000000000000000"}
    body = {**RECEIPT, "message_id": WAMID}
    post(client, PATH, wrong, body)
    post(client, PATH, KIRIM, body)
    post(client, PATH, KIRIM, {**RECEIPT, "message_id": "wamid.unknown"})
    post(client, PATH, KIRIM, {**RECEIPT, "message_id": "wamid.unknown", "typing_indicator": 1})
    assert judge(client)["hopeless_retry"]["ok"]
    post(client, PATH, wrong, body)
    assert not judge(client, "?attempts=1")["hopeless_retry"]["ok"]


def test_headers_that_are_others_each_time_make_no_other_call(client: Any) -> None:
    fail(client, {"type": "status", "status": 404})
    send(client, X_Request_Id="1", User_Agent="a", traceparent="00-1")
    send(client, X_Request_Id="2", User_Agent="b", traceparent="00-2")
    assert not judge(client)["hopeless_retry"]["ok"]


def send_signed(client: Any, now: int, **wrong: Any) -> None:
    body = json.dumps({**NX_RECEIPT, **wrong}).encode()
    headers = {**signed(body, now=now), "Content-Type": "application/json"}
    assert client.post("/api/wa/markMessageAsRead", headers=headers, data=body).json["code"]


def test_an_error_within_200_counts_as_what_it_means(client: Any, clock: StillClock) -> None:
    """NXCloud says all with 200; its signature is another one each time."""
    send_signed(client, NOW, business_phone="100")
    clock.advance(1_000)
    send_signed(client, NOW + 1_000, business_phone="100")
    found = judge(client)["hopeless_retry"]
    assert not_ok(client) == {"hopeless_retry"}
    assert not_ok(client, "?attempts=1") == {"hopeless_retry", "attempts"}
    assert "200 MERCHANT_PHONE_NUMBER_ERROR to mark_as_read of nxcloud" in found["text"]


def test_an_error_within_200_that_another_instant_helps(client: Any, clock: StillClock) -> None:
    send_signed(client, NOW - 100_000)
    send_signed(client, NOW - 90_000)
    assert not_ok(client) == set()


def test_long_after_it_is_no_retry(client: Any, clock: StillClock) -> None:
    answer_with(client, 404)
    send_at(client, clock, 601_000)
    assert judge(client)["hopeless_retry"]["ok"]
    assert not judge(client, "?window=602")["hopeless_retry"]["ok"]


def test_path_that_is_no_providers(client: Any) -> None:
    for _ in range(2):
        client.post("/v1/message", headers=KIRIM)
    found = judge(client)["hopeless_retry"]
    assert not found["ok"]
    assert "a call to a path that is no provider's" in found["text"]


def test_an_answer_that_did_not_go_out_refuses_nothing(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "empty"})
    ids = [send(client, "wamid.unknown"), send(client, "wamid.unknown")]
    assert judge(client)["hopeless_retry"]["ok"]
    ids.append(send(client, "wamid.unknown"))
    assert judge(client)["hopeless_retry"]["requests"] == ids[1:]


def test_late_refusal(client: Any, clock: StillClock) -> None:
    """Before it is out the client knows nothing; afterwards it may have given up."""
    fail(client, {"type": "latency", "ms": 5_000})
    ids = [send(client, "wamid.unknown")]
    clock.advance(1_000)
    fail(client)
    ids.append(send(client, "wamid.unknown"))
    found = judge(client)["hopeless_retry"]
    assert (found["ok"], found["undecidable"]) == (True, [])
    client.delete("/_mock/sandboxes/default/faults")
    fail(client, {"type": "latency", "ms": 5_000})
    ids.append(send(client, "wamid.unknown"))
    clock.advance(6_000)
    ids.append(send(client, "wamid.unknown"))
    found = judge(client)["hopeless_retry"]
    assert (found["ok"], found["undecidable"]) == (True, ids[2:])


@pytest.mark.parametrize("call", BY_PROVIDER.values(), ids=named)
def test_every_provider(client: Any, call: ValidCall) -> None:
    """A credential that nobody has, twice; then the right one."""
    wrong = {**call.headers, **call.signature(now=NOW)}
    name = next(each for each in wrong if each.lower() in ("authorization", "api-key", "accesskey"))
    wrong[name] = f"{wrong[name][:-4]}0000"
    for _ in range(2):
        client.open(call.path, method=call.method, headers=wrong, data=call.body)
    assert not judge(client)["hopeless_retry"]["ok"]
