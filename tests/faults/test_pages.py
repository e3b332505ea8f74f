"""A page that a rule writes may not run in the server's own origin."""

from typing import Any

import pytest
import requests

from tests.calls import D7, D7_REPORT, KIRIM_RECEIPT
from tests.conftest import STATE, Server

POLICY = "Content-Security-Policy"
PAGE = "<script>fetch('/_mock/sandboxes/default/reset', {method: 'POST'})</script>"
AS_HTML = {"Content-Type": "text/html"}
STATUS = {"type": "status", "status": 200, "headers": AS_HTML, "body": PAGE}


def inject(client: Any, fault: dict[str, Any]) -> None:
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201


def ask(client: Any, **headers: str) -> Any:
    return client.get(D7_REPORT.path, headers=D7 | headers)


@pytest.mark.parametrize("shown", ["document", "iframe", "embed", "object", "frame"])
@pytest.mark.parametrize("fault", [STATUS, {"type": "gateway"}], ids=["status", "gateway"])
def test_injected_page_is_sandboxed(client: Any, fault: dict[str, Any], shown: str) -> None:
    inject(client, fault)
    answer = ask(client, **{"Sec-Fetch-Dest": shown})
    assert answer.headers.getlist(POLICY) == ["sandbox"]
    assert answer.mimetype == "text/html"


def test_sandbox_goes_over_the_wire_also_late_and_to_unknown_paths(server: Server) -> None:
    shown = {"Sec-Fetch-Dest": "document"}
    for fault in (STATUS, {"type": "latency", "ms": 1}):
        rule = {"fault": fault}
        requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    answer = requests.get(f"{server.url}/d7/nowhere", headers=shown, timeout=5)
    assert (answer.text, answer.headers[POLICY]) == (PAGE, "sandbox")


@pytest.mark.parametrize("shown", [None, "empty", "script", "image"])
def test_page_for_a_program_is_as_the_rule_says(client: Any, shown: str | None) -> None:
    inject(client, STATUS)
    answer = ask(client, **({"Sec-Fetch-Dest": shown} if shown else {}))
    assert (answer.text, POLICY in answer.headers) == (PAGE, False)


@pytest.mark.parametrize("name", [POLICY, POLICY.lower()])
def test_policy_of_the_rule_stays_beside_it(client: Any, name: str) -> None:
    """Several policies in one header, with commas between them, are all in force."""
    headers = {**AS_HTML, name: "sandbox allow-scripts"}
    inject(client, STATUS | {"headers": headers})
    answer = ask(client, **{"Sec-Fetch-Dest": "document"})
    assert answer.headers.getlist(POLICY) == ["sandbox, sandbox allow-scripts"]


def test_sandbox_is_of_one_answer_not_of_the_rule(client: Any) -> None:
    inject(client, STATUS)
    assert POLICY in ask(client, **{"Sec-Fetch-Dest": "document"}).headers
    assert POLICY not in ask(client).headers


def test_documented_answer_is_left_alone(client: Any) -> None:
    shown = {"Sec-Fetch-Dest": "document"}
    inject(client, {"type": "latency", "ms": 0})
    for headers in (KIRIM_RECEIPT.headers, {}):
        sent = {**headers, **shown}
        answer = client.post(KIRIM_RECEIPT.path, data=KIRIM_RECEIPT.body, headers=sent)
        assert POLICY not in answer.headers
