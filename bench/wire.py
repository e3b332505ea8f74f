"""The built-in server: calls, processor's time, start, memory, tunnels, crowds of connections.

Each measure has a name and can be asked for alone. What can be is paired with an older commit in
the same run, turn by turn, so that a slow minute of the machine hits both:

    python bench/wire.py --before COMMIT              all of them
    python bench/wire.py --before FOLDER calls cpu    some, beside a checkout that is there
    python bench/wire.py idle streams                 without

A commit is checked out into a temporary folder by git worktree, and run by this Python, which needs
what that commit needs; ``--before-python PATH`` names another one. Linux (reads /proc), `wrk` for
what counts calls, the extra `tls` for what needs it.
"""

import argparse
import http.client
import json
import os
import resource
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from memory import REQUEST, resident_mb
from startup import BARE, start_once
from throughput import BODY, KEY, LUA, READY, Run, Unfit, positive
from throughput import Server as Measured
from throughput import measure as run_wrk

ROOT = Path(__file__).parent.parent
SERVE = ("-m", "mockserver", "serve", "--port", "0")
WARM = 64  # connections before those that are measured: what the first ones need is there then
NAME = "api.kirim.chat"
NEW_TUNNELS = 100
IN_TUNNEL = 2_000  # calls
QUIET_SECONDS = 0.5  # for the server to have done with what came


class Tree(NamedTuple):
    """A checkout, and the Python that runs it."""

    name: str
    folder: Path
    python: str


class Running(NamedTuple):
    """A server under measurement."""

    name: str
    pid: int
    port: int

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


class Bench(NamedTuple):
    """What the measures are taken with. ``trees`` are what is measured, the older one first."""

    trees: Sequence[Tree]
    wrk: str
    rounds: int
    seconds: int
    connections: int

    @property
    def now(self) -> Tree:
        return self.trees[-1]


class Missing(Exception):
    """The server does not do what is to be measured, or not yet."""


