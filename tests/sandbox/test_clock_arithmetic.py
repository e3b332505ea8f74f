"""The clock's arithmetic: exact, never backwards, and right about when it will be what time."""

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mockserver.sandbox.clock import FASTEST, MACHINES, SLOWEST, Reading
from mockserver.text.times import FIRST, LAST, parse_shift, write_duration
from tests.clocks import move, tell
from tests.conftest import NOW, StillClock

CENTURY = 100 * 366 * 86_400_000
instants = st.integers(FIRST, LAST)
rates = st.floats(SLOWEST, FASTEST)
lengths = st.integers(0, CENTURY)
readings = st.builds(
    Reading, at=instants, since=instants, rate=rates, running=st.booleans(), skew=lengths
)


@given(readings, instants, lengths)
@example(Reading(NOW, NOW, rate=0.1), NOW + 3, 1)
def test_time_never_goes_back_by_itself(reading: Reading, machine_at: int, later: int) -> None:
    assert FIRST <= reading.now(machine_at) <= reading.now(machine_at + later) <= LAST


@given(readings, instants)
@example(Reading(NOW, NOW, rate=0.1), NOW + 3)
def test_time_passes_by_the_rate_to_the_millisecond(reading: Reading, machine_at: int) -> None:
    passed = Fraction(reading.rate) * (machine_at - reading.since) if reading.running else 0
    expected = min(max(reading.at + passed, FIRST), LAST)
    assert 0 <= expected - reading.now(machine_at) < 1


@given(readings, instants)
@example(Reading(NOW, NOW, rate=3.7), NOW + 1)
def test_first_instant_of_the_machine_at_which_it_is_so_late(reading: Reading, due: int) -> None:
    machine_at = reading.find_machine(due)
    if not reading.running:
        assert machine_at is None
        return
    assert machine_at is not None
    assert reading.now(machine_at) >= due
    assert due == FIRST or reading.now(machine_at - 1) < due


@given(readings, instants, st.integers(-CENTURY, CENTURY), rates)
def test_moving_changes_what_it_says_and_nothing_else(
    reading: Reading, machine_at: int, by: int, rate: float
) -> None:
    moved = reading.moved(machine_at, by, rate=rate)
    if FIRST <= moved.at <= LAST:
        assert moved.now(machine_at) == reading.now(machine_at) + by
    assert (moved.rate, moved.skew, moved.running) == (rate, reading.skew, reading.running)


@given(st.integers(-CENTURY, CENTURY))
def test_duration_that_is_written_is_read_as_the_same(length: int) -> None:
    assert parse_shift(write_duration(length)) == length


def test_machines_time_is_told_as_such() -> None:
    assert MACHINES.moved(NOW).is_the_machines
    assert not MACHINES.moved(NOW, 1).is_the_machines
    assert not MACHINES.moved(NOW, rate=2).is_the_machines
    assert not MACHINES._replace(skew=1).is_the_machines


class Model:
    """The same by fractions, in as few words."""

    def __init__(self) -> None:
        self.now, self.rate, self.running = Fraction(NOW), Fraction(1), True

    def pass_by(self, milliseconds: int) -> None:
        if self.running:
            self.now += self.rate * milliseconds

    def move(self, how: str, value: Any) -> dict[str, Any]:
        self.now = Fraction(int(self.now))  # a clock that is moved goes on from what it shows
        if how == "set":
            self.running = False
            return {"now": f"2026-11-21T{value:02d}:00:00Z"}
        if how == "advance":
            self.now += value
            return {"advance": write_duration(value)}
        self.running = True
        if how == "rate":
            self.rate = Fraction(value)
            return {"rate": value}
        return {"run": True}


steps = st.one_of(
    st.tuples(st.just("pass"), st.integers(0, 100_000)),
    st.tuples(st.just("set"), st.integers(0, 23)),
    st.tuples(st.just("advance"), st.integers(0, 10**9)),
    st.tuples(st.just("rate"), st.sampled_from([0.001, 0.1, 0.5, 1, 3.7, 60, 3_600])),
    st.tuples(st.just("run"), st.none()),
)


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_clock_is_as_a_model_of_it(
    client: Any, clock: StillClock, moves: list[tuple[str, Any]]
) -> None:
    model = Model()
    move(client, reset=True)
    clock.advance(NOW - clock.now())
    for how, value in moves:
        if how == "pass":
            clock.advance(value)
            model.pass_by(value)
            continue
        move(client, **model.move(how, value))
        if how == "set":
            model.now = Fraction(NOW + (value - 6) * 3_600_000)
    shown = tell(client)
    assert round(datetime.fromisoformat(shown["now"]).timestamp() * 1_000) == int(model.now)
    assert (shown["running"], shown["rate"]) == (model.running, float(model.rate))
