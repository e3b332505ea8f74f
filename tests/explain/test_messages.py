"""What is wrong with the id of a message, or with a number, is told."""

import json
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.calls import (
    D7,
    D7_MESSAGE,
    D7_REQUEST,
    KALEYRA_RECEIPT,
    KIRIM,
    KIRIM_RECEIPT,
    NX_RECEIPT,
    RECEIPT,
    WAMID,
    WAMID_ROW,
)
from tests.conftest import Server
from tests.explain.asking import codes, explain, failed
from tests.explain.signing import send

JSON = {"Content-Type": "application/json"}


def kirim(server: Server, message_id: str, **headers: str) -> Any:
    body = json.dumps({**RECEIPT, "message_id": message_id})
    url = server.url + KIRIM_RECEIPT.path
    requests.post(url, headers=KIRIM | headers, data=body, timeout=5)
    return explain(server.state)


def d7(server: Server, message_id: str) -> Any:
    url = f"{server.url}/d7/whatsapp/v2/read-receipt/{quote(message_id, safe='')}"
    assert requests.post(url, headers=D7, timeout=5).status_code == 404
    return explain(server.state)


def nxcloud(server: Server, **fields: str) -> Any:
    send(server.url, json.dumps({**NX_RECEIPT, **fields}).encode())
    return explain(server.state)


def messages(server: Server, **filters: str) -> list[Any]:
    listed = requests.get(f"{server.state}/messages", params=filters, timeout=5).json()
    found: list[Any] = listed["messages"]
    return found


def write(server: Server, state: str = "", **message: str) -> Any:
    answer = requests.post(f"{state or server.state}/messages", json=message, timeout=5)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("provider", ["kirim", "d7", "nxcloud"])
def test_outbound(server: Server, provider: str) -> None:
    found = messages(server, provider=provider, direction="outbound", account="main")
    first = next(
        each for each in found if provider != "nxcloud" or each["business_number"].startswith("185")
    )
    told = {
        "kirim": lambda: kirim(server, first["id"]),
        "d7": lambda: d7(server, first["id"]),
        "nxcloud": lambda: nxcloud(
            server, message_id=first["id"], business_phone=first["business_number"]
        ),
    }[provider]()
    assert codes(told) == ["outbound"]


def test_other_account(server: Server) -> None:
    theirs = [each for each in messages(server, provider="d7") if each["account"] != "main"]
    told = d7(server, theirs[0]["id"])
    assert codes(told)[0] == "other_account"
    assert theirs[0]["account"] in told["findings"][0]["text"]


def test_other_number(server: Server) -> None:
    accounts = requests.get(server.state, timeout=5).json()["providers"]["nxcloud"]["accounts"]
    numbers = [each["number"] for each in accounts[0]["numbers"] if each["state"] == "bound"]
    other = next(each for each in numbers if each != NX_RECEIPT["business_phone"])
    told = nxcloud(server, business_phone=other)
    assert codes(told) == ["other_number"]
    assert NX_RECEIPT["business_phone"] in told["findings"][0]["text"]


def test_other_sandbox(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={}, timeout=5).json()
    state = f"{server.url}/_mock/sandboxes/{made['id']}"
    message = write(server, state, **{"provider": "kirim", "from": "+628111222333"})
    told = kirim(server, message["id"])
    assert codes(told) == ["other_sandbox"]
    assert made["id"] in told["findings"][0]["text"]
    requests.delete(state, timeout=5).raise_for_status()


def test_other_provider(server: Server) -> None:
    told = kirim(server, D7_MESSAGE)
    assert codes(told)[0] == "other_provider"
    assert "d7" in told["findings"][0]["text"]


def test_other_kind_of_id_that_is_known(server: Server) -> None:
    told = kirim(server, WAMID_ROW)
    assert codes(told) == ["other_kind_of_id"]
    assert f"send {WAMID}" in told["advice"]
    told = d7(server, D7_REQUEST)
    assert codes(told) == ["other_kind_of_id"]
    assert "reports" in told["findings"][0]["text"]


def test_other_kind_of_id_by_its_form(server: Server) -> None:
    assert codes(kirim(server, "msg_01ABCDEFGHJKMNPQRSTVWXYZ00")) == ["other_kind_of_id"]
    assert codes(d7(server, "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhgg")) == ["other_kind_of_id"]
    assert codes(nxcloud(server, message_id="msg_01ABCDEFGHJK")) == ["other_kind_of_id"]


