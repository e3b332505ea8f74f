"""The administration API, from outside."""

import re
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, KIRIM_KEY, KIRIM_NUMBER_ID, KIRIM_RECEIPT, WAMID
from tests.conftest import Server
from tests.nxcloud_signature import ACCESS_KEY, ACCESS_SECRET

SECRET = KIRIM_KEY


def write(server: Server, **message: Any) -> requests.Response:
    return requests.post(f"{server.state}/messages", json=message, timeout=5)


def find(server: Server, query: str = "") -> list[dict[str, Any]]:
    answer = requests.get(f"{server.state}/messages?{query}", timeout=5)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


@pytest.mark.parametrize("path", ["livez", "readyz"])
def test_server_says_that_it_is_well(server: Server, path: str) -> None:
    answer = requests.get(f"{server.url}/_mock/{path}", timeout=5)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": "0.1.0"}
    assert requests.head(f"{server.url}/_mock/{path}", timeout=5).status_code == 200


def test_providers_are_described_with_operations_and_errors(server: Server) -> None:
    described = requests.get(f"{server.url}/_mock/providers", timeout=5).json()["providers"]
    by_id = {each["id"]: each for each in described}
    assert set(by_id) >= {"d7", "kaleyra", "nxcloud", "kirim"}
    kirim = by_id["kirim"]
    assert kirim["base_url"] == f"{server.url}/kirim"
    assert kirim["hosts"] == ["api.kirim.chat", "api.kirimdev.com", "api-prod.kirim.chat"]
    operation = kirim["operations"][0]
    assert (operation["name"], operation["method"]) == ("mark_as_read", "POST")
    assert operation["path"] == "/v1/{phone_number_id}/messages"
    upstream = next(each for each in kirim["errors"] if each["name"] == "WHATSAPP_UPSTREAM_ERROR")
    assert (upstream["status"], upstream["code"]) == (502, "whatsapp_upstream_error")
    assert set(upstream) == {"name", "status", "code", "message", "when", "source", "proof"}


def test_sandbox_shows_accounts_and_credentials(server: Server) -> None:
    shown = requests.get(server.state, timeout=5).json()
    assert shown["id"] == "default"
    labels = {id: [a["label"] for a in each["accounts"]] for id, each in shown["providers"].items()}
    assert {"main", "expired"} <= set(labels["d7"])
    assert {"main", "low_balance", "prepaid"} <= set(labels["kaleyra"])
    assert {"main", "no_permission"} <= set(labels["nxcloud"])
    assert {"main", "expired", "other_org"} <= set(labels["kirim"])
    main = shown["providers"]["nxcloud"]["accounts"][0]
    assert (main["access_key"], main["access_secret"]) == (ACCESS_KEY, ACCESS_SECRET)
    assert {each["state"] for each in main["numbers"]} == {"bound", "unbound"}
    kirim = shown["providers"]["kirim"]["accounts"][0]
    assert kirim["api_key"] == KIRIM_KEY
    assert kirim["numbers"][0]["phone_number_id"] == KIRIM_NUMBER_ID


def test_message_is_shown_as_documented(server: Server) -> None:
    message = requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json()
    assert message["id"] == WAMID
    assert message["provider"] == "kirim"
    assert message["account"] == "main"
    assert message["direction"] == "inbound"
    assert message["business_number"] == "+628111222333"
    assert message["customer"] == "+628123456789"
    assert set(message["text"]) == {"body"}
    assert message["received_at"].endswith("Z")
    assert (message["read_at"], message["typing_until"]) == (None, None)


def test_marking_read_shows_on_the_message(server: Server) -> None:
    BY_PROVIDER["kirim"].send(server.url)
    message = requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json()
    assert message["read_at"] is not None
    assert message["upstream_calls"] == 1


def test_unknown_message_is_404(server: Server) -> None:
    answer = requests.get(f"{server.state}/messages/nobody/knows", timeout=5)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "message_not_found"


def test_message_id_may_hold_a_slash(server: Server) -> None:
    write(server, **{"provider": "d7", "from": "+919847000000", "id": "wamid.a/b+c=="})
    shown = requests.get(f"{server.state}/messages/wamid.a/b+c==", timeout=5)
    assert shown.json()["id"] == "wamid.a/b+c=="


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_customer_writes_a_text(server: Server, provider: str) -> None:
    answer = write(server, **{"provider": provider, "from": "+628999000111", "text": "Halo"})
    assert answer.status_code == 201
    message = answer.json()
    assert message["text"] == {"body": "Halo"}
    assert message["direction"] == "inbound"
    assert message["account"] == "main"
    assert find(server, "customer=%2B628999000111") == [message]
    assert find(server, "customer=+628999000111") == [message]


