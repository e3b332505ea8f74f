"""Verdict retry_after: who is told when to come again comes no sooner."""

from typing import Any

import pytest

from tests.conftest import NOW, StillClock
from tests.verdicts.behaviour import fail, judge, send, send_at

LIMITED = {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": 2}


def test_waited_out(client: Any, clock: StillClock) -> None:
    fail(client, LIMITED)
    send_at(client, clock, 2_000)
    assert judge(client)["retry_after"]["ok"]


def test_called_too_early(client: Any, clock: StillClock) -> None:
    fail(client, LIMITED)
    ids = send_at(client, clock, 1_400)
    found = judge(client)["retry_after"]
    assert not found["ok"]
    assert found["requests"] == ids
    assert found["text"] == (
        "mark_as_read of kirim was called again after 1.40 s, but Retry-After said 2.00 s"
    )


def test_every_call_that_is_too_early_counts(client: Any, clock: StillClock) -> None:
    fail(client, LIMITED)
    ids = send_at(client, clock, 500, 500, 1_000)
    assert judge(client)["retry_after"]["requests"] == ids[:3]


@pytest.mark.parametrize(("interval", "ok"), [(1_960, True), (1_940, False)])
def test_clocks_of_two_programs_differ(
    client: Any, clock: StillClock, interval: int, ok: bool
) -> None:
    fail(client, LIMITED)
    send_at(client, clock, interval)
    assert judge(client)["retry_after"]["ok"] == ok


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("2", False),
        (" 1 ", True),
        ("Sat, 21 Nov 2026 06:00:02 GMT", False),
        ("Sat, 21 Nov 2026 06:00:01 GMT", True),
        ("Fri, 20 Nov 2026 06:00:00 GMT", True),
        ("soon", True),
        ("-3", True),
        ("Sat, 99 Nov 2026", True),
    ],
)
def test_seconds_and_dates(client: Any, clock: StillClock, text: str, ok: bool) -> None:
    """In whatever case the header's name is written. It is six o'clock."""
    assert clock.now() == NOW
    fail(client, {"type": "status", "status": 503, "headers": {"retry-after": text}})
    send_at(client, clock, 1_000)
    assert judge(client)["retry_after"]["ok"] == ok


def test_other_calls_need_not_wait(client: Any) -> None:
    fail(client, LIMITED)
    send(client, "wamid.one")
    send(client, "wamid.other")
    assert judge(client)["retry_after"]["ok"]


def test_an_answer_that_never_went_out_tells_nobody(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "hang"}, times=1)
    client.post("/_mock/sandboxes/default/faults", json={"fault": LIMITED, "schedule": {"skip": 1}})
    send_at(client, clock, 100)
    assert judge(client)["retry_after"]["ok"]


def test_a_late_answer_may_never_have_been_read(client: Any, clock: StillClock) -> None:
    """Before it is out the client knows nothing; afterwards it may have given up."""
    fail(client, {"type": "latency", "ms": 5_000})
    fail(client, LIMITED)
    send_at(client, clock, 1_000)
    found = judge(client)["retry_after"]
    assert (found["ok"], found["undecidable"]) == (True, [])
    clock.advance(4_500)
    send(client)
    found = judge(client)["retry_after"]
    assert found["ok"]
    assert len(found["undecidable"]) == 2
    assert "cannot be told" in found["text"]
