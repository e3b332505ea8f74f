"""Answers that take hours cost little memory, and nothing once nobody waits for them."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.pipeline.delivery import Delivery, Drip
from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server, Start
from tests.sockets import connect, whole

CLIENTS = 60
MB = 1_000_000
SLOW = {"fault": {"type": "drip", "bytes_per_second": 10}}
LARGE: dict[str, dict[str, Any]] = {
    "whole": {"type": "status", "status": 200, "body": "x" * MB},
    "garbage": {"type": "garbage", "bytes": MB},
}
KB_EACH = 60  # what a call leaves in the journal included


def test_pieces_are_cut_when_they_are_due() -> None:
    delivery = Delivery(drip=Drip(bytes_per_second=1))
    pieces = delivery.cut(10**15)
    assert list(islice(pieces, 3)) == [(0, 1, 1000.0), (1, 2, 1000.0), (2, 3, 1000.0)]


@pytest.mark.parametrize(
    ("drip", "length"),
    [(Drip(25), 7), (Drip(over_ms=40), 41), (Drip(over_ms=40), 3), (Drip(1e9), 5), (Drip(1), 0)],
)
def test_pieces_are_the_whole(drip: Drip, length: int) -> None:
    cuts = [(begin, end) for begin, end, _ in Delivery(drip=drip).cut(length)]
    assert [octet for cut in cuts for octet in range(*cut)] == list(range(length))


def resident_kb(server: Server) -> int:
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def cpu_seconds_of(server: Server) -> int:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) // 100


@contextmanager
def waiting(server: Server, count: int) -> Iterator[list[socket.socket]]:
    """Clients that have seen the first piece of the body, or of what comes in its place."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server.url, timeout=30)) for _ in range(count)]
        for client in clients:
            client.sendall(whole(KIRIM_RECEIPT))
        for client in clients:
            received = b""
            while not received.partition(b"\r\n\r\n")[2] and received[:1] != b"\xff":
                received += client.recv(65_536)
        yield clients


def put(server: Server, *rules: dict[str, Any]) -> None:
    body = {"faults": [*rules, SLOW]}
    requests.put(f"{server.state}/faults", json=body, timeout=10).raise_for_status()


@pytest.mark.parametrize("kind", LARGE)
def test_slow_clients_share_the_body(start_server: Start, kind: str) -> None:
    server = start_server("--journal", "100")
    put(server, {"fault": LARGE[kind]})
    with waiting(server, 10):
        before = resident_kb(server)
        with waiting(server, CLIENTS):
            assert resident_kb(server) - before < CLIENTS * KB_EACH


@pytest.mark.parametrize("kind", LARGE)
def test_clients_that_leave_end_their_work(start_server: Start, kind: str) -> None:
    """Otherwise a million pieces would be made for each of them, before the server could end."""
    server = start_server("--journal", "100")
    put(server, {"fault": LARGE[kind]})
    with waiting(server, CLIENTS):
        limit = cpu_seconds_of(server) + 5
        resource.prlimit(server.process.pid, resource.RLIMIT_CPU, (limit, limit))
    requests.get(f"{server.url}/_mock/readyz", timeout=10).raise_for_status()
    assert server.stop() == 0