def test_customer_writes_another_type_some_time_ago(server: Server) -> None:
    location = {"latitude": -6.2, "longitude": 106.8}
    call = {"provider": "kirim", "from": "+628999000111", "id": "wamid.mine", "age": "P8D"}
    message = write(server, **call, type="location", location=location).json()
    assert message["id"] == "wamid.mine"
    assert message["location"] == location
    assert find(server, "provider=kirim")[-1]["received_at"] > message["received_at"]


@pytest.mark.parametrize(
    ("provider", "shape"),
    [
        ("d7", r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-0242ac[0-9a-f]{6}"),
        ("kaleyra", r"wamid\.[A-Za-z0-9+/]+=*"),
        ("nxcloud", r"AB[A-Za-z0-9_-]{36,}"),
        ("kirim", r"wamid\.[A-Za-z0-9+/]+=*"),
    ],
)
def test_new_ids_look_like_the_providers_own(server: Server, provider: str, shape: str) -> None:
    message = write(server, **{"provider": provider, "from": "+8613600009759"}).json()
    assert re.fullmatch(shape, message["id"])


@pytest.mark.parametrize(
    ("message", "status", "code", "told"),
    [
        ({"from": "+1"}, 400, "bad_message", "provider"),
        ({"provider": "d8", "from": "+15551234"}, 400, "unknown_provider", "kaleyra"),
        ({"provider": "d7"}, 400, "bad_message", "from"),
        ({"provider": "d7", "from": "me"}, 400, "bad_message", "phone number"),
        ({"provider": "d7", "from": "+15551234", "account": "x"}, 400, "unknown_account", "main"),
        ({"provider": "d7", "from": "+15551234", "to": "+1"}, 400, "unknown_number", "+9715097"),
        ({"provider": "d7", "from": "+15551234", "texts": "x"}, 400, "bad_message", "texts"),
        ({"provider": "d7", "from": "+15551234", "age": "P1Y"}, 400, "bad_message", "P1Y"),
        ({"provider": "d7", "from": "+15551234", "type": "fax"}, 400, "bad_message", "fax"),
        ({"provider": "d7", "from": "+15551234", "type": "image"}, 400, "bad_message", "image"),
        ({"provider": "kirim", "from": "+15551234", "id": WAMID}, 409, "message_exists", WAMID),
    ],
)
def test_wrong_message_is_refused_with_a_reason(
    server: Server, message: dict[str, Any], status: int, code: str, told: str
) -> None:
    before = find(server)
    answer = write(server, **message)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert told in f"{error['message']} {error['hint']}"
    assert find(server) == before


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("provider=d7", "provider", "d7"),
        ("account=other_org", "account", "other_org"),
        ("direction=outbound", "direction", "outbound"),
        ("unread=true&provider=kaleyra", "read_at", None),
        ("customer=628123456789", "customer", "+628123456789"),
    ],
)
def test_messages_are_filtered(server: Server, query: str, field: str, value: Any) -> None:
    found = find(server, query)
    assert 0 < len(found) < len(find(server))
    assert {each[field] for each in found} == {value}


def test_messages_come_in_order_of_arrival(server: Server) -> None:
    received = [each["received_at"] for each in find(server)]
    assert received == sorted(received)


@pytest.mark.parametrize("query", ["providers=d7", "direction=sideways"])
def test_wrong_filter_is_refused(server: Server, query: str) -> None:
    answer = requests.get(f"{server.state}/messages?{query}", timeout=5)
    assert answer.status_code == 400
    assert "there are" in answer.json()["error"]["hint"]


def test_wrong_value_of_a_filter_is_refused(server: Server) -> None:
    answer = requests.get(f"{server.state}/messages?unread=maybe", timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_filter")
    assert answer.json()["error"]["message"] == "unread: expected true or false, came 'maybe'"


def test_one_entry_of_the_journal_can_be_asked_for(server: Server) -> None:
    came = BY_PROVIDER["kirim"].send(server.url).headers["X-Mock-Request-Id"]
    BY_PROVIDER["d7"].send(server.url)
    answer = requests.get(f"{server.state}/requests/{came}", timeout=5)
    assert (answer.status_code, answer.json()["provider"]) == (200, "kirim")
    assert (
        answer.json() == requests.get(f"{server.state}/requests", timeout=5).json()["requests"][0]
    )
    gone = requests.get(f"{server.state}/requests/req_gone", timeout=5)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "request_not_found")


