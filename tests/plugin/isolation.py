"""A suite of 200 tests of a small application, to be run by two processes against one server.

Each makes the same messages as the others, of the same customer, and fails at any trace of them.
"""

TESTS = 200
SUITE = f"""
import json
import time

import pytest
import requests

PROVIDERS = ("d7", "kaleyra", "nxcloud", "kirim")
RECEIPT = {{"messaging_product": "whatsapp", "status": "read"}}


def mark_read(sandbox, message, by_code):
    provider, receipt = sandbox[message.provider], RECEIPT | {{"message_id": message.id}}
    path, body = {{
        "d7": (f"/whatsapp/v2/read-receipt/{{message.id}}", None),
        "kaleyra": ("/v2/{{sid}}/whatsapp/{{number}}/messages", {{"messaging_object": receipt}}),
        "nxcloud": (
            "/api/wa/markMessageAsRead", receipt | {{"business_phone": message.business_number}}
        ),
        "kirim": ("/v1/{{phone_number_id}}/messages", receipt),
    }}[message.provider]
    account = provider.account().credentials | provider.account().numbers[0].ids
    base = provider.base_url if by_code else sandbox.document["root"]
    data = b"" if body is None else json.dumps(body).encode()
    headers = sandbox.headers(message.provider, data)
    url = base + path.format(number=message.business_number, **account)
    return requests.post(url, data=data, headers=headers, timeout=10)


@pytest.mark.parametrize("number", range({TESTS}))
def test_it_is_alone(sandbox, mockserver, number):
    sandbox.document["root"] = mockserver.url
    provider, how = PROVIDERS[number % 4], number // 4 % 5
    message = sandbox.customer_writes(provider, text=str(number), id=f"message-{{how}}")
    assert len(sandbox.messages()) == 1
    if how == 1:
        sandbox.fail(provider, "gateway", times=1)
    elif how == 2:
        sandbox.fail(provider, "reset", when="after", times=1)
    elif how == 3:
        sandbox.patch_account(provider, "main", numbers=[])
    elif how == 4:
        sandbox.fail(provider, "outage")
    statuses = []
    for _ in range(2):
        try:
            statuses.append(mark_read(sandbox, message, by_code=number % 3 == 0).status_code)
        except requests.ConnectionError:
            statuses.append(None)
    good = 202 if provider == "kaleyra" else 200
    first, second = {{1: (502, good), 2: (None, good), 4: (None, None)}}.get(how, (good, good))
    assert statuses == [first, second]
    assert [entry.provider for entry in sandbox.requests()] == [provider, provider]
    assert len(sandbox.faults()) == (how in (1, 2, 4))
    assert (sandbox.message(message).read_at is None) == (how == 4)
"""
