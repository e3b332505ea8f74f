"""What a sandbox is for a program: attributes, messages, rules, headers."""

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from mockserver.client import Message, Mock, Refusal, Sandbox
from tests.derived import PROVIDERS


def receipt(world: Sandbox, message: Message) -> requests.Response:
    """KirimChat's call, as an application makes it."""
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    url = f"{world.kirim.base_url}/v1/{world.kirim.phone_number_id}/messages"
    return requests.post(url, json=body, headers=world.headers("kirim"), timeout=5)


def ids_of(mock: Mock) -> list[str]:
    return [each["id"] for each in mock.sandboxes()]


def test_sandbox_is_gone_after_its_with(mock: Mock) -> None:
    with mock.sandbox(id="mine", seed=7, fixtures="default") as world:
        assert (world.id, world.seed, ids_of(mock)) == ("mine", 7, ["default", "mine"])
        assert len(world.messages()) > 100
    assert ids_of(mock) == ["default"]


def test_sandbox_that_was_there_stays(mock: Mock) -> None:
    made = mock.sandbox(id="mine")
    with mock.find("mine") as found:
        assert found.document == made.document
    assert ids_of(mock) == ["default", "mine"]
    made.close()
    assert ids_of(mock) == ["default"]


@pytest.mark.parametrize("id", ["..", ".", "a..b"])
def test_id_that_looks_like_a_step_up_is_an_id(mock: Mock, id: str) -> None:
    with mock.sandbox(id=id) as world:
        assert world.faults() == []
        assert mock.find(id).id == id
    assert ids_of(mock) == ["default"]


def test_attributes_are_those_of_the_document(world: Sandbox) -> None:
    for id in PROVIDERS:
        told, provider = world.document["providers"][id], getattr(world, id)
        assert (provider, provider.base_url) == (world[id], told["base_url"])
        for each in told["accounts"]:
            account = provider.account(each["label"])
            numbers = each.pop("numbers")
            each["condition"] = account.condition
            assert each == {name: getattr(account, name) for name in each}
            assert account.number == numbers[0]["number"]
            for number, shown in zip(account.numbers, numbers, strict=True):
                assert shown == {name: getattr(number, name) for name in shown}


def test_provider_has_what_its_first_account_has(world: Sandbox) -> None:
    main = world.document["providers"]["kirim"]["accounts"][0]
    assert world.kirim.api_key == main["api_key"]
    assert world.kirim.phone_number_id == main["numbers"][0]["phone_number_id"]
    assert world.kirim.number == main["numbers"][0]["number"]
    assert world.kaleyra.sid.startswith("HX")
    assert world.nxcloud.access_key != world.nxcloud.access_secret
    assert world.d7.token != world.d7.account("expired").token


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda world: world.kirin, "its providers are d7, kaleyra, kirim, nxcloud"),
        (lambda world: world.kirim.token, "there is: phone_number_id, api_key"),
        (lambda world: world.kirim.account().numbers[0].sid, "there is: phone_number_id"),
        (lambda world: world["kirin"], "there are d7, kaleyra, kirim, nxcloud"),
        (lambda world: world.kirim.account("nobody"), "there are: main, expired"),
    ],
)
def test_what_there_is_none_of_tells_what_there_is(world: Sandbox, ask: Any, told: str) -> None:
    with pytest.raises((AttributeError, LookupError), match=told):
        ask(world)


def test_provider_without_accounts_says_so(mock: Mock) -> None:
    fixtures = {"kirim": {"accounts": [{"label": "a", "numbers": [{"number": "+62811"}]}]}}
    with mock.sandbox(fixtures=fixtures) as world:
        with pytest.raises(AttributeError, match="without accounts here"):
            _ = world.d7.token
        assert world.env().get("D7_TOKEN") is None
        assert world.env()["D7_BASE_URL"] == world.d7.base_url


def test_provider_can_be_copied(world: Sandbox) -> None:
    for made in (copy.deepcopy(world.kirim), pickle.loads(pickle.dumps(world.kirim))):
        assert made.api_key == world.kirim.api_key