@pytest.mark.parametrize("path", ["/requests?since=yesterday", "/requests/7"])
def test_id_that_is_none_is_refused(server: Server, path: str) -> None:
    answer = requests.get(f"{server.state}{path}", timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_filter")
    assert "X-Mock-Request-Id" in answer.json()["error"]["message"]


def test_journal_is_filtered_by_account_error_and_fault(server: Server) -> None:
    call = BY_PROVIDER["kirim"]
    call.send(server.url)
    call.send(server.url, **{"X-Mock-Fault": "error=INTERNAL_ERROR"})
    call.send(server.url, Authorization="Bearer nobody")
    for query, places in (
        ("account=main", [0, 1]),
        ("error=INTERNAL_ERROR", [1]),
        ("fault=header", [1]),
        ("error=INVALID_API_KEY&provider=kirim", [2]),
    ):
        entries = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
        found = requests.get(f"{server.state}/requests?{query}", timeout=5).json()["requests"]
        assert found == [entries[place] for place in places], query


def test_reset_forgets_everything_but_the_fixtures(server: Server) -> None:
    BY_PROVIDER["kirim"].send(server.url)
    write(server, **{"provider": "d7", "from": "+919847000000", "id": "mine"})
    rule = {"fault": {"type": "latency", "ms": 1}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5)
    assert requests.post(f"{server.state}/reset", timeout=5).status_code == 204
    assert requests.get(f"{server.state}/messages/mine", timeout=5).status_code == 404
    message = requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json()
    assert message["read_at"] is None
    assert requests.get(f"{server.state}/faults", timeout=5).json() == {"faults": []}
    assert requests.get(f"{server.state}/requests", timeout=5).json() == {"requests": []}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/_mock/nothing", 404, "not_found"),
        ("GET", "/_mock", 404, "not_found"),
        ("POST", "/_mock/livez", 405, "method_not_allowed"),
        ("GET", "/_mock/sandboxes/mine/messages", 404, "sandbox_not_found"),
        ("DELETE", "/_mock/sandboxes/default/faults/rule_x", 404, "rule_not_found"),
    ],
)
def test_wrong_administration_path_is_explained(
    server: Server, method: str, path: str, status: int, code: str
) -> None:
    answer = requests.request(method, f"{server.url}{path}", timeout=5)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_journal_is_filtered_and_paged(server: Server) -> None:
    for provider in ("d7", "kirim", "d7"):
        BY_PROVIDER[provider].send(server.url)
    requests.post(f"{server.url}/d7/whatsapp/v2/read-receipt/nobody", timeout=5)
    url = f"{server.state}/requests"
    entries = requests.get(url, timeout=5).json()["requests"]
    assert [each["provider"] for each in entries] == ["d7", "kirim", "d7", "d7"]
    by_status = requests.get(f"{url}?status=401", timeout=5).json()["requests"]
    assert by_status == entries[3:]
    since = f"{url}?provider=d7&since={entries[0]['id']}"
    assert requests.get(since, timeout=5).json()["requests"] == entries[2:]
    since = f"{url}?provider=kirim&since={entries[0]['id']}&limit=5"
    assert requests.get(since, timeout=5).json()["requests"] == [entries[1]]
    newest = requests.get(f"{url}?limit=2", timeout=5).json()["requests"]
    assert newest == entries[2:]
    by_operation = requests.get(f"{url}?operation=get_status", timeout=5).json()["requests"]
    assert by_operation == []


def test_journal_says_why_a_call_failed(server: Server) -> None:
    requests.post(f"{server.url}/d7/whatsapp/v2/read-receipt/x", timeout=5)
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["error"] == "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED"
    assert "no Authorization header" in entry["because"]
    assert entry["duration_ms"] >= 0


def test_journal_keeps_only_the_newest(start_server: Any) -> None:
    small = start_server("--journal", "3")
    answers = [BY_PROVIDER["d7"].send(small.url) for _ in range(5)]
    entries = requests.get(f"{small.state}/requests", timeout=5).json()["requests"]
    assert [each["id"] for each in entries] == [
        answer.headers["X-Mock-Request-Id"] for answer in answers[2:]
    ]


def test_the_same_filter_shows_what_has_changed_since(server: Server) -> None:
    query = "provider=kirim&unread=true&account=main"
    before = [each["id"] for each in find(server, query)]
    BY_PROVIDER["kirim"].send(server.url)
    write(server, **{"provider": "kirim", "from": "+628999000111", "id": "wamid.new"})
    after = [each["id"] for each in find(server, query)]
    assert after == [*(id for id in before if id != WAMID), "wamid.new"]


def last_entry(server: Server) -> dict[str, Any]:
    [entry] = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"]
    shown: dict[str, Any] = entry
    return shown


