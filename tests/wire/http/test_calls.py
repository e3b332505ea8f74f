"""Calls of every form: HEAD, 100-continue, chunks, HTTP/1.0, half-closed clients."""

import socket

import pytest
import requests

from tests.calls import D7_RECEIPT, D7_REPORT, KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connected, head, read_answer, until_closed, whole

BODY = KIRIM_RECEIPT.full_body
EXPECTING = head(KIRIM_RECEIPT, BODY, "Expect: 100-continue", f"Content-Length: {len(BODY)}")


def ask(method: str, path: str, *more: str, version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost", *more, "", ""]
    return "\r\n".join(lines).encode()


# HEAD


@pytest.mark.parametrize("path", ["/large", "/_mock/readyz", "/d7/nowhere", "/nowhere"])
def test_head_has_the_head_of_get_and_no_body(lively: Server, path: str) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", path))
        got = read_answer(stream)
        connection.sendall(ask("HEAD", path) + ask("GET", path))
        only_head = read_answer(stream, to_head=True)
        again = read_answer(stream)
    assert only_head.status == got.status == again.status
    assert only_head.headers["Content-Length"] == str(len(got.body))
    assert again.body == got.body or path != "/large"


@pytest.mark.parametrize("path", ["/pieces/head", "/endless/head", "/empty-pieces"])
def test_head_of_a_stream_ends_with_its_head(lively: Server, path: str) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("HEAD", path) + ask("GET", "/_mock/readyz"))
        assert read_answer(stream, to_head=True).status == 200
        assert b"ok" in read_answer(stream).body


# 100-continue


def test_100_waits_for_the_answer_before_it(server: Server) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 100}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(D7_RECEIPT) + EXPECTING)
        assert read_answer(stream).status == 200
        assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert stream.readline() == b"\r\n"
        connection.sendall(BODY)
        assert read_answer(stream).status == 200


def test_call_that_did_not_wait_for_100_is_answered(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(EXPECTING + BODY + whole(D7_RECEIPT))
        statuses = [read_answer(stream).status for _ in range(2)]
        if statuses[0] == 100:
            statuses = [statuses[1], read_answer(stream).status]
        assert statuses == [200, 200]


def test_http_1_0_is_told_no_100(server: Server) -> None:
    data = EXPECTING.replace(b"HTTP/1.1", b"HTTP/1.0")
    with connected(server.url) as (connection, stream):
        connection.sendall(data + BODY)
        assert read_answer(stream).status == 200
        assert stream.read() == b""


def test_expectation_without_a_body_is_no_reason_to_wait(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(ask("GET", "/d7/nowhere", "Expect: 100-continue"))
        answer = read_answer(stream)
        if answer.status == 100:
            answer = read_answer(stream)
        assert answer.status == 404


# Chunks


@pytest.mark.parametrize("size", [1, 1_000, 100_000])
def test_chunks_come_out_as_the_body(lively: Server, size: int) -> None:
    body = bytes(range(256)) * 400
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    data = b"".join(b"%X\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("POST", "/echo", "Transfer-Encoding: chunked"))
        connection.sendall(data + b"000\r\n\r\n" + ask("GET", "/_mock/readyz"))
        assert read_answer(stream).body == body
        assert b"ok" in read_answer(stream).body


# HTTP/1.0


def test_http_1_0_is_kept_alive_if_it_asks_for_it(server: Server) -> None:
    kept = whole(KIRIM_RECEIPT, "Connection: keep-alive", version="1.0")
    with connected(server.url) as (connection, stream):
        for _ in range(3):
            connection.sendall(kept)
            answer = read_answer(stream)
            assert answer.status == 200
            assert answer.headers["Connection"].lower() == "keep-alive"
        connection.sendall(whole(KIRIM_RECEIPT, version="1.0"))
        assert read_answer(stream).status == 200
        assert stream.read() == b""


def test_http_1_0_in_one_write_is_answered_in_order(server: Server) -> None:
    kept = whole(KIRIM_RECEIPT, "Connection: Keep-Alive", version="1.0")
    answers = until_closed(server.url, kept * 3 + whole(D7_REPORT, version="1.0") + kept)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 4


def test_stream_to_http_1_0_ends_with_the_connection(lively: Server) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", "/empty-pieces", "Connection: keep-alive", version="1.0"))
        answer = stream.read()
    assert b"transfer-encoding" not in answer.lower()
    assert answer.endswith(b"\r\n\r\nonetwo")


def test_wish_to_close_is_granted_and_told(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(KIRIM_RECEIPT, "Connection: close") + whole(KIRIM_RECEIPT))
        answer = read_answer(stream)
        assert answer.status == 200
        assert answer.headers["Connection"] == "close"
        assert stream.read() == b""


# Half-closed clients


def test_half_closed_client_gets_its_answers(server: Server) -> None:
    answers = until_closed(server.url, whole(KIRIM_RECEIPT) * 5)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 5


def test_half_closed_client_gets_a_large_answer_whole(lively: Server) -> None:
    answer = until_closed(lively.url, ask("GET", "/large"))
    assert len(answer.partition(b"\r\n\r\n")[2]) == 20_480_000


def test_half_closed_client_gets_a_stream_to_its_end(lively: Server) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", "/pieces/half"))
        connection.shutdown(socket.SHUT_WR)
        for _ in range(2):
            requests.post(f"{lively.url}/open/half", timeout=10).raise_for_status()
        answer = stream.read()
    assert answer.count(b"piece ") == 3
    assert answer.endswith(b"0\r\n\r\n")


def test_half_closed_client_of_a_late_call_is_answered(server: Server) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 100}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    assert until_closed(server.url, whole(D7_RECEIPT)).startswith(b"HTTP/1.1 200 ")