def test_customer_writes_and_the_application_reads(world: Sandbox) -> None:
    message = world.customer_writes("kirim", text="Halo")
    assert (message.text, message.read_at) == ("Halo", None)
    assert message.business_number == world.kirim.number
    assert receipt(world, message).status_code == 200
    read = world.assert_read(message)
    assert read.read_at is not None
    assert world.assert_read(message.id) == read
    assert world.messages(unread=False) == [read]


def test_customer_writes_what_else_the_server_takes(world: Sandbox) -> None:
    number = world.kirim.account("expired").number
    message = world.customer_writes(
        "kirim", customer="+62811", account="expired", to=number, id="wamid.1",
        age=timedelta(days=1), type="image", image={"id": "7"},
    )  # fmt: skip
    assert (message.account, message.id, message.text) == ("expired", "wamid.1", None)
    assert message.customer == "+62811"
    assert message.document["image"] == {"id": "7"}
    age = datetime.now(UTC) - message.received_at
    assert timedelta(hours=23) < age < timedelta(hours=25)


def test_error_and_fault_are_told_by_their_names(world: Sandbox) -> None:
    message = world.customer_writes("kirim")
    world.fail("kirim", "WHATSAPP_UPSTREAM_ERROR", times=1)
    world.fail(None, "gateway", status=503, times=1, when="after", seed=3)
    assert [receipt(world, message).status_code for _ in range(3)] == [502, 503, 200]
    first, second = world.faults()
    assert first["fault"] == {"type": "error", "error": "WHATSAPP_UPSTREAM_ERROR"}
    assert (second["match"], second["when"], second["seed"]) == ({}, "after", 3)
    entries = world.requests(provider="kirim")
    assert [each.status for each in entries] == [502, 503, 200]
    assert [each.committed for each in entries] == [False, True, True]
    assert entries[0].fault == first["id"]
    assert world.requests(committed=False) == entries[:1]
    assert world.requests(since=entries[0]) == entries[1:]
    world.clear_faults()
    assert world.faults() == []


def test_entry_tells_what_became_of_its_answer(world: Sandbox) -> None:
    answer = receipt(world, world.customer_writes("kirim", text="Halo"))
    [entry] = world.requests()
    assert entry.sent_bytes is not None
    assert entry.sent_bytes > len(answer.content)
    assert entry.first_byte_at is not None
    assert entry.first_byte_at == entry.last_byte_at
    assert entry.first_byte_at.tzinfo is UTC
    assert entry.closed_by in (None, "client")  # whose end comes when it comes
    assert entry.hint is None


def test_entry_of_a_refusal_tells_what_to_do(mock: Mock) -> None:
    proxies = {"http": mock.url}
    answer = requests.get("http://elsewhere.test/", proxies=proxies, timeout=5)
    entry = mock.find("default").requests(limit=1)[0]
    assert answer.status_code == 403
    assert (entry.because, entry.provider) == ("elsewhere.test is no provider's host", None)
    assert entry.hint is not None
    assert entry.hint.endswith("--pass elsewhere.test lets this one through")
    assert (entry.hint, entry.closed_by) == (entry.document["hint"], entry.document["closed_by"])


def test_rule_is_about_the_calls_that_it_matches(world: Sandbox) -> None:
    one, other = (world.customer_writes("kirim") for _ in range(2))
    world.fail("kirim", "outage", match={"message_id": one.id}, schedule={"skip": 1})
    assert receipt(world, one).status_code == 200
    assert receipt(world, other).status_code == 200
    with pytest.raises(requests.ConnectionError):
        receipt(world, one)


def test_scenario_stands_in_place_of_the_rules(world: Sandbox) -> None:
    world.fail("d7", "outage")
    world.scenario("expired-credentials", add=True)
    assert len(world.faults()) == 5
    world.scenario("lost-answers")
    assert [each["fault"] for each in world.faults()] == [{"type": "reset"}]
    world.reset()
    assert world.faults() == []


def test_account_is_patched(world: Sandbox) -> None:
    world.patch_account("kirim", "main", condition="expired")
    message = world.customer_writes("kirim")
    assert receipt(world, message).json()["error"]["code"] == "expired_api_key"


