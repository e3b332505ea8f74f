"""What the application does at each error that a provider documents: one test for each."""

import pytest

from mockserver.client import Sandbox
from providers import Incoming, Outcome, judge
from receipts import ATTEMPTS, GaveUp, Receipts


@pytest.mark.every_error("d7", operation="mark_as_read")
@pytest.mark.every_error("kaleyra", operation="mark_as_read")
@pytest.mark.every_error("nxcloud", operation="mark_as_read")
@pytest.mark.every_error("kirim", operation="mark_as_read")
def test_error_is_given_up_after_as_many_tries_as_help(sandbox: Sandbox, error) -> None:
    message = sandbox.customer_writes(error.provider)
    receipts = Receipts(sandbox.env(), sleep=lambda seconds: None)
    with pytest.raises(GaveUp):
        receipts.mark_read(Incoming(message.provider, message.id, message.business_number))
    calls = sandbox.requests()
    assert [entry.error for entry in calls] == [error] * len(calls)
    body = calls[0].document["response"]["body"]
    helps = judge(error.provider, error.status, body) is Outcome.LATER
    assert len(calls) == (ATTEMPTS if helps else 1)
    assert sandbox.message(message).read_at is None
