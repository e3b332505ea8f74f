"""A sandbox's clock, told and moved."""

from typing import Any

from mockserver.sandbox.clock import MACHINES, Reading
from mockserver.sandbox.events import CLOCK
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.times import FIRST, LAST, iso, write_duration


def tell_time(sandbox: Sandbox) -> dict[str, Any]:
    """As the administration shows it. What is due by then has happened."""
    now = sandbox.now()
    sandbox.run_due(now)
    return describe_time(sandbox, now)


def describe_time(sandbox: Sandbox, now: int) -> dict[str, Any]:
    """The same of an instant up to which all has happened."""
    reading, due = read_clock(sandbox), sandbox.timers.next
    return {
        "now": iso(now),
        "running": reading.running,
        "rate": reading.rate,
        "next_job": None if due is None else iso(due),
        "skew": write_duration(reading.skew),
    }


def read_clock(sandbox: Sandbox) -> Reading:
    return sandbox.clock.reading or MACHINES


def move_clock(sandbox: Sandbox, reading: Reading) -> None:
    """Have the clock go like that, and run what becomes due, each job at its own instant.

    Where it goes back what has happened stays, but rules begin and end by the clock: they wait
    again for what is to come again. Raises Refused; nothing has changed then.
    """
    if not FIRST <= reading.at <= LAST:
        message = f"the clock would leave the years that it has, from {iso(FIRST)} to {iso(LAST)}"
        raise Refused("bad_clock", message, 'send such as {"now": "2026-11-21T06:00:00Z"}')
    now = reading.now(sandbox.clock.machine.now())
    goes_back = now < sandbox.now()
    again = sandbox.faults.draft_missing_jobs(now) if goes_back else []
    changes = [*sandbox.clock.draft(reading), *again]
    if changes:
        sandbox.change(changes)
        sandbox.events.tell(CLOCK, sandbox.id)
    if goes_back:
        sandbox.faults.compile()
    sandbox.timers.run_due(sandbox.now())
