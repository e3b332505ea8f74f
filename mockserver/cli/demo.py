"""A demonstration: a client that fails over between providers in trouble."""

import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests
from rich.console import Console
from rich.live import Live
from rich.table import Table

from mockserver.api.account import Account
from mockserver.api.message import Message
from mockserver.api.operation import Operation, Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.app import create_app
from mockserver.cli.banner import sample_account, sample_message
from mockserver.cli.base import stop
from mockserver.client import Mock, find_reason
from mockserver.config import Settings
from mockserver.registry import find_providers
from mockserver.sandbox.clock import SystemClock
from mockserver.testing.process import NotStarted, OwnServer
from mockserver.text.shown import escape_controls

SCENARIO = "provider-failover"
MORE_ROUNDS = 2  # after the turn of each provider
PATIENCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of the client and what it saw."""

    provider: str
    outcome: str
    fault: str
    milliseconds: float
    passed: bool


@dataclass(frozen=True, slots=True)
class Route:
    """A way to have a message marked read: a provider, its account and a message there."""

    provider: Provider
    operation: Operation
    account: Account
    message: Message

    def request(self, url: str) -> requests.Request:
        operation = self.operation
        arguments, content = operation.sample(self.account, self.message)
        body = b"" if content is None else json.dumps(content).encode()
        signing = Signing(self.account, operation, body, SystemClock().now())
        address = f"{url}/{self.provider.id}{operation.path_for(arguments)}"
        headers = self.provider.sign(signing)
        return requests.Request(operation.method, address, headers=headers, data=body)


def main() -> None:
    """Start a server, play the scenario, end the server; exit with 1 where a receipt was lost."""
    # Also where the shell has the program ignore Ctrl-C, as it does with one in the background:
    # the server's process must end with this one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            server = OwnServer(("--scenario", SCENARIO), elsewhere)
        except NotStarted as error:
            stop(f"the server did not start: {error}", code=1)
        try:
            passed = play(server.url, Console())
        finally:
            server.stop()
    sys.exit(0 if passed else 1)


def play(url: str, console: Console) -> bool:
    """Mark a message read in each round, over the first provider that answers.

    Whether one did in all of them.
    """
    routes = _find_routes()
    rounds = len(routes) + MORE_ROUNDS
    console.print(f"[bold]{SCENARIO}[/bold] at {url}")
    console.print("Each receipt goes to the next provider; where that fails, to the one after.")
    table = Table("round", "provider", "outcome", "fault", "time")
    delivered = 0
    with Live(table, console=console, refresh_per_second=10):
        for number in range(rounds):
            for attempt in _until_one_passes(url, routes, number):
                colour = "green" if attempt.passed else "red"
                outcome = f"[{colour}]{attempt.outcome}[/{colour}]"
                took = f"{attempt.milliseconds:.0f} ms"
                row = (str(number + 1), attempt.provider, outcome, attempt.fault, took)
                table.add_row(*map(escape_controls, row))
                delivered += attempt.passed
    if not console.is_terminal:
        console.print()  # the live table leaves the line open there
    console.print(f"{delivered} of {rounds} receipts got through.")
    return delivered == rounds


def _find_routes() -> list[Route]:
    """One for each provider that can mark a message read, those in trouble first."""
    providers = find_providers().providers
    sandbox = create_app(Settings(scenario=SCENARIO), providers=providers).sandboxes.default
    troubled = {rule["match"].get("provider") for rule in sandbox.faults.all()}
    routes = []
    for provider in sorted(providers.values(), key=lambda each: each.id not in troubled):
        operation = provider.operation_to(Purpose.MARK_AS_READ)
        account = sample_account(sandbox, provider)
        message = sample_message(sandbox, account) if account else None
        if operation and account and message:
            routes.append(Route(provider, operation, account, message))
    return routes


def _until_one_passes(url: str, routes: list[Route], first: int) -> Iterator[Attempt]:
    for place in range(len(routes)):
        attempt = _attempt(url, routes[(first + place) % len(routes)])
        yield attempt
        if attempt.passed:
            return


def _attempt(url: str, route: Route) -> Attempt:
    started = time.perf_counter()
    passed = False
    try:
        status, reason = _send(route.request(url))
        passed = status == route.operation.success
        outcome = f"{status}, marked read" if passed else f"{status} {reason}"
    except requests.Timeout:
        outcome = f"no answer within {PATIENCE_SECONDS:g} s"
    except requests.RequestException as error:
        cause = find_reason(error)
        outcome = "connection reset" if isinstance(cause, ConnectionResetError) else str(cause)
    took = (time.perf_counter() - started) * 1000
    return Attempt(route.provider.title, outcome, _struck_by(url), took, passed)


def _send(request: requests.Request) -> tuple[int, str]:
    """The status of the answer and its words; past all proxies. Raises RequestException."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.send(session.prepare_request(request), timeout=PATIENCE_SECONDS)
    return answer.status_code, answer.reason


def _struck_by(url: str) -> str:
    """The faults of the newest call, as the server's journal has them."""
    with Mock(url) as mock:
        [entry] = mock.find().requests(limit=1)
    return ", ".join(hit["fault"]["type"] for hit in entry.document.get("injected", []))
