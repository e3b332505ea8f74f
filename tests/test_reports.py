"""The administration lists the seeded reports, so that one can be asked for."""

from typing import Any

import pytest

from tests.calls import D7, D7_REQUEST
from tests.conftest import STATE

REPORTS = f"{STATE}/reports"


def ids(client: Any, query: str = "") -> list[str]:
    return [each["id"] for each in client.get(f"{REPORTS}{query}").json["reports"]]


def test_listed_report_is_what_a_call_for_it_gets(client: Any) -> None:
    listed = client.get(REPORTS).json["reports"]
    first = listed[0]
    assert (first["id"], first["provider"], first["account"]) == (D7_REQUEST, "d7", "main")
    own = [each for each in listed if each["account"] == "main"]
    assert len(own) == 9
    for report in own:
        answer = client.get(f"/whatsapp/v2/report/{report['id']}", headers=D7)
        assert (answer.status_code, answer.json) == (200, report["body"])


def test_filters_keep_what_they_say(client: Any) -> None:
    every = ids(client)
    assert ids(client, "?provider=d7") == every
    assert ids(client, "?provider=kirim") == []
    assert ids(client, "?account=no_credit") == ["e81b0c47-2d5a-4f93-b6e0-58c7a92d13f4"]
    assert len(ids(client, "?status=insufficient_credit")) == 2
    assert len(ids(client, "?account=main&status=insufficient_credit")) == 1
    assert ids(client, "?status=insufficient") == []


def test_list_goes_on_where_it_was_cut(client: Any) -> None:
    every, found, query = ids(client), [], "?limit=4"
    while query:
        answer = client.get(f"{REPORTS}{query}").json
        found += [each["id"] for each in answer["reports"]]
        query = f"?limit=4&after={answer['next']}" if "next" in answer else ""
    assert found == every
    assert "next" not in client.get(f"{REPORTS}?limit={len(every)}").json


@pytest.mark.slow
def test_list_has_ten_thousand_reports_at_most(client: Any) -> None:
    body: dict[str, Any] = {
        "request_id": "x",
        "messages": [],
        "request_stage": "processed",
        "schedule_time": None,
    }
    reports = [{"id": f"r{each}", "account": "main", "body": body} for each in range(10_001)]
    accounts = [{"label": "main", "numbers": [{"number": "+1234"}]}]
    fixtures = {"d7": {"accounts": accounts, "reports": reports}}
    made = client.post("/_mock/sandboxes", json={"id": "many", "fixtures": fixtures})
    assert made.status_code == 201, made.text
    answer = client.get("/_mock/sandboxes/many/reports").json
    assert (len(answer["reports"]), answer["next"]) == (10_000, "r9999")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("provider=d8", "there are d7, kaleyra"),
        ("account=nobody", "there are "),
        ("account=low_balance&provider=d7", "no_credit"),
        ("state=read", "there are provider, account, status, limit, after"),
        ("limit=few", "such as 10000"),
        ("after=nowhere", "next"),
    ],
)
def test_unknown_filter_is_told_what_there_is(client: Any, query: str, told: str) -> None:
    answer = client.get(f"{REPORTS}?{query}")
    assert answer.status_code == 400
    assert told in answer.json["error"]["hint"]


def test_sandbox_of_accounts_alone_has_none(client: Any) -> None:
    client.post("/_mock/sandboxes", json={"id": "bare"})
    assert client.get("/_mock/sandboxes/bare/reports").json == {"reports": []}
