"""Connections that end, in every state and in every way: nothing is raised, and nothing stays."""

import contextlib
import os
import socket
import struct
from collections.abc import Callable

import pytest
import requests

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import connect, head, whole
from tests.wire.http.test_calls import ask
from tests.wire.http.test_stopping import UNFINISHED, stop

LATE = head(D7_RECEIPT, b"", "X-Mock-Fault: latency=60000", "Content-Length: 0")
HANGING = head(D7_RECEIPT, b"", "X-Mock-Fault: hang", "Content-Length: 0")
STATES = {
    **UNFINISHED,
    "a refusal": b"nonsense\r\n\r\n",
    "a late answer": LATE,
    "a late answer and calls behind it": LATE + whole(KIRIM_RECEIPT) * 3,
    "a late answer and half a call behind it": LATE + whole(KIRIM_RECEIPT)[:99],
    "a late answer and much behind it": LATE + whole(KIRIM_RECEIPT) * 2_000,
    "a call that hangs": HANGING,
    "a call that waits": ask("GET", "/_mock/sandboxes/default/requests?wait=60&path=/none"),
    "a stream": ask("GET", "/pieces/ending"),
    "a stream that is not read": ask("GET", "/endless/ending"),
    "a large answer": ask("GET", "/large") * 3,
    "many calls": ask("GET", "/d7/nowhere") * 500,
}


def close(connection: socket.socket) -> None:
    connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def end_own_side(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)


def read_and_reset(connection: socket.socket) -> None:
    connection.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        connection.recv(1_000)
    reset(connection)


ENDINGS = [close, reset, end_own_side, read_and_reset]


@pytest.mark.sample(10)
@pytest.mark.parametrize("end", ENDINGS)
@pytest.mark.parametrize("data", STATES.values(), ids=STATES)
def test_ending_in_any_state_harms_nobody(
    lively: Server, data: bytes, end: Callable[[socket.socket], None]
) -> None:
    for _ in range(3):
        with connect(lively.url) as connection:
            connection.setblocking(False)
            connection.send(data)
            requests.get(f"{lively.url}/_mock/readyz", timeout=10).raise_for_status()
            end(connection)
            answer = requests.get(f"{lively.url}/_mock/readyz", timeout=10)
            assert answer.status_code == 200


@pytest.mark.slow
def test_connections_that_ended_leave_nothing_behind(serve: Callable[..., Server]) -> None:
    """No descriptor, no thread but those of views that wait, and little memory."""
    server = serve()
    early = {state: data.replace(b"latency=60000", b"latency=10") for state, data in STATES.items()}
    states = [data for state, data in early.items() if "stream" not in state]
    for round_ in range(6):
        for data in states:
            for end in ENDINGS:
                for _ in range(5):
                    with connect(server.url) as connection:
                        connection.setblocking(False)
                        connection.send(data)
                        end(connection)
        requests.get(f"{server.url}/_mock/readyz", timeout=10).raise_for_status()
        if round_ == 1:
            before = measure(server)
    wait_until(lambda: measure(server)[0] <= before[0] + 5)
    assert measure(server)[1] <= before[1] + 8_000
    stop(server)


def measure(server: Server) -> tuple[int, int]:
    """Open descriptors, and KiB of memory in use."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return len(os.listdir(f"/proc/{server.process.pid}/fd")), int(lines["VmRSS"].split()[0])
