"""What the fault layer costs a call, and what hanging calls cost the others.

1. A KirimChat mark-as-read in process: with no fault layer at all, with no rules, and with 100
   rules that do not match; ratios round by round.
2. The 99th percentile of calls to one provider without and with 1,000 calls to another that hang,
   and the memory that a hanging call takes.

Run: python bench/faults.py   (the second part on Linux: it reads /proc)
"""

import http.client
import json
import resource
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from call import CALLS, ROUNDS, microseconds, receipts
from memory import REQUEST, resident_mb

from mockserver import create_app
from mockserver.registry import find_providers

HANGING = 1_000
PROBES = 3_000
D7_PATH = "/whatsapp/v2/report/f44e3f43-6d4e-4e46-becd-21993f3dcb8e"
D7_HEADERS = {"Authorization": "Bearer d7-mock-token-main"}


class NoFaults:
    """In place of the fault layer."""

    def strike(self, exchange: Any, counts: Any, notes: Any) -> None:
        return None


def layer() -> None:
    provider = find_providers().providers["kirim"]
    bare, idle, crowded = create_app(), create_app(), create_app()
    bare.sandboxes.default.faults = NoFaults()
    for place in range(100):
        match = [{"message_id": f"wamid.{place}"}, {"provider": "d7"}, {"account": "other_org"}]
        rule = {"match": match[place % 3], "fault": {"type": "latency", "ms": 1}}
        crowded.sandboxes.default.faults.add(rule)
    apps = {"no fault layer": bare, "no rules": idle, "100 rules": crowded}
    times: dict[str, list[float]] = {name: [] for name in apps}
    [message] = idle.sandboxes.default.messages.all(
        provider="kirim", direction="inbound", read_at=None
    )[-1:]
    for _ in range(ROUNDS):
        for name, app in apps.items():
            calls = receipts(app, provider, [message] * CALLS)
            times[name].append(microseconds(app, calls, 200))
    for name in apps:
        ratios = [a / b for a, b in zip(times[name], times["no fault layer"], strict=True)]
        took, ratio = statistics.median(times[name]), statistics.median(ratios)
        print(f"{name:<16}{took:>8.1f} µs{ratio:>8.3f}")


def p99_ms(url: str) -> float:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    times = []
    for _ in range(PROBES):
        started = time.perf_counter()
        connection.request("GET", D7_PATH, headers=D7_HEADERS)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        times.append((time.perf_counter() - started) * 1000)
    connection.close()
    return statistics.quantiles(times, n=100)[98]


def hang(url: str, count: int) -> list[socket.socket]:
    """Calls to KirimChat that nobody answers."""
    address = urlsplit(url)
    held = []
    for _ in range(count):
        held.append(socket.create_connection((address.hostname, address.port)))
        held[-1].sendall(REQUEST)
    return held


def hanging() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, 4_096))
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("mockserver ready: ").strip()
    rule = {"match": {"provider": "kirim"}, "fault": {"type": "hang"}}
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request("POST", "/_mock/sandboxes/default/faults", json.dumps(rule))
    assert connection.getresponse().status == 201
    p99_ms(url)
    alone, before = p99_ms(url), resident_mb(process.pid)
    held = hang(url, HANGING)
    beside, after = p99_ms(url), resident_mb(process.pid)
    for each in held:
        each.close()
    process.terminate()
    process.wait()
    print(f"p99 alone {alone:.2f} ms, beside {HANGING:,} hanging calls {beside:.2f} ms", end="")
    print(f", ratio {beside / alone:.2f}; {(after - before) * 1024 / HANGING:.1f} KB each")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    layer()
    hanging()
