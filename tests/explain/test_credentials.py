"""What is wrong with a credential is told."""

import base64
import json
from typing import Any

import pytest
import requests

from tests.calls import (
    D7_RECEIPT,
    D7_TOKEN,
    JSON,
    KALEYRA_KEY,
    KALEYRA_RECEIPT,
    KALEYRA_SID,
    KIRIM_KEY,
    KIRIM_RECEIPT,
    NXCLOUD_RECEIPT,
    ValidCall,
)
from tests.conftest import Server
from tests.explain.asking import codes, explain, failed

BEARER = [D7_RECEIPT, KIRIM_RECEIPT]
PLACEHOLDERS = (
    "None", "undefined", "null", "", "{{token}}", "{token}", "<token>", "$TOKEN", "${TOKEN}",
    "your-api-key", "YOUR_API_KEY", "your_token_here", "%API_KEY%", "changeme", "xxxxxxxx",
    "'None'", "(null)", "%s", "process.env.API_KEY", "%7B%7Btoken%7D%7D", "kdv_live_YOUR_KEY",
    "kdv_live_xxxxxxxxxxxx", "kdv_live_...",
)  # fmt: skip


def call(server: Server, sent: ValidCall, headers: dict[str, str], base: str = "") -> Any:
    """Send it with these headers in place of its own credential, and ask why it failed."""
    url = f"{base or server.url}{sent.path}"
    answer = requests.request(sent.method, url, headers=JSON | headers, data=sent.body, timeout=5)
    assert answer.status_code == 401
    told = explain(server.state, answer.headers["X-Mock-Request-Id"])
    assert failed(told)["name"] == "token"
    assert told["account"] is None
    return told


@pytest.mark.parametrize("sent", BEARER, ids=lambda each: each.provider)
def test_missing(server: Server, sent: ValidCall) -> None:
    assert codes(call(server, sent, {})) == ["missing"]


@pytest.mark.parametrize("sent", BEARER, ids=lambda each: each.provider)
@pytest.mark.parametrize(
    "header", ["Basic abc", "Token abcdefghijk", "abcdefghijk", "Bearer: abcd"]
)
def test_wrong_scheme(server: Server, sent: ValidCall, header: str) -> None:
    assert codes(call(server, sent, {"Authorization": header})) == ["wrong_scheme"]


def test_wrong_scheme_of_a_known_token(server: Server) -> None:
    told = call(server, KIRIM_RECEIPT, {"Authorization": KIRIM_KEY})
    assert codes(told) == ["wrong_scheme"]
    assert KIRIM_KEY not in json.dumps(told)


def test_scheme_twice(server: Server) -> None:
    told = call(server, D7_RECEIPT, {"Authorization": f"Bearer Bearer {D7_TOKEN}"})
    assert codes(told) == ["wrong_scheme"]


@pytest.mark.parametrize("token", PLACEHOLDERS)
def test_placeholder(server: Server, token: str) -> None:
    told = call(server, KIRIM_RECEIPT, {"Authorization": f"Bearer {token}"})
    assert codes(told) == ["placeholder"]


def test_unknown_token_is_no_placeholder(server: Server) -> None:
    told = call(server, D7_RECEIPT, {"Authorization": "Bearer 8f14e45fceea167a"})
    assert codes(told) == ["nothing_found"]


@pytest.mark.parametrize("sent", BEARER, ids=lambda each: each.provider)
def test_other_providers_key(server: Server, sent: ValidCall) -> None:
    other = KIRIM_KEY if sent is D7_RECEIPT else D7_TOKEN
    told = call(server, sent, {"Authorization": f"Bearer {other}"})
    assert codes(told) == ["other_provider_key"]
    assert other not in json.dumps(told)


def test_key_that_looks_like_another_providers(server: Server) -> None:
    told = call(server, D7_RECEIPT, {"Authorization": "Bearer kdv_live_0123456789abcdefghijklmn"})
    assert codes(told) == ["other_provider_key"]
    assert "KirimChat" in told["findings"][0]["text"]


