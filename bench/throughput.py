"""Calls per second of one operation, beside Prism and Mockoon doing the same job.

The job is KirimChat's mark-as-read. Needs `wrk`, and the two rivals from npm:

    npm install --global @stoplight/prism-cli @mockoon/cli
    python bench/throughput.py

What is not on the PATH is named: `--prism PATH --mockoon PATH --wrk PATH`.

The three servers run side by side on loopback and are measured in turn (A B C A B C), so that a
slow minute of the machine hits all of them. Each answers a few probes before and after. What the
rivals cannot do of the job shows in the table "answers": Prism takes any key and any id.
"""

import argparse
import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

RIVALS = Path(__file__).parent / "rivals"
START_SECONDS = 30.0
READY = "mockserver ready: "

PATH = "/v1/106540352242922/messages"
KEY = "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ"
WRONG_KEY = "Bearer kdv_live_AAAAAAAAAAAAAAAAAAAAAAAA"
MESSAGE = "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"
BODY = {"messaging_product": "whatsapp", "status": "read", "message_id": MESSAGE}
UNKNOWN = BODY | {"message_id": "wamid.HBgNNjI4MTExMTExMTExFQIAEhgg"}
NO_MESSAGE = {"messaging_product": "whatsapp", "status": "read"}

LUA = """
wrk.method = "POST"
wrk.body = [[%(body)s]]
wrk.headers["Authorization"] = "%(key)s"
wrk.headers["Content-Type"] = "application/json"

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests": %%d, "seconds": %%f, "p99_ms": %%f, "refused": %%d, "broken": %%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


class Unfit(Exception):
    """The benchmark cannot be run: what is missing or wrong, and what to do about it."""


@dataclass(frozen=True)
class Probe:
    """One call before the measurement, to see how much of the job a server does."""

    name: str
    key: str | None
    body: dict[str, str]


RIGHT = Probe("right call", KEY, BODY)
WRONG = Probe("wrong key", WRONG_KEY, BODY)
NO_KEY = Probe("no key", None, BODY)
PROBES = (RIGHT, WRONG, NO_KEY, Probe("unknown id", KEY, UNKNOWN), Probe("no id", KEY, NO_MESSAGE))


@dataclass(frozen=True)
class Run:
    """What one run of wrk measured. Any error makes its figures worthless."""

    rate: float
    p99_ms: float
    errors: int


@dataclass
class Server:
    """One server under measurement. ``refuses`` is the call it must answer with 401."""

    name: str
    command: list[str]
    port: int | None
    refuses: Probe = WRONG
    answers: dict[str, int] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(run.errors for run in self.runs)


def ours(command: str) -> Server:
    return Server("mockserver", shlex.split(command), port=None)


def prism(program: str) -> Server:
    """Prism in one process and silent, its quickest. It takes any key, so 401 is for none."""
    port = free_port()
    options = f"mock --host 127.0.0.1 --port {port} --cors false --verboseLevel silent"
    command = [program, *options.split(), str(RIVALS / "prism.yaml")]
    return Server("Prism", command, port, refuses=NO_KEY)


def mockoon(program: str) -> Server:
    """Mockoon without its admin API and log file. One kept log, for 0 would keep them all."""
    port = free_port()
    options = f"--hostname 127.0.0.1 --port {port} --disable-log-to-file --disable-admin-api"
    command = [program, "start", "--data", str(RIVALS / "mockoon.json"), *options.split()]
    return Server("Mockoon", [*command, "--max-transaction-logs", "1"], port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(server: Server, folder: Path) -> Iterator[None]:
    """The server's process in a group of its own, so that only what it started is ended."""
    out = folder / f"{server.name}.out"
    log = folder / f"{server.name}.err"
    with out.open("wb") as stdout, log.open("wb") as stderr:
        # A rival's output is thrown away: writing it would only slow it down.
        sink = stdout if server.port is None else subprocess.DEVNULL
        process = subprocess.Popen(
            server.command, stdout=sink, stderr=stderr, start_new_session=True
        )
    try:
        wait(server, process, lambda: accepting(server, out), log)
        yield
    finally:
        end(process)


def wait(
    server: Server, process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-800:]
            raise Unfit(f"{server.name} did not start: {shlex.join(server.command)}\n{tail}")
        time.sleep(0.05)


def accepting(server: Server, out: Path) -> bool:
    """Whether the server accepts calls. Ours names its port in a line when it does."""
    if server.port is None:
        lines = out.read_text().split("\n")[:-1]
        ports = [line.rpartition(":")[2] for line in lines if line.startswith(READY)]
        server.port = int(ports[0].strip("/ ")) if ports else None
        return bool(ports)
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(process.pid, sign)
        try:
            process.wait(timeout=5)
            return
        except subprocess.TimeoutExpired:
            continue


def check(server: Server) -> None:
    """Ask every probe; the right call and the one to be refused must be answered rightly."""
    bodies = {}
    for probe in PROBES:
        server.answers[probe.name], bodies[probe.name] = ask(server, probe)
    expect(server, RIGHT, 200, is_receipt(bodies[RIGHT.name]), bodies)
    refused = is_refusal(bodies[server.refuses.name])
    expect(server, server.refuses, 401, refused, bodies)


