"""Many calls on one connection, and clients that hang up."""

import json

import pytest
import requests

from tests.calls import CALLS, D7_RECEIPT, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import connected, head, raw, read_answer, until_closed, whole
from tests.wire.bad_input.checks import FIFTY_MB, messages, send


def test_http_1_0_is_answered_and_the_connection_closed(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(KIRIM_RECEIPT, version="1.0"))
        assert read_answer(stream).status == 200
        assert stream.read() == b""


def test_two_calls_in_one_packet_are_answered_in_order(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(KIRIM_RECEIPT) + whole(D7_RECEIPT))
        first, second = read_answer(stream), read_answer(stream)
    assert json.loads(first.body)["data"]["status"] == "read"
    assert json.loads(second.body) == "Message successfully marked as read"


def test_fifty_calls_in_one_packet_are_answered_in_order(server: Server) -> None:
    calls = CALLS * 9
    with connected(server.url) as (connection, stream):
        connection.sendall(b"".join(map(whole, calls)))
        answers = [read_answer(stream) for _ in calls]
    assert [each.status for each in answers] == [call.success for call in calls]


def test_a_slow_call_is_answered_before_the_one_behind_it(server: Server) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 100}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(D7_RECEIPT) + whole(KIRIM_RECEIPT))
        first, second = read_answer(stream), read_answer(stream)
    assert json.loads(first.body) == "Message successfully marked as read"
    assert json.loads(second.body)["data"]["status"] == "read"


def test_a_bad_call_behind_a_good_one_does_not_take_its_answer(server: Server) -> None:
    answer = until_closed(server.url, whole(KIRIM_RECEIPT) + b"\0\0\0 nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_one_connection_serves_many_calls(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        for call in CALLS * 40:
            connection.sendall(whole(call))
            assert read_answer(stream).status == call.success


def test_a_failed_call_leaves_the_connection_open(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        for path in ("/nothing", "/d7/nothing", "/_mock/nothing"):
            connection.sendall(whole(D7_RECEIPT, path=path))
            assert read_answer(stream).status == 404
        connection.sendall(whole(D7_RECEIPT))
        assert read_answer(stream).status == 200


def test_expectation_of_100_is_met_and_the_call_answered(server: Server) -> None:
    body = KIRIM_RECEIPT.full_body
    more = ["Expect: 100-continue", f"Content-Length: {len(body)}"]
    with connected(server.url) as (connection, stream):
        connection.sendall(head(KIRIM_RECEIPT, body, *more))
        assert read_answer(stream).status == 100
        connection.sendall(body)
        assert read_answer(stream).status == 200


def test_expectation_of_100_for_50_mb_is_met_with_413(server: Server) -> None:
    more = ["Expect: 100-continue", f"Content-Length: {FIFTY_MB}"]
    assert raw(server.url, head(KIRIM_RECEIPT, b"", *more)).status == 413


@pytest.mark.sample(6)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_hanging_up_half_way_changes_nothing(server: Server, call: ValidCall, part: float) -> None:
    before = messages(server)
    data = whole(call)
    with connected(server.url) as (connection, _):
        connection.sendall(data[: int(len(data) * part)])
    assert messages(server) == before


def test_hanging_up_before_a_late_answer_harms_nobody(server: Server) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 50}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with connected(server.url) as (connection, _):
        connection.sendall(whole(D7_RECEIPT))
    assert send(server, D7_RECEIPT, b"").status_code == 200


def test_connection_without_a_word_is_closed_with_it(server: Server) -> None:
    assert until_closed(server.url, b"") == b""