def test_other_sandboxes_key(server: Server) -> None:
    """A path that names a sandbox decides over the key."""
    made = requests.post(f"{server.url}/_mock/sandboxes", json={}, timeout=5).json()
    headers = {"Authorization": f"Bearer {KIRIM_KEY}"}
    url = f"{server.url}/~{made['code']}{KIRIM_RECEIPT.path}"
    answer = requests.post(url, headers=headers, data=KIRIM_RECEIPT.body, timeout=5)
    told = explain(f"{server.url}/_mock/sandboxes/{made['id']}")
    assert told["request"] == answer.headers["X-Mock-Request-Id"]
    assert codes(told) == ["other_sandbox_key"]
    assert told["recognised_by"]["sandbox"]["by"] == "path_code"
    requests.delete(f"{server.url}/_mock/sandboxes/{made['id']}", timeout=5).raise_for_status()


def test_repeated_header(server: Server) -> None:
    """D7's Go client adds one more with each call; of several the first counts."""
    headers = {"Authorization": f"Bearer old-token-1, Bearer {D7_TOKEN}"}
    assert codes(call(server, D7_RECEIPT, headers)) == ["repeated_header"]


def test_expired_by_its_condition_since_its_last_call(server: Server) -> None:
    passed = KIRIM_RECEIPT.send(server.url).headers["X-Mock-Request-Id"]
    path = f"{server.state}/accounts/kirim/main"
    requests.patch(path, json={"condition": "expired"}, timeout=5).raise_for_status()
    assert KIRIM_RECEIPT.send(server.url).status_code == 401
    told = explain(server.state)
    assert codes(told) == ["expired"]
    at = requests.get(f"{server.state}/requests/{passed}", timeout=5).json()["at"]
    assert told["findings"][0]["since"] == at
    assert failed(told)["name"] == "account"


def test_expired_from_the_beginning(server: Server) -> None:
    listed = requests.get(server.state, timeout=5).json()
    [expired] = [
        each for each in listed["providers"]["d7"]["accounts"] if each["condition"] == "expired"
    ]
    headers = {"Authorization": f"Bearer {expired['token']}"}
    requests.post(server.url + D7_RECEIPT.path, headers=headers, timeout=5)
    told = explain(server.state)
    assert codes(told) == ["expired"]
    assert told["findings"][0]["since"] == listed["created_at"]


def test_expired_as_the_token_itself_says(server: Server) -> None:
    parts = [{"alg": "HS256"}, {"exp": 1_600_000_000}]
    written = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts]
    token = ".".join([*(each.rstrip("=") for each in written), "c2lnbmF0dXJl"])
    told = call(server, D7_RECEIPT, {"Authorization": f"Bearer {token}"})
    assert codes(told) == ["expired"]
    assert told["findings"][0]["since"] == "2020-09-13T12:26:40Z"


SPOILT = {
    "quoted": f'"{KIRIM_KEY}"',
    "escaped": f"{KIRIM_KEY}\\n",
    "longer": f"{KIRIM_KEY}x",
    "cut": KIRIM_KEY[:-3],
    "capitals": KIRIM_KEY.lower(),
    "encoded": KIRIM_KEY.replace("_", "%5F"),
}


@pytest.mark.parametrize("token", SPOILT.values(), ids=SPOILT)
def test_known_key_that_was_spoilt(server: Server, token: str) -> None:
    told = call(server, KIRIM_RECEIPT, {"Authorization": f"Bearer {token}"})
    assert codes(told) == ["near_known_key"]
    assert KIRIM_KEY not in json.dumps(told)


def test_header_of_another_name(server: Server) -> None:
    assert codes(call(server, D7_RECEIPT, {"X-API-Key": D7_TOKEN})) == ["missing", "nearest_header"]
    told = call(server, KIRIM_RECEIPT, {"Authorisation": f"Bearer {KIRIM_KEY}"})
    assert codes(told) == ["missing", "nearest_header"]


