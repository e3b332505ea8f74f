"""What really went out, where a server tells it, against what was planned to."""

from typing import Any

import pytest

from mockserver.pipeline.answer import Answer
from mockserver.pipeline.keys import ANSWERS
from mockserver.pipeline.transfer import Line
from tests.calls import KIRIM, RECEIPT, WAMID
from tests.conftest import StillClock
from tests.faults.receipts import PATH
from tests.verdicts.behaviour import fail, not_ok, undecided

BODY = {**RECEIPT, "message_id": WAMID}
LATE = {"type": "latency", "ms": 500}


def send(client: Any) -> Answer:
    """The answer to a receipt, before it goes out."""
    answers: list[Answer] = []
    client.post(PATH, headers=KIRIM, json=BODY, environ_overrides={ANSWERS: answers})
    return answers[0]


def send_out(client: Any, line: Line, sent: int = 400) -> None:
    transfer = send(client).transfer
    assert transfer is not None
    transfer.finish(sent, line)


def test_answer_that_went_out_whole_counts(client: Any) -> None:
    for _ in range(2):
        send_out(client, Line())
    assert not_ok(client) == {"duplicate"}


@pytest.mark.parametrize("sent", [0, 100])
def test_retry_after_hanging_up_is_no_duplicate(client: Any, sent: int) -> None:
    send_out(client, Line("client"), sent)
    send_out(client, Line())
    assert (not_ok(client), undecided(client)) == (set(), set())


def test_late_answer_on_the_connection_that_goes_on_was_waited_for(
    client: Any, clock: StillClock
) -> None:
    fail(client, LATE)
    line = Line()
    transfer = send(client).transfer
    assert transfer is not None
    clock.advance(500)
    transfer.finish(400, line)
    send_out(client, line)
    assert (not_ok(client), undecided(client)) == ({"duplicate"}, set())


@pytest.mark.parametrize("closed_by", [None, "client", "server"])
def test_late_answer_on_another_connection_was_maybe_not(
    client: Any, clock: StillClock, closed_by: Any
) -> None:
    fail(client, LATE)
    transfer = send(client).transfer
    assert transfer is not None
    clock.advance(500)
    line = Line()
    transfer.finish(400, line)
    line.closed_by = closed_by
    send_out(client, Line())
    assert (not_ok(client), undecided(client)) == (set(), {"duplicate"})


def test_answer_later_than_planned_was_not_there(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "latency", "ms": 50})
    transfer = send(client).transfer
    assert transfer is not None
    clock.advance(60)
    send_out(client, Line())
    clock.advance(10)
    transfer.finish(400, Line())
    assert (not_ok(client), undecided(client)) == (set(), set())


def test_answer_that_nobody_tells_of_goes_as_planned(client: Any, clock: StillClock) -> None:
    fail(client, {"type": "latency", "ms": 50})
    send(client)
    clock.advance(60)
    send_out(client, Line())
    assert not_ok(client) == {"duplicate"}
