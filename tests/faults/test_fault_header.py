"""Faults that a request asks for itself, with the header ``X-Mock-Fault``."""

from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, KALEYRA, KIRIM
from tests.conftest import STATE, Server
from tests.faults.receipts import BODY, CALL, PATH, UPSTREAM, add, call, is_read, lines, newest


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
    "tls",
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
        ("tls", "bad_fault_header", ("POST …/faults",)),
        ("tls=expired", "bad_fault_header", ("POST …/faults",)),
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