def kaleyra(server: Server, sid: str, **headers: str) -> Any:
    path = KALEYRA_RECEIPT.path.replace(KALEYRA_SID, sid)
    sent = {each.replace("_", "-"): value for each, value in headers.items()}
    answer = requests.post(
        f"{server.url}/kaleyra{path}", headers=JSON | sent, data=KALEYRA_RECEIPT.body, timeout=5
    )
    assert answer.json()["code"] == "RBC001"
    told = explain(server.state)
    assert failed(told)["name"] == "credentials"
    return told


def test_kaleyra_sid_unknown(server: Server) -> None:
    told = kaleyra(server, "HXIN0000000000IN", api_key="A00000000000000000000000000000000")
    assert codes(told) == ["sid_unknown", "key_unknown"]


def test_kaleyra_key_unknown(server: Server) -> None:
    told = kaleyra(server, KALEYRA_SID, api_key="A00000000000000000000000000000000")
    assert codes(told) == ["key_unknown"]
    assert "the SID is that of the account main" in told["findings"][0]["text"]


def test_kaleyra_key_of_an_unknown_sid(server: Server) -> None:
    told = kaleyra(server, "HXIN0000000000IN", api_key=KALEYRA_KEY)
    assert codes(told) == ["sid_unknown", "key_of_other_sid"]
    assert KALEYRA_SID in told["findings"][1]["text"]
    assert KALEYRA_KEY not in json.dumps(told)


def test_kaleyra_key_of_another_sid(server: Server) -> None:
    listed = requests.get(server.state, timeout=5).json()["providers"]["kaleyra"]["accounts"]
    other = next(each for each in listed if each["sid"] != KALEYRA_SID)
    told = kaleyra(server, other["sid"], api_key=KALEYRA_KEY)
    assert codes(told) == ["key_of_other_sid"]
    assert "the account main" in told["findings"][0]["text"]


def test_kaleyra_key_missing_or_elsewhere(server: Server) -> None:
    assert codes(kaleyra(server, KALEYRA_SID)) == ["missing"]
    told = kaleyra(server, KALEYRA_SID, apikey=KALEYRA_KEY)
    assert codes(told) == ["missing", "nearest_header"]
    told = kaleyra(server, KALEYRA_SID, api_key="{{api_key}}")
    assert codes(told) == ["key_unknown", "placeholder"]
    told = kaleyra(server, KALEYRA_SID, api_key=KIRIM_KEY)
    assert codes(told) == ["key_unknown", "other_provider_key"]


def nxcloud(server: Server, **headers: str | None) -> Any:
    sent: dict[str, Any] = {**JSON, **NXCLOUD_RECEIPT.signature(), **headers}
    sent = {name.replace("_", "-"): value for name, value in sent.items() if value is not None}
    url = server.url + NXCLOUD_RECEIPT.path
    answer = requests.post(url, headers=sent, data=NXCLOUD_RECEIPT.body, timeout=5)
    return answer.json()["code"], explain(server.state)


@pytest.mark.parametrize("name", ["accessKey", "ts", "bizType", "action", "sign"])
def test_nxcloud_missing_header(server: Server, name: str) -> None:
    code, told = nxcloud(server, **{name: None})
    assert code == 1001
    assert codes(told) == ["missing_header"]
    assert told["findings"][0]["header"] == name


@pytest.mark.parametrize("near", ["access-key", "x-access-key", "accesKey", "access_key"])
def test_nxcloud_nearest_header(server: Server, near: str) -> None:
    key = NXCLOUD_RECEIPT.signature()["accessKey"]
    code, told = nxcloud(server, accessKey=None, **{near: key})
    assert code == 1001
    assert codes(told) == ["missing_header", "nearest_header"]
    assert key not in json.dumps(told)


@pytest.mark.parametrize(("name", "near"), [("ts", "timestamp"), ("sign", "X-Signature")])
def test_nxcloud_header_by_another_name(server: Server, name: str, near: str) -> None:
    value = NXCLOUD_RECEIPT.signature()[name]
    told = nxcloud(server, **{name: None, near: value})[1]
    assert codes(told) == ["missing_header", "nearest_header"]
    assert told["findings"][1]["header"] == near.lower()


