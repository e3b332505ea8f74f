"""Whether the calls that were made are those that somebody expects."""

from functools import partial
from time import monotonic
from typing import Any

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, Later, read_body
from mockserver.api.call import Reply
from mockserver.late import load_module
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.verify.expectation import read_expectation
from mockserver.verify.listing import read_request
from mockserver.verify.trial import Trial
from mockserver.verify.watch import Watch, Watched

CONDUCT = "mockserver.verify.conduct"  # what it needs takes a while to load
EARLY = 0.05
"""Seconds that a wait may be shorter than was asked for: clocks differ in how they round."""


@described(200, "Outcome", body="Verification", also={409: "Outcome"}, refuses=(503,))
def verify_calls(desk: Desk, inquiry: Inquiry) -> Reply | Later:
    """Whether the calls that were made are those that are expected.

    409 comes with what came instead. What has ``within`` is waited for, by the machine's time.
    """
    body = read_body(inquiry)
    watches, order = read_request(body, partial(_read_watch, desk, inquiry.sandbox))
    trial, started = Trial(watches, inquiry.sandbox, order=order), monotonic()

    def look(over: bool) -> Reply | None:
        passed = monotonic() - started
        ok = trial.decide(passed, over=over)
        if ok is None:
            return None
        if ok and over and passed < trial.seconds - EARLY:
            message = "the server was stopped before the time was over"
            raise Refused("stopped", message, "ask again once it runs", status=503)
        results = trial.tell()
        told = {"ok": ok, "results": results} if "expectations" in body else results[0]
        return Reply(200 if ok else 409, told)

    found = None if trial.seconds else look(True)
    return found or Later(trial.seconds, look, lambda: trial.find_pause(monotonic() - started))


def _read_watch(desk: Desk, sandbox: Sandbox, data: Any, path: str) -> Watched:
    """What calls are held against. Raises Refused."""
    if isinstance(data, dict) and "verdict" in data:
        read = load_module(CONDUCT).read_verdict
        watch: Watched = read(data, desk.providers, desk.sandboxes, sandbox, desk.thresholds, path)
        return watch
    return Watch(read_expectation(data, sandbox, desk.providers, path))