@pytest.mark.parametrize(
    ("length", "kept"),
    [
        (24_576, "x" * 24_576),
        (24_577, "x" * 24_576 + "… (cut: 24577 bytes in all)"),
        (100_000, "x" * 24_576 + "… (cut: 100000 bytes in all)"),
    ],
)
def test_long_body_is_cut_in_the_journal_with_a_remark(
    server: Server, length: int, kept: str
) -> None:
    url = f"{server.url}{BY_PROVIDER['d7'].path}"
    requests.post(url, data="x" * length, timeout=5)
    assert last_entry(server)["request"]["body"] == kept


MASKED = [
    ("Authorization", f"Bearer {SECRET}", "Bearer kdv_****nZ"),
    ("Authorization", f"Bearer {SECRET} x", "Bearer kdv_****nZ ****"),
    ("Authorization", f"x {SECRET}", "**** kdv_****nZ"),
    ("Authorization", f"bearer {SECRET},Bearer {SECRET}", "bearer kdv_****nZ,Bearer kdv_****nZ"),
    ("Authorization", SECRET, "kdv_****nZ"),
    ("Authorization", "Bearer short", "Bearer ****"),
    ("Proxy-Authorization", f"Basic {SECRET}", "Basic kdv_****nZ"),
    ("X-Api-Key", SECRET, "kdv_****nZ"),
    ("Apikey", SECRET, "kdv_****nZ"),
    ("accessKey", SECRET, "kdv_****nZ"),
    ("X-Access-Token", SECRET, "kdv_****nZ"),
    ("Cookie", SECRET, "kdv_****nZ"),
]


@pytest.mark.parametrize(("name", "value", "shown"), MASKED)
def test_a_credential_in_any_header_is_masked(
    server: Server, name: str, value: str, shown: str
) -> None:
    url = f"{server.url}{BY_PROVIDER['kirim'].path}"
    requests.post(url, headers={name: value}, data="{}", timeout=5)
    assert last_entry(server)["request"]["headers"][name.lower()] == shown
    assert SECRET not in requests.get(f"{server.state}/requests", timeout=5).text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (f"api-key={SECRET}", "api-key=****"),
        (f"api-key={SECRET}&status=read", "api-key=****&status=read"),
        (f"status=read&API_KEY={SECRET}", "status=read&API_KEY=****"),
        (f"token={SECRET}&secret={SECRET}", "token=****&secret=****"),
        (f"password={SECRET}", "password=****"),
    ],
)
def test_a_credential_in_a_form_is_masked(server: Server, body: str, shown: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{server.url}{BY_PROVIDER['kaleyra'].path}"
    requests.post(url, headers=form, data=body, timeout=5)
    assert last_entry(server)["request"]["body"] == shown
    assert SECRET not in requests.get(f"{server.state}/requests", timeout=5).text


@pytest.mark.parametrize("path", [f"/kirim{KIRIM_RECEIPT.path}", "/nowhere"])
@pytest.mark.parametrize("name", ["api_key", "api-key", "access_token", "key"])
def test_a_credential_in_the_query_is_neither_in_the_journal_nor_in_the_log(
    server: Server, path: str, name: str
) -> None:
    logged = server.log.stat().st_size
    answer = requests.post(f"{server.url}{path}?{name}={SECRET}&x=1", timeout=5)
    assert last_entry(server)["request"]["path"] == f"{path}?{name}=****&x=1"
    lines = server.log.read_bytes()[logged:].decode()
    assert answer.headers["X-Mock-Request-Id"] in lines
    assert f"{name}=****" in lines
    for told in (lines, answer.text, requests.get(f"{server.state}/requests", timeout=5).text):
        assert SECRET not in told


@pytest.mark.parametrize("id", ["of-both", "wamid.a/b+c=="])
def test_message_of_an_id_that_two_providers_know_is_chosen_by_provider(
    server: Server, id: str
) -> None:
    for provider in ("kirim", "d7"):
        assert write(server, **{"provider": provider, "from": "+15551234", "id": id}).ok
    url = f"{server.state}/messages/{id}"
    for provider in ("kirim", "d7"):
        found = requests.get(url, params={"provider": provider}, timeout=5)
        assert (found.status_code, found.json()["provider"]) == (200, provider)
    assert requests.get(f"{url}?provider=nxcloud", timeout=5).status_code == 404
    assert requests.get(url, timeout=5).json()["id"] == id


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("provider=nobody", "unknown_provider"),
        ("provider=", "unknown_provider"),
        ("account=main", "unknown_filter"),
    ],
)
def test_wrong_choice_of_a_message_is_refused(server: Server, query: str, code: str) -> None:
    answer = requests.get(f"{server.state}/messages/{WAMID}?{query}", timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_credential_in_the_query_is_masked(server: Server) -> None:
    path = f"/kirim{KIRIM_RECEIPT.path}?api_key={SECRET}&x=1"
    requests.post(f"{server.url}{path}", timeout=5)
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["request"]["path"].endswith("/messages?api_key=****&x=1")
