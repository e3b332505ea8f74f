"""``within``: waiting for calls, or that none comes, on a running server."""

import http.client
import json
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.registry import find_providers
from mockserver.verify.expectation import read_expectation
from mockserver.verify.trial import Trial
from mockserver.verify.watch import Watch
from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server, Start
from tests.verify.expecting import call
from tests.work import count_work

LONG = "PT120S"
"""More than the patience of a test: what waits so long in vain fails it."""
PATIENCE = 20
Ask = Callable[[dict[str, Any]], "Asked"]


class Asked:
    """A verification that was asked for before whatever comes now; its answer is read later."""

    def __init__(self, url: str, expectation: dict[str, Any]) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
        self._connection.request("POST", f"{address.path}/verify", json.dumps(expectation))

    def result(self) -> tuple[int, dict[str, Any]]:
        """Status and body, which have to come soon."""
        with closing(self._connection):
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read())


@pytest.fixture
def ask(server: Server) -> Ask:
    return partial(Asked, server.state)


def make_call(server: Server, **headers: str) -> str:
    answer = KIRIM_RECEIPT.send(server.url, **headers)
    return answer.headers["X-Mock-Request-Id"]


def test_what_holds_already_is_answered_at_once(server: Server, ask: Ask) -> None:
    entry = make_call(server)
    assert ask({"within": LONG}).result() == (200, {"ok": True, "matched": [entry]})


def test_what_comes_to_hold_is_answered_then(server: Server, ask: Ask) -> None:
    asked = ask({"count": {"exactly": 3}, "within": LONG})
    ids = [make_call(server) for _ in range(3)]
    assert asked.result() == (200, {"ok": True, "matched": ids})


def test_what_does_not_come_is_told_when_the_time_is_over(ask: Ask) -> None:
    status, told = ask({"within": "PT0.1S"}).result()
    assert status == 409
    assert told["message"] == "expected at least 1 call within 0.1 s, came none"


def test_more_than_expected_is_told_at_once(server: Server, ask: Ask) -> None:
    other = {"match": {"status": 999}, "within": LONG}
    limit = {"count": {"at_most": 1}, "within": LONG}
    asked = ask({"expectations": [other, limit]})
    ids = [make_call(server) for _ in range(2)]
    status, told = asked.result()
    assert (status, told["results"][1]["matched"]) == (409, ids)


def test_never_waits_until_the_time_is_over(ask: Ask) -> None:
    assert ask({"never": True, "within": "PT0.2S"}).result() == (200, {"ok": True, "matched": []})


def test_never_fails_at_once_when_it_happens(server: Server, ask: Ask) -> None:
    asked = ask({"never": True, "within": LONG, "match": {"provider": "kirim"}})
    requests.get(f"{server.url}/nowhere", timeout=5)
    entry = make_call(server)
    status, told = asked.result()
    assert (status, told["matched"]) == (409, [entry])


def test_list_is_answered_when_all_hold_in_order(server: Server, ask: Ask) -> None:
    first = {"match": {"header": {"X-Step": "1"}}, "within": LONG}
    second = {"match": {"header": {"X-Step": "2"}}, "within": LONG}
    asked = ask({"expectations": [first, second], "order": True})
    ids = [make_call(server, **{"X-Step": each}) for each in ("2", "1", "2")]
    status, told = asked.result()
    assert (status, [each["matched"] for each in told["results"]]) == (
        200, [[ids[1]], [ids[0], ids[2]]],
    )  # fmt: skip


def test_list_fails_as_soon_as_one_cannot_hold(server: Server, ask: Ask) -> None:
    patient = {"match": {"status": 999}, "within": LONG}
    asked = ask({"expectations": [patient, {"never": True, "within": LONG}]})
    make_call(server)
    status, told = asked.result()
    assert (status, [each["ok"] for each in told["results"]]) == (409, [False, False])


def test_list_fails_when_the_shortest_time_is_over(ask: Ask) -> None:
    """Though nothing happens then, and others have time left."""
    short = {"match": {"status": 999}, "within": "PT0.1S"}
    status, told = ask({"expectations": [{"never": True, "within": LONG}, short]}).result()
    assert (status, told["results"][1]["ok"]) == (409, False)


def test_what_has_no_time_has_to_hold_now(ask: Ask) -> None:
    assert ask({"expectations": [{}, {"within": LONG}]}).result()[0] == 409


def test_what_comes_after_its_time_does_not_count(server: Server, ask: Ask) -> None:
    short = {"never": True, "within": "PT0S"}
    asked = ask({"expectations": [short, {"within": LONG, "match": {"provider": "kirim"}}]})
    make_call(server)
    assert asked.result()[0] == 200


def test_reset_is_the_beginning_of_another_journal(server: Server, ask: Ask) -> None:
    first = make_call(server)
    asked = ask({"since": first, "count": {"exactly": 2}, "within": LONG})
    make_call(server)
    requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
    ids = [make_call(server) for _ in range(2)]
    assert asked.result() == (200, {"ok": True, "matched": ids})


def test_sandbox_that_is_deleted_is_waited_for_no_longer(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", timeout=5).json()["id"]
    url = f"{server.url}/_mock/sandboxes/{made}"
    asked = Asked(url, {"within": LONG})
    requests.delete(url, timeout=5).raise_for_status()
    assert asked.result()[0] == 404


def test_server_that_is_stopped_says_nothing_of_what_it_did_not_wait_for(
    start_server: Start,
) -> None:
    server = start_server()
    asked = Asked(server.state, {"never": True, "within": LONG, "match": {"status": 999}})
    make_call(server)
    server.process.terminate()
    assert asked.result()[0] == 503


# In process: what each further call costs those who wait


def test_each_call_is_judged_once_however_long_the_journal(client: Any) -> None:
    sandbox = client.application.sandboxes.default
    match = {"provider": "kirim", "body": {"/status": "unread"}, "header": {"x-n": "1"}}
    expectation = read_expectation(
        {"match": match, "within": "PT1S"}, sandbox, find_providers().providers
    )

    def judge_one_more(earlier: int) -> int:
        for _ in range(earlier):
            call(client)
        trial = Trial([Watch(expectation)], sandbox, order=False)
        trial.decide(0, over=False)
        call(client)
        return count_work(lambda: trial.decide(0, over=False))

    few, many = judge_one_more(1), judge_one_more(100)
    assert many <= few + 5


@pytest.mark.parametrize("query", ["since={since}&status=404", "status=404", "since=&status=404"])
def test_long_poll_is_answered_with_the_first_call_that_passes(server: Server, query: str) -> None:
    """Also where the journal was emptied, or the entry is unknown, meanwhile."""
    since = make_call(server)
    address = urlsplit(server.state)
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    path = f"{address.path}/requests?{query.format(since=since)}&within={LONG}"
    with closing(connection):
        connection.request("GET", path)
        make_call(server)
        requests.post(f"{server.state}/reset", timeout=5).raise_for_status()
        missing = requests.get(f"{server.url}/kirim/nowhere", timeout=5)
        found = json.loads(connection.getresponse().read())["requests"]
    assert [each["id"] for each in found] == [missing.headers["X-Mock-Request-Id"]]


def test_long_poll_that_nothing_passes_is_empty(server: Server) -> None:
    since = make_call(server)
    answer = requests.get(f"{server.state}/requests?since={since}&within=PT0.1S", timeout=PATIENCE)
    assert answer.json() == {"requests": []}
