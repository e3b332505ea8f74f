"""What the fault layer costs a call, and what hanging calls cost the others.

1. A KirimChat mark-as-read in process: with no fault layer at all, with no rules, and with 100
   rules that do not match; ratios round by round.
2. Making 2,000 rules one by one and in one PUT: other ones, and equal ones.
3. The 99th percentile of calls to one provider without and with 1,000 calls to another that hang,
   and the memory that a hanging call takes.
4. The memory of each of 500 clients that are sent 1 MB at a byte a second, beside the body that
   they share and the journal, which keeps 8 KiB of each answer and has a bound of its own; and the
   processor's time of a second once they have left.

Run: python bench/faults.py   (the last parts on Linux: they read /proc)
"""

import contextlib
import http.client
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from call import CALLS, ROUNDS, microseconds, receipts
from memory import REQUEST, resident_mb

from mockserver import create_app
from mockserver.registry import find_providers

HANGING = 1_000
RULES = 2_000
DRIPPING = 500
BODY = "x" * 1_000_000
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


def many_rules() -> None:
    fault = {"type": "latency", "ms": 1}
    equal = [{"match": {"provider": "kirim"}, "fault": fault, "seed": 1}] * RULES
    other = [{**rule, "match": {"message_id": f"{each}"}} for each, rule in enumerate(equal)]
    for kind, rules in (("other", other), ("equal", equal)):
        faults = create_app().sandboxes.default.faults
        started = time.perf_counter()
        for rule in rules:
            faults.add(rule)
        added = time.perf_counter() - started
        started = time.perf_counter()
        faults.replace(rules)
        put = time.perf_counter() - started
        print(f"{RULES:,} {kind} rules: one by one {added:.2f} s, in one PUT {put:.2f} s")


@contextlib.contextmanager
def serving(
    *rules: dict[str, Any], options: tuple[str, ...] = ()
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process with these rules, and its URL."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, 4_096))
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("mockserver ready: ").strip()
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    body = json.dumps({"faults": rules})
    connection.request("PUT", "/_mock/sandboxes/default/faults", body)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
    yield process, url
    process.terminate()
    process.wait()


def hanging() -> None:
    with serving({"match": {"provider": "kirim"}, "fault": {"type": "hang"}}) as (process, url):
        p99_ms(url)
        alone, before = p99_ms(url), resident_mb(process.pid)
        held = hang(url, HANGING)
        beside, after = p99_ms(url), resident_mb(process.pid)
        for each in held:
            each.close()
    print(f"p99 alone {alone:.2f} ms, beside {HANGING:,} hanging calls {beside:.2f} ms", end="")
    print(f", ratio {beside / alone:.2f}; {(after - before) * 1024 / HANGING:.1f} KB each")


def dripping() -> None:
    large = {"fault": {"type": "status", "status": 200, "body": BODY}}
    slow = {"fault": {"type": "drip", "bytes_per_second": 1}}
    with serving(large, slow, options=("--journal", "0")) as (process, url):
        held = hang(url, 20)  # what the first ones need is there afterwards, and the body
        time.sleep(2)
        before = resident_mb(process.pid)
        held += hang(url, DRIPPING)
        time.sleep(4)
        each_kb = (resident_mb(process.pid) - before) * 1024 / DRIPPING
        for each in held:
            each.close()
        time.sleep(0.5)
        worked = cpu_seconds(process.pid)
        time.sleep(2)
        spinning = (cpu_seconds(process.pid) - worked) / 2
    print(f"{DRIPPING} clients of 1 MB at a byte a second: {each_kb:.1f} KB each", end="")
    print(f"; when they have left {spinning:.2f} s of processor a second")


def cpu_seconds(pid: int) -> float:
    """User's and system's, of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    layer()
    many_rules()
    hanging()
    dripping()