def test_nxcloud_headers_in_any_capitals(server: Server) -> None:
    signed = NXCLOUD_RECEIPT.signature()
    code, told = nxcloud(server, accessKey=None, Accesskey=signed["accessKey"])
    assert (code, codes(told)) == (0, [])


@pytest.mark.parametrize(("name", "value"), [("bizType", "1"), ("action", "send")])
def test_nxcloud_wrong_value(server: Server, name: str, value: str) -> None:
    code, told = nxcloud(server, **{name: value})
    assert code == 1002
    assert codes(told) == ["wrong_header"]
    assert told["findings"][0]["header"] == name


def test_nxcloud_unknown_access_key(server: Server) -> None:
    code, told = nxcloud(server, accessKey="undefined")
    assert (code, codes(told)) == (1005, ["key_unknown", "placeholder"])
    assert failed(told)["name"] == "access_key"


@pytest.mark.parametrize(
    ("shift", "code"),
    [
        (lambda ms: ms - 300_000, "skew"),
        (lambda ms: ms + 3_600_000, "skew"),
        (lambda ms: ms // 1_000, "seconds"),
        (lambda ms: ms * 1_000, "microseconds"),
        (lambda ms: ms * 1_000_000, "nanoseconds"),
        (lambda ms: ms / 1_000, "seconds"),
        (lambda ms: f"{ms}.5", "wrong_header"),
        (lambda ms: "2026-11-24T15:00:00Z", "wrong_header"),
        (lambda ms: "undefined", "placeholder"),
        (lambda ms: "9" * 300, "wrong_header"),
    ],
)
def test_nxcloud_time_stamp(server: Server, shift: Any, code: str) -> None:
    ts = str(shift(int(NXCLOUD_RECEIPT.signature()["ts"])))
    answered, told = nxcloud(server, ts=ts)
    assert (answered, codes(told)) == (1004, [code])
    words = f"in {code}" if code.endswith("seconds") else {"skew": "clock is"}.get(code, "ts")
    assert words in told["findings"][0]["text"]
    assert "-" not in failed(told)["because"] or code == "wrong_header"


def test_nxcloud_skew_in_words(server: Server) -> None:
    ts = str(int(NXCLOUD_RECEIPT.signature()["ts"]) - 7_205_000)
    told = nxcloud(server, ts=ts)[1]
    assert "the client's clock is 2.0 hours behind the server's" in told["findings"][0]["text"]


@pytest.mark.parametrize("form", ["<{}>", "b'{}'", "Bearer {}", '"{}"'])
def test_a_known_key_in_a_wrapper_is_no_placeholder(server: Server, form: str) -> None:
    url = f"{server.url}{KALEYRA_RECEIPT.path}"
    headers = KALEYRA_RECEIPT.headers | {"api-key": form.format(KALEYRA_KEY)}
    requests.post(url, headers=headers, data=KALEYRA_RECEIPT.body, timeout=5)
    told = explain(server.state)
    assert codes(told) == ["key_unknown", "near_known_key"]
    assert KALEYRA_KEY not in json.dumps(told)


def test_another_field_of_the_account_is_told(server: Server) -> None:
    url = f"{server.url}{KALEYRA_RECEIPT.path}"
    headers = KALEYRA_RECEIPT.headers | {"api-key": KALEYRA_SID}
    requests.post(url, headers=headers, data=KALEYRA_RECEIPT.body, timeout=5)
    told = explain(server.state)
    assert codes(told) == ["key_unknown", "near_known_key"]
    assert "is the sid of" in told["findings"][1]["text"]


def test_an_empty_header_before_another_is_no_wrong_scheme(server: Server) -> None:
    told = call(server, KIRIM_RECEIPT, {"Authorization": f", Bearer {KIRIM_KEY}"})
    assert codes(told) == ["repeated_header"]
