"""Verdict attempts: a call is tried so and so often, and then given up."""

from typing import Any

from tests.calls import D7_REPORT
from tests.conftest import StillClock
from tests.verdicts.behaviour import SECOND, fail, judge, send, send_at

GROWING = [2**place * 100 for place in range(10)]


def test_ten_tries_are_allowed(client: Any, clock: StillClock) -> None:
    fail(client, times=10)
    send_at(client, clock, *GROWING[:9])
    assert judge(client)["attempts"]["ok"]


def test_one_more_is_not(client: Any, clock: StillClock) -> None:
    fail(client, times=11)
    ids = send_at(client, clock, *GROWING)
    found = judge(client)["attempts"]
    assert not found["ok"]
    assert found["requests"] == ids
    assert found["text"] == "11 tries of mark_as_read of kirim: at most 10 are allowed"


def test_how_many_can_be_set(client: Any, make_client: Any, clock: StillClock) -> None:
    strict = make_client(verdict_attempts=3)
    for each in (client, strict):
        fail(each, times=4)
        send_at(each, clock, 1_000, 2_000, 4_000)
    assert judge(client)["attempts"]["ok"]
    assert not judge(client, "?attempts=3")["attempts"]["ok"]
    assert not judge(strict)["attempts"]["ok"]
    assert judge(strict, "?attempts=4")["attempts"]["ok"]


def test_lost_answers_are_tries(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "reset"}, times=11, when="after")
    send_at(client, clock, *GROWING)
    assert not judge(client)["attempts"]["ok"]


def test_other_messages_are_other_calls(client: Any) -> None:
    fail(client, times=20)
    for place in range(20):
        send(client, f"wamid.{place}")
    assert judge(client)["attempts"]["ok"]


def test_polling_is_no_trying_again(client: Any, clock: StillClock) -> None:
    for _ in range(20):
        assert client.get(D7_REPORT.path, headers=D7_REPORT.headers).status_code == 200
        clock.advance(SECOND)
    found = judge(client)
    assert found["attempts"]["ok"]
    assert found["duplicate"]["ok"]
