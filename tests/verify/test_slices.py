"""Many expectations of many calls are judged part by part, and others are served in between."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.registry import find_providers
from mockserver.sandbox.kept_call import Contents
from mockserver.verify.expectation import read_expectation
from mockserver.verify.trial import WORK, Trial
from mockserver.verify.watch import Watch
from tests.verify.expecting import call, verify

MANY = 100
CALLS = WORK // MANY + 50


@pytest.fixture
def called(client: Any) -> Any:
    for _ in range(CALLS):
        call(client)
    return client


def make_trial(client: Any, *expectations: dict[str, Any]) -> Trial:
    sandbox, providers = client.application.sandboxes.default, find_providers().providers
    watches = [Watch(read_expectation(each, sandbox, providers)) for each in expectations]
    return Trial(watches, sandbox, order=False)


def expect_body(number: int) -> dict[str, Any]:
    return {"match": {"body": {"/status": f"unread-{number}"}}, "never": True}


def test_a_look_is_cut_short_and_goes_on(called: Any) -> None:
    trial = make_trial(called, *map(expect_body, range(MANY)))
    assert (trial.decide(0, over=True), trial.find_pause(0)) == (None, 0)
    assert trial.decide(0, over=True) is True


def test_a_body_is_decoded_once_for_all(client: Any) -> None:
    call(client)
    [record] = client.application.sandboxes.default.journal.records()
    contents = Contents()
    assert contents[record] is contents[record]


def test_what_comes_meanwhile_is_none_of_those_whose_time_is_over(called: Any) -> None:
    trial = make_trial(called, *[{"count": {"exactly": CALLS}}] * MANY)
    assert trial.decide(0, over=True) is None
    call(called)
    assert trial.decide(0, over=False) is True


def test_what_leaves_the_journal_meanwhile_is_judged_all_the_same(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(journal=CALLS)
    for _ in range(CALLS):
        call(client)
    trial = make_trial(client, *[{"count": {"exactly": CALLS}}] * MANY)
    assert trial.decide(0, over=False) is None
    for _ in range(CALLS):
        call(client)
    assert trial.decide(0, over=False) is True


def test_reset_between_two_looks_begins_anew(called: Any) -> None:
    trial = make_trial(called, *[{"within": "PT1S"}] * MANY)
    assert trial.decide(0, over=False) is None
    called.application.sandboxes.default.journal.clear()
    assert trial.decide(0, over=False) is None
    call(called)
    assert trial.decide(0, over=False) is True


def test_answer_is_that_of_all_calls(called: Any) -> None:
    told = verify(called, {"expectations": [{"count": {"exactly": CALLS}}] * MANY})
    assert {len(each["matched"]) for each in told["results"]} == {CALLS}