def test_a_guess_is_made_only_where_nothing_is_known(server: Server) -> None:
    """Not by an id's form, where the message is known elsewhere, or one that is like it."""
    assert codes(kirim(server, D7_MESSAGE)) == ["other_provider"]
    assert codes(d7(server, WAMID)) == ["other_provider"]
    wamid = next(
        each["id"]
        for each in messages(server, provider="nxcloud", direction="inbound", account="main")
        if each["id"].startswith("wamid.")
    )
    assert codes(nxcloud(server, message_id=wamid[:-2])) == ["near_known_id"]
    assert codes(nxcloud(server, message_id="wamid.unlike")) == ["nothing_found"]


@pytest.mark.parametrize("message_id", ["undefined", "None", "{{message_id}}", "<message_id>"])
def test_placeholder_for_an_id(server: Server, message_id: str) -> None:
    assert codes(kirim(server, message_id)) == ["placeholder"]


def test_request_id_for_message_id(server: Server) -> None:
    request_id = KIRIM_RECEIPT.send(server.url).headers["X-Mock-Request-Id"]
    told = kirim(server, request_id)
    assert codes(told) == ["other_kind_of_id"]
    assert "the id of a request, which this journal has" in told["findings"][0]["text"]


def test_message_id_for_request_id(server: Server) -> None:
    url = f"{server.url}/d7/whatsapp/v2/report/{D7_MESSAGE}"
    assert requests.get(url, headers=D7, timeout=5).status_code == 404
    told = explain(server.state)
    assert codes(told) == ["other_kind_of_id"]
    assert failed(told)["name"] == "report"


NEAR = {
    "one letter": WAMID.replace("FQIAEhgg", "FQIAEhgh"),
    "one letter less": WAMID[:40] + WAMID[41:],
    "one letter more": f"{WAMID[:40]}x{WAMID[40:]}",
    "two that changed places": f"{WAMID[:20]}{WAMID[21]}{WAMID[20]}{WAMID[22:]}",
    "two letters": WAMID.replace("HBgN", "HBxy"),
    "encoded": quote(WAMID.replace("wamid.", "wamid%2E"), safe=""),
    "cut at its end": WAMID[:50],
    "cut at its beginning": WAMID.removeprefix("wamid."),
    "quoted": f'"{WAMID}"',
    "with a blank": f"{WAMID} ",
    "lower case": WAMID.lower(),
    "in a sentence": f"id={WAMID}",
}


@pytest.mark.parametrize("message_id", NEAR.values(), ids=NEAR)
def test_near_known_id(server: Server, message_id: str) -> None:
    told = kirim(server, message_id)
    assert codes(told) == ["near_known_id"]
    assert told["findings"][0]["id"] == WAMID
    assert told["error"]["name"] == "RESOURCE_NOT_FOUND"


def test_unknown_id_is_near_none(server: Server) -> None:
    assert codes(kirim(server, "wamid.SomethingElseAltogether0123456789")) == ["nothing_found"]


def test_expired_message(server: Server) -> None:
    message = write(server, **{"provider": "kirim", "from": "+628111222333", "age": "P8D"})
    told = kirim(server, message["id"])
    assert codes(told) == ["expired"]
    assert told["findings"][0]["since"] == message["received_at"]
    assert failed(told)["name"] == "upstream"


def test_idempotency_key_of_another_body(server: Server) -> None:
    key = {"Idempotency-Key": "order-77"}
    first = KIRIM_RECEIPT.send(server.url, **key)
    assert first.status_code == 200
    told = kirim(server, "wamid.other", **key)
    assert codes(told) == ["idempotency_key"]
    assert failed(told)["name"] == "idempotency_key"


def wa401(server: Server, number: str) -> Any:
    path = KALEYRA_RECEIPT.template.format_map(
        KALEYRA_RECEIPT.arguments | {"phone_number": quote(number)}
    )
    headers, body = KALEYRA_RECEIPT.headers, KALEYRA_RECEIPT.body
    answer = requests.post(server.url + path, headers=headers, data=body, timeout=5)
    assert answer.json()["code"] in ("WA401", "WA-401")
    told = explain(server.state)
    assert failed(told)["name"] == "number"
    return told