@contextmanager
def serving(tree: Tree, *command: str) -> Iterator[Running]:
    """A server in a folder of its own, with the bytecode that an installed one has."""
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:
        process = subprocess.Popen(
            [tree.python, *(command or SERVE)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
            env=environment_of(tree) | {"XDG_STATE_HOME": folder},  # and no authority of the user's
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line.startswith(READY):
                raise Unfit(f"{tree.name}: did not start; see {tree.python} {' '.join(SERVE)}")
            yield Running(tree.name, process.pid, int(line.rpartition(":")[2].strip("/ \n")))
        finally:
            process.terminate()
            process.wait()


def environment_of(tree: Tree) -> dict[str, str]:
    without = ("PYTHONDONTWRITEBYTECODE", "MOCKSERVER_URL")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return kept | {"PYTHONPATH": str(tree.folder), "PYTHONSAFEPATH": "1"}  # not of this folder


def cpu_us(pid: int) -> float:
    """Microseconds that a process of one thread was on a processor."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1_000


# Calls


class Called(NamedTuple):
    """What one run of wrk gave, and the processor's time of the server for each call."""

    rate: float
    p99_ms: float
    cpu_us: float


def load(bench: Bench, server: Running, script: Path) -> Called:
    used = cpu_us(server.pid)
    measured = Measured(server.name, [], server.port)
    found: Run = run_wrk(bench.wrk, script, measured, bench.seconds)
    if found.errors:
        raise Unfit(f"{server.name}: {found.errors} calls failed")
    calls = found.rate * bench.seconds
    return Called(found.rate, found.p99_ms, (cpu_us(server.pid) - used) / calls)


def load_in_turn(bench: Bench, servers: Sequence[Running]) -> list[list[Called]]:
    """The runs of each server."""
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:
        script = Path(folder) / "call.lua"
        script.write_text(LUA % {"body": json.dumps(BODY), "key": KEY})
        rounds = [[load(bench, each, script) for each in servers] for _ in range(bench.rounds + 1)]
    return [list(runs) for runs in zip(*rounds[1:], strict=True)]  # the first one warms them up


def compare(runs: Sequence[Sequence[Called]], part: str) -> str:
    """The median of each, and of the ratio of the last to the first, round by round."""
    each = [[getattr(run, part) for run in of_one] for of_one in runs]
    told = " → ".join(f"{statistics.median(values):,.2f}" for values in each)
    if len(each) < 2:
        return told
    ratios = [now / before for before, now in zip(each[0], each[-1], strict=True)]
    return f"{told}, {statistics.median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f})"


def measure_calls(bench: Bench) -> None:
    """Calls a second, their 99th percentile, and the processor's time of each."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(tree)) for tree in bench.trees]
        runs = load_in_turn(bench, servers)
    tell("calls", "calls a second, wrk -t1 -c16, mark-as-read", compare(runs, "rate"), "1.15 ×")
    tell("calls", "99th percentile, ms", compare(runs, "p99_ms"), "0.8 ×")
    tell("calls", "µs of the processor a call", compare(runs, "cpu_us"))


def measure_cpu(bench: Bench) -> None:
    """What the wire itself takes of the processor, beside the least that reads HTTP."""
    echo = str(Path(__file__).with_name("echo.py"))
    with ExitStack() as stack:
        bare, wire = (
            stack.enter_context(serving(bench.now, echo, each)) for each in ("bare", "wire")
        )
        runs = load_in_turn(bench, [bare, wire])
    floor, ours = (statistics.median(each.cpu_us for each in of_one) for of_one in runs)
    tell("cpu", "µs a call, a view that answers a constant", f"{ours:.1f}")
    tell("cpu", "µs a call, bare protocol with httptools", f"{floor:.1f}")
    tell("cpu", "µs that the wire adds to the bare protocol", f"{ours - floor:.1f}", "35")


# The process


def measure_start(bench: Bench) -> None:
    """From the start of the process to its ready line, beside a bare import."""
    for tree in bench.trees:
        environment = environment_of(tree)
        commands = [tree.python, *SERVE], [tree.python, *BARE[1:]]
        for each in commands:
            start_once(each, environment)
        rounds = range(max(5, 3 * bench.rounds))
        pairs = [[start_once(each, environment) for each in commands] for _ in rounds]
        ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        found = f"{ours:.3f} s, bare import {bare:.3f} s, {ratio:.2f} ×"
        tell("start", f"start to ready, {tree.name}", found, "1.5 ×")


def measure_memory(bench: Bench) -> None:
    """Resident, before the first call."""
    for tree in bench.trees:
        with serving(tree) as server:
            time.sleep(QUIET_SECONDS)
            tell("memory", f"MB idle, {tree.name}", f"{resident_mb(server.pid):.1f}", "44")


def weigh(
    bench: Bench, count: int, hold: Callable[[Running], socket.socket], rules: Sequence[object] = ()
) -> Iterator[tuple[str, str]]:
    """KB of memory that the server has for each that is held, by tree."""
    for tree in bench.trees:
        with serving(tree) as server, ExitStack() as stack:
            put_rules(server, rules)
            try:
                for _ in range(WARM):
                    stack.enter_context(hold(server))
            except Missing as reason:
                yield tree.name, f"not there: {reason}"
                continue
            time.sleep(QUIET_SECONDS)
            before = resident_mb(server.pid)
            for _ in range(count):
                stack.enter_context(hold(server))
            time.sleep(QUIET_SECONDS)
            yield tree.name, f"{(resident_mb(server.pid) - before) * 1_024 / count:.1f}"


def measure_idle(bench: Bench) -> None:
    """Connections that have made one call and keep still."""
    for name, found in weigh(bench, bench.connections, hold_idle):
        tell("idle", f"KB an idle connection, {name}", found, "6")


def measure_idle_tls(bench: Bench) -> None:
    """The same by TLS."""
    for name, found in weigh(bench, bench.connections, hold_idle_tls):
        tell("idle_tls", f"KB an idle TLS connection, {name}", found, "24")


def measure_hanging(bench: Bench) -> None:
    """Calls that are never answered, connection and journal included."""
    rule = {"match": {"provider": "kirim"}, "fault": {"type": "hang"}}
    for name, found in weigh(bench, bench.connections // 2, hold_hanging, [rule]):
        tell("hanging", f"KB a hanging call, {name}", found, "12")


def measure_streams(bench: Bench) -> None:
    """Listeners to a sandbox's events."""
    for name, found in weigh(bench, bench.connections // 4, hold_stream):
        tell("streams", f"KB an event stream, {name}", found, "12")


def put_rules(server: Running, rules: Sequence[object]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("PUT", "/_mock/sandboxes/default/faults", json.dumps({"faults": [*rules]}))
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


# Connections


def read_answer(connection: socket.socket) -> bytes:
    """A whole answer with a Content-Length, or the head of one without."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += read_more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    missing = (length[0] if length else 0) - len(body)
    while missing > 0:
        more = read_more(connection)
        missing -= len(more)
        received += more
    return received


def read_more(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise Missing("the server closed the connection")
    return received


def call_once(connection: socket.socket) -> None:
    connection.sendall(REQUEST)
    answer = read_answer(connection)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise Missing(answer.partition(b"\r\n")[0].decode("latin-1"))


def hold_idle(server: Running) -> socket.socket:
    connection = server.connect()
    call_once(connection)
    return connection


def hold_idle_tls(server: Running) -> socket.socket:
    connection = wrap(server.connect(), "localhost")
    call_once(connection)
    return connection


def hold_hanging(server: Running) -> socket.socket:
    connection = server.connect()
    connection.sendall(REQUEST)
    return connection


def hold_stream(server: Running) -> socket.socket:
    connection = server.connect()
    connection.sendall(b"GET /_mock/sandboxes/default/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = read_answer(connection)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise Missing(answer.partition(b"\r\n")[0].decode("latin-1"))
    return connection


def make_context() -> ssl.SSLContext:
    """One that takes any certificate: what is measured is the server."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


CONTEXT = make_context()


def wrap(connection: socket.socket, name: str) -> ssl.SSLSocket:
    try:
        return CONTEXT.wrap_socket(connection, server_hostname=name)
    except OSError as error:
        connection.close()
        raise Missing(f"no TLS ({error})") from None


def open_tunnel(server: Running) -> ssl.SSLSocket:
    connection = server.connect()
    connection.sendall(f"CONNECT {NAME}:443 HTTP/1.1\r\nHost: {NAME}:443\r\n\r\n".encode())
    answer = read_answer(connection)
    if b" 200 " not in answer.partition(b"\r\n")[0]:
        connection.close()
        raise Missing(answer.partition(b"\r\n")[0].decode("latin-1"))
    return wrap(connection, NAME)


def measure_tunnel(bench: Bench) -> None:
    """Calls one after the other on one connection, through a TLS tunnel and plain, in turn."""
    with serving(bench.now) as server:
        tunnel, plain = open_tunnel(server), server.connect()
        ratios = []
        for _ in range(2 * bench.rounds):
            took = [time_calls(each) for each in (plain, tunnel)]
            ratios.append(took[0] / took[1])
        tunnel.close()
        plain.close()
    found = f"{statistics.median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f})"
    tell("tunnel", "calls a second through a TLS tunnel against plain", found, "0.6 ×")


def time_calls(connection: socket.socket) -> float:
    started = time.perf_counter()
    for _ in range(IN_TUNNEL):
        call_once(connection)
    return time.perf_counter() - started


def measure_first(bench: Bench) -> None:
    """CONNECT, handshake and the first answer."""
    times = []
    with serving(bench.now) as server:
        for _ in range(NEW_TUNNELS):
            started = time.perf_counter()
            with open_tunnel(server) as tunnel:
                call_once(tunnel)
                times.append((time.perf_counter() - started) * 1_000)
    found = f"{statistics.median(times):.2f}, the very first {times[0]:.0f}"
    tell("first", "ms, a first call through a new tunnel", found, "5")


def measure_others(bench: Bench) -> None:
    """What others wait for beside idle connections, half heads and half bodies."""
    head, body = REQUEST[:60], REQUEST[:-10]
    with serving(bench.now) as server:
        ratios, alone, beside = [], [], []
        for _ in range(bench.rounds):
            alone += load_in_turn(bench._replace(rounds=1), [server])[0]
            with ExitStack() as stack:
                for number in range(bench.connections):
                    connection = stack.enter_context(server.connect())
                    if number % 4 < 2:
                        call_once(connection)
                    else:
                        connection.sendall(head if number % 4 == 2 else body)
                beside += load_in_turn(bench._replace(rounds=1), [server])[0]
            ratios.append(beside[-1].p99_ms / alone[-1].p99_ms)
    medians = [statistics.median(run.p99_ms for run in runs) for runs in (alone, beside)]
    found = f"{medians[0]:.2f} → {medians[1]:.2f}, {statistics.median(ratios):.2f} ×"
    what = f"99th percentile of others beside {bench.connections:,} idle and partial, ms"
    tell("others", what, found, "2 ×")


MEASURES: dict[str, Callable[[Bench], None]] = {
    "calls": measure_calls,
    "cpu": measure_cpu,
    "start": measure_start,
    "memory": measure_memory,
    "idle": measure_idle,
    "idle_tls": measure_idle_tls,
    "hanging": measure_hanging,
    "streams": measure_streams,
    "tunnel": measure_tunnel,
    "first": measure_first,
    "others": measure_others,
}


def tell(name: str, what: str, found: str, bar: str = "") -> None:
    print(f"{name:<10}{what:<66}{found}{f'   [bar: {bar}]' if bar else ''}", flush=True)


@contextmanager
def checked_out(before: str, python: str) -> Iterator[Tree]:
    """The older code: a folder, or a commit in a worktree that is removed afterwards."""
    if os.path.isdir(before):
        yield Tree("before", Path(before).resolve(), python)
        return
    with tempfile.TemporaryDirectory(prefix="wire-before-") as parent:
        folder = Path(parent) / "tree"
        git("worktree", "add", "--detach", str(folder), before)
        try:
            yield Tree("before", folder, python)
        finally:
            git("worktree", "remove", "--force", str(folder))


def git(*command: str) -> None:
    done = subprocess.run(["git", "-C", str(ROOT), *command], capture_output=True, text=True)
    if done.returncode:
        raise Unfit(f"git {' '.join(command)}: {done.stderr.strip()}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--before", metavar="COMMIT|FOLDER", help="the code to compare with")
    parser.add_argument("--before-python", default=sys.executable, metavar="PATH")
    parser.add_argument("--wrk", default="wrk", metavar="PATH")
    parser.add_argument("--rounds", type=positive, default=5)
    parser.add_argument("--seconds", type=positive, default=3, help="of each run of wrk")
    parser.add_argument("--connections", type=positive, default=2_000)
    options = parser.parse_args()
    for name in options.measures:
        if name not in MEASURES:
            parser.error(f"no such measure: {name}; there are {', '.join(MEASURES)}")
    return options


def main() -> int:
    options = arguments()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ExitStack() as stack:
        try:
            trees = [Tree("now", ROOT, sys.executable)]
            if options.before:
                older = checked_out(options.before, options.before_python)
                trees.insert(0, stack.enter_context(older))
            bench = Bench(trees, options.wrk, options.rounds, options.seconds, options.connections)
            for name in options.measures or MEASURES:
                try:
                    MEASURES[name](bench)
                except Missing as reason:
                    tell(name, "", f"not there: {reason}")
        except Unfit as reason:
            print(f"wire: {reason}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
