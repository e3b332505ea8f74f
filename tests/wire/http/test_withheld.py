"""Bodies that are not whole yet: those of all connections together have a bound."""

from contextlib import ExitStack

import pytest
import requests

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import connect, connected, has_answer, head, read_answer, whole
from tests.wire.http.conftest import Serve

SIZE = 700_000
HALF = head(KIRIM_RECEIPT, b"", f"Content-Length: {SIZE}") + bytes(SIZE - 1)
CHUNKED = head(KIRIM_RECEIPT, b"", "Transfer-Encoding: chunked")
HALF_IN_CHUNKS = CHUNKED + b"%x\r\n" % SIZE + bytes(SIZE - 1)


@pytest.fixture(scope="module")
def small(serve: Serve) -> Server:
    return serve(withheld_bytes=1_500_000)


def hold_back(server: Server, stack: ExitStack, data: bytes) -> None:
    """Have a connection whose body lacks its last byte, and the server know all the others."""
    connection = stack.enter_context(connect(server.url))
    connection.sendall(data)


@pytest.mark.parametrize("data", [HALF, HALF_IN_CHUNKS], ids=["of a length", "in chunks"])
def test_what_is_over_the_bound_of_all_is_refused_in_clear_words(
    small: Server, data: bytes
) -> None:
    with ExitStack() as stack:
        refused = []
        for _ in range(6):
            connection = stack.enter_context(connect(small.url))
            connection.sendall(data)
            connection.setblocking(False)
            refused.append(connection)
        wait_until(lambda: sum(map(has_answer, refused)) >= 4)
        for connection in filter(has_answer, refused):
            connection.settimeout(10)
            answer = read_answer(stack.enter_context(connection.makefile("rb")))
            assert answer.status in (413, 503)
            assert answer.headers["Connection"] == "close"
            assert b"bod" in answer.body
        assert requests.get(f"{small.url}/_mock/readyz", timeout=10).status_code == 200
        with connected(small.url) as (connection, stream):
            connection.sendall(whole(D7_RECEIPT))
            assert read_answer(stream).status == 200


def test_what_was_held_back_is_free_again_when_its_connection_is_gone(small: Server) -> None:
    for _ in range(10):
        with connect(small.url) as connection:
            connection.sendall(HALF)
    body = bytes(SIZE)

    def is_read() -> bool:
        answer = requests.post(f"{small.url}/echo", data=body, timeout=10)
        return answer.status_code == 200 and answer.content == body

    wait_until(is_read)


def test_what_was_held_back_is_free_again_when_its_call_is_whole(small: Server) -> None:
    body = bytes(SIZE)
    with requests.Session() as session:
        for _ in range(10):
            assert session.post(f"{small.url}/echo", data=body, timeout=10).content == body


def test_pipelined_bodies_behind_a_late_call_are_bounded(small: Server) -> None:
    """What comes behind a call that is being answered is not read without end."""
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 500}}
    made = requests.post(f"{small.state}/faults", json=rule, timeout=10).json()
    call = head(KIRIM_RECEIPT, b"", f"Content-Length: {SIZE}") + bytes(SIZE)
    with connected(small.url) as (connection, stream):
        connection.sendall(whole(D7_RECEIPT) + call * 3)
        assert read_answer(stream).status == 200
        assert [read_answer(stream).status for _ in range(3)] == [400] * 3
    requests.delete(f"{small.state}/faults/{made['id']}", timeout=10).raise_for_status()