@pytest.mark.parametrize("kind", [str, bytes])
def test_headers_are_signed_for_the_body(world: Sandbox, kind: type) -> None:
    message = world.customer_writes("nxcloud")
    text = json.dumps(
        {
            "business_phone": message.business_number,
            "messaging_product": "whatsapp",
            "message_id": message.id,
            "status": "read",
        },
        ensure_ascii=False,
    )
    body = text if kind is str else text.encode()
    url = f"{world.nxcloud.base_url}/api/wa/markMessageAsRead"
    headers = world.headers("nxcloud", body)
    assert requests.post(url, data=text, headers=headers, timeout=5).json()["code"] == 0
    assert requests.post(url, data=f"{text} ", headers=headers, timeout=5).json()["code"] == 1003
    world.assert_read(message)


def test_headers_are_those_of_the_account_and_options(world: Sandbox) -> None:
    account = world.nxcloud.account("no_permission")
    headers = world.headers(
        "nxcloud", account="no_permission", options={"ts": "1"}, operation="typing_indicator"
    )
    assert (headers["accessKey"], headers["ts"]) == (account.access_key, "1")
    assert world.headers("d7") == {"Authorization": f"Bearer {world.d7.token}"}


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"provider": "nope"}, "no such provider: 'nope'"),
        ({}, "provider: missing"),
        ({"provider": "d7", "account": "nope"}, "no such account: 'nope'"),
        ({"provider": "d7", "operation": "nope"}, "no such operation: 'nope'"),
        ({"provider": "d7", "options": {"ts": "1"}}, "no such option: 'ts'"),
        ({"provider": "nxcloud", "options": {"ts": 1}}, "options.ts: "),
        ({"provider": "d7", "body": "", "body_base64": ""}, "do not go together"),
        ({"provider": "d7", "body_base64": "?"}, "body_base64: expected bytes in Base64"),
        ({"provider": "d7", "data": ""}, "data: unknown key"),
    ],
)
def test_signing_refuses_what_it_does_not_know(world: Sandbox, wish: Any, told: str) -> None:
    with pytest.raises(Refusal, match=told.replace("?", ".")) as refused:
        world.ask("POST", "/sign", wish)
    assert refused.value.status == 400


def test_variables_lead_an_application_into_the_sandbox(mock: Mock, world: Sandbox) -> None:
    env = world.env()
    assert env["MOCKSERVER_URL"] == mock.url
    assert env["MOCKSERVER_SANDBOX"] == world.id
    for id in PROVIDERS:
        assert env[f"{id.upper()}_BASE_URL"] == world[id].base_url
        assert env[f"{id.upper()}_NUMBER"] == world[id].number
    assert env["KIRIM_API_KEY"] == world.kirim.api_key
    assert env["KIRIM_PHONE_NUMBER_ID"] == world.kirim.phone_number_id
    assert env["NXCLOUD_ACCESS_SECRET"] == world.nxcloud.access_secret
    assert all(isinstance(value, str) for value in env.values())


def test_message_may_be_read_a_little_later(world: Sandbox) -> None:
    message = world.customer_writes("kirim")
    world.fail("kirim", "WHATSAPP_UPSTREAM_ERROR", times=2)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(world.assert_read, message, within="PT20S")
        while not waiting.done():
            receipt(world, message)
        assert waiting.result().read_at is not None
    with pytest.raises(AssertionError, match="is not read"):
        world.assert_read(world.customer_writes("kirim"), within=0.05)


def test_unread_message_is_an_assertion_that_tells_its_calls(world: Sandbox) -> None:
    one, other = (world.customer_writes("kirim") for _ in range(2))
    with pytest.raises(AssertionError, match="none was made at all"):
        world.assert_read(one)
    world.fail("kirim", "WHATSAPP_UPSTREAM_ERROR", times=1)
    receipt(world, other)
    with pytest.raises(AssertionError, match=f"{one.id} of kirim is not read\nno call was about"):
        world.assert_read(one)
