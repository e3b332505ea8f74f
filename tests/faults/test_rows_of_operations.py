"""An injected error leaves calls alone that never answer it, as it does other providers' calls."""

from typing import Any

import pytest

from tests.calls import CALLS, D7
from tests.conftest import STATE

RECEIPT, REPORT = (
    next(each for each in CALLS if (each.provider, each.operation) == ("d7", operation))
    for operation in ("mark_as_read", "get_status")
)
CREDIT = {"type": "error", "error": "INSUFFICIENT_CREDIT"}


def ask(client: Any, call: Any, header: str | None = None) -> Any:
    headers = call.headers | ({"X-Mock-Fault": header} if header else {})
    return client.open(call.path, method=call.method, headers=headers, data=call.body)


def add(client: Any, **match: Any) -> Any:
    return client.post(f"{STATE}/faults", json={"match": match, "fault": CREDIT})


@pytest.mark.parametrize("match", [{}, {"provider": "d7"}, {"path": REPORT.path}])
def test_no_report_is_refused_for_want_of_credit(client: Any, match: Any) -> None:
    assert add(client, **match).status_code == 201
    assert ask(client, REPORT).status_code == 200
    assert ask(client, RECEIPT).status_code == (200 if "path" in match else 402)
    [rule] = client.get(f"{STATE}/faults").json["faults"]
    assert rule["hits"] == ("path" not in match)


def test_calls_that_a_rule_leaves_alone_are_not_counted(client: Any) -> None:
    rule = {"match": {"provider": "d7"}, "fault": CREDIT, "schedule": {"skip": 1}}
    client.post(f"{STATE}/faults", json=rule)
    assert [ask(client, each).status_code for each in (REPORT, RECEIPT, RECEIPT)] == [200, 200, 402]


@pytest.mark.parametrize("match", [{"provider": "d7"}, {}])
def test_rule_for_an_operation_that_never_answers_it_is_refused(client: Any, match: Any) -> None:
    answer = add(client, **match, operation="get_status")
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (400, "unknown_error")
    assert error["message"] == "no such error of d7's get_status: 'INSUFFICIENT_CREDIT'"
    assert error["hint"].startswith("there are ACCESS_TOKEN_EXPIRED, ")
    assert "WHATSAPP_LOG_NOT_EXISTS" in error["hint"]
    assert "WHATSAPP_MESSAGE_NOT_EXISTS" not in error["hint"]
    assert client.get(f"{STATE}/faults").json["faults"] == []


def test_operation_of_several_providers_needs_one_that_answers_it(client: Any) -> None:
    assert add(client, operation="mark_as_read").status_code == 201
    assert ask(client, RECEIPT).status_code == 402


def test_header_for_an_error_that_the_call_never_answers_is_refused(client: Any) -> None:
    answer = ask(client, REPORT, "error=INSUFFICIENT_CREDIT")
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (400, "unknown_error")
    assert "WHATSAPP_LOG_NOT_EXISTS" in error["hint"]
    assert ask(client, RECEIPT, "error=INSUFFICIENT_CREDIT").status_code == 402


@pytest.mark.parametrize(("method", "path"), [("GET", "/d7/nowhere"), ("PUT", REPORT.path)])
def test_call_of_no_operation_may_be_struck_by_any(client: Any, method: str, path: str) -> None:
    headers = D7 | {"X-Mock-Fault": "error=INSUFFICIENT_CREDIT"}
    assert client.open(path, method=method, headers=headers).status_code == 402
    assert add(client, operation=None).status_code == 201
    assert client.open(path, method=method, headers=D7).status_code == 402