def ask(server: Server, probe: Probe) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"}
    if probe.key:
        headers["Authorization"] = probe.key
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("POST", PATH, json.dumps(probe.body), headers)
        answer = connection.getresponse()
        return answer.status, parsed(answer.read())
    finally:
        connection.close()


def parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def is_receipt(body: Any) -> bool:
    match body:
        case {
            "data": {"id": str(), "object": "message", "status": "read", "message_id": message},
            "request_id": str(),
        }:
            return bool(message == MESSAGE)
    return False


def is_refusal(body: Any) -> bool:
    match body:
        case {
            "error": {
                "type": "authentication_error",
                "code": "invalid_api_key",
                "message": str(),
                "request_id": str(),
            }
        }:
            return True
    return False


def expect(server: Server, probe: Probe, status: int, right: bool, bodies: dict[str, Any]) -> None:
    seen = server.answers[probe.name]
    if seen != status or not right:
        text = f"{server.name}, {probe.name}: expected {status} with its body, got {seen}"
        raise Unfit(f"{text}: {bodies[probe.name]}")


def measure(wrk: str, script: Path, server: Server, seconds: int) -> Run:
    """One run of wrk. It counts an answer of 400 and above as refused."""
    url = f"http://127.0.0.1:{server.port}{PATH}"
    command = [wrk, "-t1", "-c16", f"-d{seconds}s", "-s", str(script), url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not found:
        raise Unfit(f"wrk gave no result for {server.name}: {done.stderr or done.stdout}")
    seen = json.loads(found[0].removeprefix("RESULT "))
    # No answer at all is an error too: wrk itself counts none.
    errors = seen["refused"] + seen["broken"] + (seen["requests"] == 0)
    return Run(seen["requests"] / seen["seconds"], seen["p99_ms"], errors)


def benchmark(servers: list[Server], options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="throughput-")))
        script = folder / "call.lua"
        script.write_text(LUA % {"body": json.dumps(BODY), "key": KEY})
        for server in servers:
            stack.enter_context(running(server, folder))
            check(server)
        rounds(servers, script, options)
        for server in servers:
            check(server)


def rounds(servers: list[Server], script: Path, options: argparse.Namespace) -> None:
    for server in servers:
        warm = measure(options.wrk, script, server, options.warmup) if options.warmup else None
        progress("warm-up", server, warm)
    for number in range(1, options.rounds + 1):
        for server in servers:
            server.runs.append(measure(options.wrk, script, server, options.seconds))
            progress(f"round {number}", server, server.runs[-1])


def progress(what: str, server: Server, run: Run | None) -> None:
    if run:
        figure = f"{run.errors} errors" if run.errors else f"{run.rate:,.0f} requests/s"
        print(f"{what}: {server.name} {figure}", file=sys.stderr)


def report(servers: list[Server]) -> str:
    lines = [row("", "requests/s (min-max)", "p99 ms", "errors")]
    lines += [figures(server) for server in servers]
    lines += ["", row("answers", *(probe.name for probe in PROBES))]
    lines += [row(server.name, *map(str, server.answers.values())) for server in servers]
    return "\n".join([*lines, "", ratio(*servers)])


def row(name: str, *cells: str) -> str:
    first, *rest = cells
    return f"{name:<12}{first:>24}" + "".join(f"{cell:>12}" for cell in rest)


def figures(server: Server) -> str:
    if server.errors:
        return row(server.name, "not counted", "-", str(server.errors))
    rates = [run.rate for run in server.runs]
    spread = f"{median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})"
    return row(server.name, spread, f"{median(run.p99_ms for run in server.runs):.2f}", "0")


def ratio(our: Server, *rivals: Server) -> str:
    """Ours over the better rival of each round, and the median of the rounds."""
    if any(server.errors for server in (our, *rivals)):
        return "ratio: not counted, for a server answered with errors"
    together = zip(*(rival.runs for rival in rivals), strict=True)
    better = [max(run.rate for run in runs) for runs in together]
    each = [run.rate / best for run, best in zip(our.runs, better, strict=True)]
    spread = ", ".join(f"{value:.2f}" for value in each)
    return f"ratio: {median(each):.2f} times the better rival (rounds: {spread})"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mockserver", default="mockserver serve --port 0", metavar="COMMAND")
    parser.add_argument("--prism", default="prism", metavar="PATH")
    parser.add_argument("--mockoon", default="mockoon-cli", metavar="PATH")
    parser.add_argument("--wrk", default="wrk", metavar="PATH")
    parser.add_argument("--rounds", type=positive, default=3)
    parser.add_argument("--seconds", type=positive, default=5, help="of each measured run")
    parser.add_argument("--warmup", type=int, default=3, help="seconds, unmeasured, once each")
    return parser.parse_args()


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def require(*programs: str) -> None:
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise Unfit(f"not found: {', '.join(missing)}. See --help for how to install and name it")


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are ended too
    servers = [ours(options.mockserver), prism(options.prism), mockoon(options.mockoon)]
    try:
        require(options.wrk, *(server.command[0] for server in servers))
        benchmark(servers, options)
    except Unfit as reason:
        print(f"throughput: {reason}", file=sys.stderr)
        return 1
    print(report(servers))
    return 1 if any(server.errors for server in servers) else 0


if __name__ == "__main__":
    sys.exit(main())
