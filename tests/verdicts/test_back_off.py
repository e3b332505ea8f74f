"""Verdict back_off: from try to try the client waits longer."""

from typing import Any

import pytest

from tests.conftest import StillClock
from tests.faults.receipts import UPSTREAM
from tests.verdicts.behaviour import SECOND, fail, judge, send, send_at

GATEWAY = {"type": "gateway", "status": 503}


@pytest.mark.parametrize(
    "intervals",
    [
        pytest.param((), id="one call"),
        pytest.param((100,), id="one retry says nothing"),
        pytest.param((100, 200, 400), id="doubled"),
        pytest.param((1_000, 2_000, 3_000, 4_000), id="linear"),
        pytest.param((1_000, 2_000, 4_000, 8_000, 8_000, 8_000), id="capped"),
        pytest.param((900, 2_300, 1_700, 5_000), id="with some chance"),
    ],
)
def test_intervals_that_grow(client: Any, clock: StillClock, intervals: tuple[int, ...]) -> None:
    fail(client, times=len(intervals) or 1)
    send_at(client, clock, *intervals)
    assert judge(client)["back_off"]["ok"]


@pytest.mark.parametrize(
    "intervals",
    [
        pytest.param((100, 110, 90), id="constant"),
        pytest.param((0, 0), id="at once"),
        pytest.param((0, 3, 9), id="as good as at once"),
        pytest.param((4_000, 2_000, 1_000), id="shrinking"),
        pytest.param((1_000, 2_000, 4_000, 1_000, 2_000, 4_000), id="two loops in one another"),
    ],
)
def test_intervals_that_do_not_grow(
    client: Any, clock: StillClock, intervals: tuple[int, ...]
) -> None:
    fail(client, times=len(intervals))
    ids = send_at(client, clock, *intervals)
    found = judge(client)["back_off"]
    assert not found["ok"]
    assert found["requests"] == ids
    assert "do not grow" in found["text"]


def test_text_tells_the_intervals(client: Any, clock: StillClock) -> None:
    fail(client, times=3)
    send_at(client, clock, 100, 110, 90)
    text = judge(client)["back_off"]["text"]
    told = "4 tries of mark_as_read of kirim, 0.10, 0.11 and 0.09 s apart"
    assert text == f"{told}: the intervals do not grow"


def test_tolerance_can_be_set(client: Any, clock: StillClock, make_client: Any) -> None:
    """An interval half as long as the one before."""
    strict = make_client(verdict_back_off=10)
    for each in (client, strict):
        fail(each, times=3)
        send_at(each, clock, 1_000, 2_500, 2_000)
    assert judge(client)["back_off"]["ok"]
    assert not judge(client, "?back_off=10")["back_off"]["ok"]
    assert not judge(strict)["back_off"]["ok"]
    assert judge(strict, "?back_off=100")["back_off"]["ok"]


def test_a_success_ends_a_chain(client: Any, clock: StillClock) -> None:
    """What comes after it is no retry, but a duplicate."""
    fail(client)
    send_at(client, clock, 1_000, 1_000, 1_000)
    found = judge(client)
    assert found["back_off"]["ok"]
    assert not found["duplicate"]["ok"]


def test_the_window_ends_a_chain(client: Any, clock: StillClock) -> None:
    fail(client, times=3)
    send_at(client, clock, 601 * SECOND, 601 * SECOND)
    assert judge(client)["back_off"]["ok"]
    assert not judge(client, "?window=700")["back_off"]["ok"]


def test_intervals_that_the_server_asked_for_do_not_count(client: Any, clock: StillClock) -> None:
    fail(client, UPSTREAM | {"retry_after": 1}, times=4)
    send_at(client, clock, 1_000, 1_000, 1_000)
    assert judge(client)["back_off"]["ok"]


def test_the_clients_own_timeout_is_no_part_of_its_back_off(client: Any, clock: StillClock) -> None:
    """5 s until it gives up, then the same back-off as before."""
    fail(client, {"type": "hang"}, times=1)
    fail(client, times=2)
    send_at(client, clock, 5_100, 200, 400)
    assert judge(client)["back_off"]["ok"]


def test_hanging_calls_are_compared_with_one_another(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "hang"}, times=3)
    send_at(client, clock, 1_100, 1_100)
    assert not judge(client)["back_off"]["ok"]


def test_calls_given_up_before_a_late_answer_are_compared(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "latency", "ms": 30_000}, times=3)
    send_at(client, clock, 1_100, 1_100)
    assert not judge(client)["back_off"]["ok"]


@pytest.mark.parametrize(("second", "ok"), [(130, True), (110, False)])
def test_wait_begins_when_the_answer_is_out(
    client: Any, clock: StillClock, second: int, ok: bool
) -> None:
    """The first takes 50 ms, so that the client waits 100 ms."""
    fail(client, {"type": "latency", "ms": 50})
    fail(client, GATEWAY, times=2)
    send_at(client, clock, 150, second)
    assert judge(client)["back_off"]["ok"] == ok


def test_intervals_after_late_answers_say_nothing(client: Any, clock: StillClock) -> None:
    """Nobody knows when the client gave up, or whether it did."""
    fail(client, {"type": "latency", "ms": 300}, times=4)
    fail(client, GATEWAY, times=4)
    send_at(client, clock, 1_000, 1_000, 1_000)
    assert judge(client)["back_off"]["ok"]


def test_other_calls_between_them_do_not_matter(client: Any, clock: StillClock) -> None:
    fail(client, times=9)
    for interval in (100, 200, 400):
        send(client, "wamid.one")
        send(client, "wamid.other")
        clock.advance(interval)
    assert judge(client)["back_off"]["ok"]
