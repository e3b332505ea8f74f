"""Small suites as users write them, and running them."""

import re

import pytest

CLIENT = """
import requests


def mark_read(sandbox, message):
    kirim = sandbox.kirim
    url = f"{kirim.base_url}/v1/{kirim.phone_number_id}/messages"
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    return requests.post(url, json=receipt, headers=sandbox.headers("kirim"), timeout=5)
"""
SUITE = f"""
import pytest
{CLIENT}

@pytest.mark.parametrize("number", range(10))
def test_each_has_a_sandbox_of_its_own(sandbox, number):
    message = sandbox.customer_writes("kirim", text=str(number))
    assert mark_read(sandbox, message).status_code == 200
    sandbox.assert_read(message)
    assert len(sandbox.messages()) == len(sandbox.requests()) == 1


def test_call_without_a_credential_is_the_sandboxes_own(sandbox):
    assert requests.post(f"{{sandbox.kirim.base_url}}/v1/1/messages", timeout=5).status_code == 401
    assert len(sandbox.requests()) == 1


@pytest.mark.fault("kirim", "WHATSAPP_UPSTREAM_ERROR", times=1)
@pytest.mark.fault("kirim", "gateway", status=503, when="after", schedule={{"skip": 1, "times": 1}})
def test_faults_strike(sandbox):
    message = sandbox.customer_writes("kirim")
    assert [mark_read(sandbox, message).status_code for _ in range(3)] == [502, 503, 200]


@pytest.mark.scenario("lost-answers")
def test_scenario_is_there(sandbox):
    with pytest.raises(requests.ConnectionError):
        mark_read(sandbox, sandbox.customer_writes("kirim"))


@pytest.mark.every_error("kirim", operation="mark_as_read")
def test_error(sandbox, error):
    answer = mark_read(sandbox, sandbox.customer_writes("kirim"))
    assert answer.status_code == error.status
    assert [entry.error for entry in sandbox.requests()] == [error]


@pytest.mark.every_error("kirim", operation="mark_as_read")
def test_error_without_the_argument(sandbox):
    answer = mark_read(sandbox, sandbox.customer_writes("kirim"))
    assert answer.headers["X-Mock-Fault"]


@pytest.mark.sandbox(fixtures="default", switches={{"d7": {{"read_receipt_body": "text"}}}})
def test_sandbox_is_made_as_told(sandbox, mockserver):
    assert len(sandbox.messages()) > 100
    assert sandbox.id in [each["id"] for each in mockserver.sandboxes()]


class TestTogether:
    pytestmark = [pytest.mark.fault("d7", "outage"), pytest.mark.sandbox(id="mine")]

    @pytest.mark.fault("kirim", "outage")
    def test_markers_of_a_class_and_a_test(self, sandbox):
        assert {{rule["match"]["provider"] for rule in sandbox.faults()}} == {{"d7", "kirim"}}
        assert sandbox.id == "mine"


def test_sandbox_may_be_closed_by_the_test(sandbox):
    sandbox.close()
"""


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """A run of pytest over what stands in the folder, with warnings as errors."""
    return pytester.runpytest_subprocess("-W", "error", "-p", "no:schemathesis", *options)


def find_text(result: pytest.RunResult, pattern: str) -> str:
    found = re.search(pattern, result.stdout.str())
    assert found, result.stdout.str()
    return found[1]