def test_numbers_that_would_have_worked(server: Server) -> None:
    accounts = requests.get(server.state, timeout=5).json()["providers"]["kaleyra"]["accounts"]
    active = [each["number"] for each in accounts[0]["numbers"] if each["state"] == "active"]
    told = wa401(server, "+10000000000")
    assert failed(told)["numbers"] == active
    assert f"what would have worked: {', '.join(active)}" in told["advice"]
    assert codes(told) == ["nothing_found"]


def test_customer_number(server: Server) -> None:
    customer = messages(server, provider="kaleyra")[0]["customer"]
    told = wa401(server, customer)
    assert codes(told) == ["customer_number"]
    assert failed(told)["numbers"]


def test_a_number_of_the_account_is_like_no_other(server: Server) -> None:
    """It is told what it is: in a state in which it is refused, or another account's."""
    accounts = requests.get(server.state, timeout=5).json()["providers"]["kaleyra"]["accounts"]
    inactive = next(each["number"] for each in accounts[0]["numbers"] if each["state"] != "active")
    told = wa401(server, inactive)
    assert codes(told) == ["condition"]
    assert f"the number {inactive} is not in the state active" in told["findings"][0]["text"]
    assert any(inactive in each and each.startswith("PATCH") for each in told["advice"])
    assert codes(wa401(server, accounts[1]["numbers"][0]["number"])) == ["other_account"]
    assert codes(wa401(server, "{{phone}}")) == ["placeholder"]


def test_number_with_a_slip(server: Server) -> None:
    number = KALEYRA_RECEIPT.arguments["phone_number"]
    assert codes(wa401(server, f"{number[:-1]}9"))[0] == "near_known_id"


def wa400(server: Server, content: Any, **headers: str) -> Any:
    url, body = server.url + KALEYRA_RECEIPT.path, json.dumps(content)
    sent = KALEYRA_RECEIPT.headers | {k.replace("_", "-"): v for k, v in headers.items()}
    assert requests.post(url, headers=sent, data=body, timeout=5).json()["code"] == "WA400"
    return explain(server.state)


def test_path_and_rule_of_a_wrong_body(server: Server) -> None:
    told = wa400(server, {"messaging_object": {**RECEIPT, "status": "seen", "message_id": "x"}})
    [finding] = told["findings"]
    assert (finding["code"], finding["path"]) == ("invalid_body", "$.messaging_object.status")
    assert finding["rule"] == "Must be equal to read"
    assert failed(told)["came"] == "'seen'"
    told = wa400(server, {"messaging_object": RECEIPT})
    assert told["findings"][0]["path"] == "$.messaging_object.message_id"
    assert told["findings"][0]["rule"] == "is required"


def test_unwrapped_body(server: Server) -> None:
    """As Meta's own API takes it."""
    told = wa400(server, {**RECEIPT, "message_id": "wamid.x"})
    assert codes(told) == ["unwrapped_body", "invalid_body"]


def test_wrong_content_type(server: Server) -> None:
    told = wa400(server, {"messaging_object": {}}, Content_Type="text/plain")
    assert codes(told) == ["wrong_header"]


def test_condition(server: Server) -> None:
    path = f"{server.state}/accounts/kaleyra/main"
    requests.patch(path, json={"condition": "low_balance"}, timeout=5).raise_for_status()
    KALEYRA_RECEIPT.send(server.url)
    told = explain(server.state)
    assert codes(told) == ["condition"]
    assert failed(told)["name"] == "balance"
    assert any("PATCH" in each for each in told["advice"])


def test_kaleyras_unknown_message(server: Server) -> None:
    wish = {"fixtures": "default", "switches": {"kaleyra": {"unknown_message": "reject"}}}
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=5).json()
    account = made["providers"]["kaleyra"]["accounts"][0]
    number = account["numbers"][0]["number"]
    url = f"{server.url}/v2/{account['sid']}/whatsapp/{number}/messages"
    body = {"messaging_object": {**RECEIPT, "message_id": "AXXXXXXXXXXXXXXXXXXY"}}
    requests.post(url, headers={"api-key": account["api_key"]}, json=body, timeout=5)
    state = f"{server.url}/_mock/sandboxes/{made['id']}"
    told = explain(state)
    requests.delete(state, timeout=5).raise_for_status()
    assert codes(told) == ["near_known_id"]
    assert failed(told)["name"] == "message"
