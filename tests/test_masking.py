"""No credential that a client sent is seen in journal, transcript or log, wherever it stood."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
import requests

from tests.commands import run
from tests.conftest import Server, Start
from tests.nxcloud_signature import signed
from tests.sockets import raw

SECRETS = {
    "d7": "d7-mock-token-main",
    "kaleyra": "A3b8497f58a94e84b671aca43d06c1e27",
    "nxcloud": "abciiiko2k3",
    "kirim": "kdv_live_TavbPKwIuqOr69ALEKLNennZ",
}
PATHS = {
    "d7": "/d7/whatsapp/v2/read-receipt/x",
    "kaleyra": "/kaleyra/v2/HXIN1690413850IN/whatsapp/+919606012124/messages",
    "nxcloud": "/nxcloud/api/wa/markMessageAsRead",
    "kirim": "/kirim/v1/106540352242922/messages",
}


class Place(NamedTuple):
    """Where a client puts a secret: what of a request is another than usual."""

    path: str = "{usual}"
    headers: tuple[str, ...] = ()
    body: bytes | str = "{}"
    method: str = "POST"


def percent(text: str) -> str:
    return "".join(f"%{ord(each):02x}" for each in text)


def half_percent(text: str) -> str:
    return "".join(f"%{ord(each):02X}" if place % 2 else each for place, each in enumerate(text))


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in text)


def half_escaped(text: str) -> str:
    return "".join(f"\\u{ord(c):04X}" if place % 3 == 0 else c for place, c in enumerate(text))


def places(secret: str) -> dict[str, Place]:
    """75 of them, by name."""
    headers = {
        name: Place(headers=(f"{name}: {secret}",))
        for name in (
            "X-Auth", "X-JWT", "X-Session", "X-Credential", "X-Signature", "X-Debug", "Cookie",
            "X-Original", "X-Api-Key", "Api-Key", "AccessKey", "X-Access-Token", "X-Secret",
            "X-Password", "Proxy-Authorization", "User-Agent", "Accept", "Accept-Language",
            "From", "If-None-Match", "Idempotency-Key", "X-Forwarded-For", "X-Request-Id",
            "Via", "Origin", "Referer",
        )
    }  # fmt: skip
    more_headers = {
        "bearer": f"Authorization: Bearer {secret}",
        "bearer-twice": f"Authorization: Bearer {secret}, Bearer {secret}",
        "token-scheme": f"Authorization: Token {secret}",
        "no-scheme": f"Authorization: {secret}",
        "digest": f'Authorization: Digest username="{secret}"',
        "url-with-user": f"Referer: https://{secret}:x@example.org/",
        "url-with-query": f"Referer: https://example.org/?a=b&tok%65n={secret}",
        "url-encoded": f"Referer: https://example.org/?next=%2F%3Fkey%3D{percent(secret)}",
        "in-a-list": f"X-List: a, {secret}, b",
        "in-json": f'X-Json: {{"a": "{secret}"}}',
        "in-escaped-json": f'X-Json: {{"a": "{half_escaped(secret)}"}}',
        "glued": f"X-Glued: abc{secret}def",
        "cookie-pair": f"Cookie: theme=dark; sid={secret}",
        "as-a-name": f"{secret}: 1",
        "in-a-name": f"X-{secret}-X: 1",
    }
    headers |= {f"header-{name}": Place(headers=(line,)) for name, line in more_headers.items()}
    queries = {
        "token": f"token={secret}",
        "api_key": f"x=1&api_key={secret}&y=2",
        "any-name": f"q={secret}",
        "alone": secret,
        "encoded-name": f"tok%65n={secret}",
        "encoded-value": f"q={percent(secret)}",
        "half-encoded-value": f"q={half_percent(secret)}",
        "encoded-twice": f"q={percent(percent(secret))}",
        "encoded-name-and-value": f"%61pi%5Fkey={half_percent(secret)}",
        "as-a-name": f"{secret}=1",
        "json": f"filter=%7B%22a%22%3A%22{secret}%22%7D",
    }
    bodies: dict[str, bytes | str] = {
        "json-token": json.dumps({"token": secret}),
        "json-any": json.dumps({"a": secret}),
        "json-list": json.dumps(["a", secret]),
        "json-deep": json.dumps({"a": [{"b": [{"c": secret}]}]}),
        "json-name": json.dumps({secret: 1}),
        "json-text": json.dumps(secret),
        "json-escaped": f'{{"a": "{escaped(secret)}"}}',
        "json-half-escaped": f'{{"a": "{half_escaped(secret)}"}}',
        "json-in-json": json.dumps({"a": json.dumps({"b": json.dumps([secret])})}),
        "json-escaped-in-json": json.dumps({"a": f'{{"b": "{escaped(secret)}"}}'}),
        "message-id": json.dumps(
            {"messaging_product": "x", "status": "read", "message_id": secret}
        ),
        "status": json.dumps(
            {"messaging_product": "whatsapp", "status": secret, "message_id": "x"}
        ),
        "text": f"my secret is {secret}, keep it",
        "form": f"a=b&c={secret}",
        "form-named": f"client_secret={secret}&a=b",
        "form-encoded": f"c={half_percent(secret)}",
        "xml": f"<a><b>{secret}</b></a>",
        "no-utf-8": b"\xff\xfe" + secret.encode() + b"\xff",
        "at-the-cut": b"x" * (24_576 - len(secret) // 2 - 4) + secret.encode() + b"x" * 100,
    }
    return {
        **headers,
        **{f"query-{name}": Place(f"{{usual}}?{query}") for name, query in queries.items()},
        **{f"body-{name}": Place(body=body) for name, body in bodies.items()},
        "path-of-a-provider": Place(f"/kirim/v1/{secret}/messages"),
        "path-of-nobody": Place(f"/nowhere/{secret}/x"),
        "path-encoded": Place(f"/nowhere/{half_percent(secret)}"),
        "path-as-a-sandbox": Place(f"/~{secret}/kirim/v1/1/messages"),
    }


NAMES = tuple(places(SECRETS["kirim"]))


@pytest.fixture(scope="module")
def talkative(start_server: Start) -> Server:
    """A server that logs every call."""
    return start_server("--log-level", "debug")


def send(server: Server, provider: str, place: Place) -> None:
    body = place.body.encode() if isinstance(place.body, str) else place.body
    lines = [
        f"{place.method} {place.path.replace('{usual}', PATHS[provider])} HTTP/1.1",
        "Host: localhost",
        f"Content-Length: {len(body)}",
        *place.headers,
    ]
    if not any(each.lower().startswith("authorization:") for each in place.headers):
        lines.append("Authorization: Bearer nobody")
    raw(server.url, "\r\n".join([*lines, "", ""]).encode() + body)


def seen_in(text: str, secret: str) -> bool:
    """Whether somebody who reads the text can read the secret."""
    for _ in range(5):
        if secret.lower() in text.lower():
            return True
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), unquote(text))
        text = text.replace('\\"', '"').replace("\\\\", "\\")
    return False


def test_there_are_as_many_places_as_were_found() -> None:
    assert len(NAMES) == 75


@pytest.mark.sample(19)
@pytest.mark.parametrize("name", NAMES)
def test_secret_is_seen_nowhere(talkative: Server, name: str) -> None:
    logged = talkative.log.stat().st_size
    requests.post(f"{talkative.state}/reset", timeout=5).raise_for_status()
    for provider, secret in SECRETS.items():
        send(talkative, provider, places(secret)[name])
    journal = requests.get(f"{talkative.state}/requests", timeout=5)
    assert len(journal.json()["requests"]) == len(SECRETS)
    log = talkative.log.read_bytes()[logged:].decode()
    assert log.count("req_") >= len(SECRETS)
    for secret in SECRETS.values():
        assert not seen_in(journal.text, secret)
        assert not seen_in(log, secret)
        # Nor is so much left that the rest is guessed.
        assert not seen_in(journal.text, secret[: len(secret) * 2 // 3])


def test_what_is_no_secret_stays(talkative: Server) -> None:
    requests.post(f"{talkative.state}/reset", timeout=5).raise_for_status()
    body = '{"message_id": "wamid.HBgN", "note": "d7-mock-token is a prefix", "n": "%41\\u0042"}'
    send(talkative, "kaleyra", Place("{usual}?page=2&sort=asc", ("X-Trace: 1-2-3",), body))
    [entry] = requests.get(f"{talkative.state}/requests", timeout=5).json()["requests"]
    assert entry["request"]["path"] == f"{PATHS['kaleyra']}?page=2&sort=asc"
    assert entry["request"]["body"] == body
    assert entry["request"]["headers"]["x-trace"] == "1-2-3"


# Forms and signatures


FORMS = {
    "kaleyra": "A" + "0123456789abcdef" * 2,
    "kirim": "kdv_test_" + "x" * 24,
    "d7": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
}


@pytest.mark.parametrize("secret", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("text", ["{}", "a={}&b", '["{}"]', "see {}."])
def test_secret_that_nobody_knows_is_told_by_its_form(
    server: Server, secret: str, text: str
) -> None:
    send(server, "kirim", Place(body=text.replace("{}", secret)))
    send(server, "kirim", Place(headers=(f"X-Odd: {secret}",)))
    journal = requests.get(f"{server.state}/requests", timeout=5).text
    assert not seen_in(journal, secret)
    assert f"{secret[:4]}****{secret[-2:]}" in journal


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_right_signature_is_seen_nowhere(talkative: Server, algorithm: str) -> None:
    """Neither where the client sent it, nor where the reason tells what was expected."""
    logged = talkative.log.stat().st_size
    requests.post(f"{talkative.state}/reset", timeout=5).raise_for_status()
    body = b'{"business_phone": "8615800001795"}'
    headers = signed(body) | {"algorithm": algorithm}
    text = b"accessKey=%s&action=read&bizType=2&ts=%s&body=%s&accessSecret=%s" % (
        headers["accessKey"].encode(),
        headers["ts"].encode(),
        body,
        SECRETS["nxcloud"].encode(),
    )
    right = hashlib.new(algorithm, text).hexdigest()
    for sign in (right, "0" * 32):
        requests.post(
            f"{talkative.url}{PATHS['nxcloud']}?copy={right}",
            data=body,
            headers={**headers, "sign": sign, "X-Odd": right, "Content-Type": "application/json"},
            timeout=5,
        )
    journal = requests.get(f"{talkative.state}/requests", timeout=5)
    refused = journal.json()["requests"][1]
    assert refused["error"] == "INVALID_SIGNATURE"
    assert f"expected {right[:4]}****{right[-2:]}" in refused["because"]
    assert right not in journal.text
    assert right not in talkative.log.read_bytes()[logged:].decode()


def test_credentials_of_a_sandbox_that_takes_any_are_masked(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={"credentials": "any"}, timeout=5)
    document = made.json()
    base = document["providers"]["kirim"]["base_url"]
    key = "no form that anybody knows".replace(" ", "-")
    headers = {"Authorization": f"Bearer {key}", "X-Odd": key}
    requests.post(f"{base}/v1/1/messages?copy={key}", json=[key], headers=headers, timeout=5)
    journal = requests.get(f"{server.url}/_mock/sandboxes/{document['id']}/requests", timeout=5)
    assert journal.json()["requests"][0]["account"] == "main"
    assert key not in journal.text
    requests.delete(f"{server.url}/_mock/sandboxes/{document['id']}", timeout=5)


def test_transcript_is_masked_too(server: Server) -> None:
    """A fault may hold what nobody should see in a file of a CI job."""
    for secret in SECRETS.values():
        fault = {"type": "status", "status": 200, "body": {"a": [secret]}}
        requests.put(f"{server.state}/faults", json={"faults": [{"fault": fault}]}, timeout=5)
        send(server, "kirim", Place())
    transcript = requests.get(f"{server.state}/faults/transcript", timeout=5).text
    assert transcript.count("\n") == len(SECRETS)
    journal = requests.get(f"{server.state}/requests", timeout=5).text
    for secret in SECRETS.values():
        assert secret not in transcript
        assert secret not in journal


def test_basic_credentials_are_masked_as_a_whole(server: Server) -> None:
    both = base64.b64encode(f"user:{SECRETS['kirim']}".encode()).decode()
    send(server, "kirim", Place(headers=(f"Authorization: Basic {both}",)))
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["request"]["headers"]["authorization"] == f"Basic {both[:4]}****{both[-2:]}"


def test_own_fixtures_secrets_are_known_by_their_value(server: Server) -> None:
    accounts: list[dict[str, Any]] = [
        {"label": "shop", "api_key": "a secret/of no form", "numbers": [{"number": "+62811"}]}
    ]
    wish = {"id": "own-secrets", "fixtures": {"kirim": {"accounts": accounts, "conversations": []}}}
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=5)
    assert made.status_code == 201, made.text
    base = made.json()["providers"]["kirim"]["base_url"]
    requests.post(f"{base}/v1/1/messages", data="see: a secret%2Fof no form", timeout=5)
    journal = requests.get(f"{server.url}/_mock/sandboxes/own-secrets/requests", timeout=5)
    assert journal.json()["requests"][0]["request"]["body"] == "see: a se****rm"
    requests.delete(f"{server.url}/_mock/sandboxes/own-secrets", timeout=5)


def test_rules_are_printed_without_secrets_and_kept_with_them(server: Server) -> None:
    secret = SECRETS["kirim"]
    rule = {
        "match": {"header": {"authorization": f"Bearer {secret}"}, "body": {"/a": secret}},
        "fault": {"type": "status", "status": 500, "body": f"no {secret}"},
    }
    added = run("faults", "add", json.dumps(rule), "--url", server.url)
    listed = run("faults", "list", "--url", server.url)
    assert json.loads(added.stdout)["match"]["header"]["authorization"] == "Bearer kdv_****nZ"
    assert json.loads(listed.stdout) == json.loads(added.stdout)
    assert secret not in added.stdout + listed.stdout
    [kept] = requests.get(f"{server.state}/faults", timeout=5).json()["faults"]
    assert (kept["match"], kept["fault"]) == (rule["match"], rule["fault"])


def test_mask_is_asked_for_in_one_of_two_words(server: Server) -> None:
    answer = requests.get(f"{server.state}/faults?masked=yes", timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_masked")
    rule = {"fault": {"type": "reset"}}
    assert (
        requests.post(f"{server.state}/faults?mask=true", json=rule, timeout=5).status_code == 400
    )
    assert requests.get(f"{server.state}/faults", timeout=5).json() == {"faults": []}


# Where something was cut


def fill(size: int, secret: str) -> str:
    """So much that of a secret behind it all but the last two characters are before the cut."""
    return "x" * (size - len(secret) + 2)


CUT: dict[str, Callable[[str], Place]] = {
    "reason": lambda secret: Place(
        body=json.dumps(
            {
                "messaging_product": "whatsapp",
                "message_id": "x",
                "status": f"xxxx{percent(secret)}{'y' * 200}",
            }
        )
    ),
    "body": lambda secret: Place(body=fill(24_576, secret) + secret + "y" * 9),
    "encoded body": lambda secret: Place(
        body=fill(24_576, percent(secret)) + percent(secret) + "y" * 9
    ),
    "escaped body": lambda secret: Place(
        body=fill(24_573, escaped(secret)) + escaped(secret) + "y" * 9
    ),
    "body of ellipses": lambda secret: Place(
        body="... " * 20 + fill(24_496, secret) + secret + "y" * 9
    ),
    "header": lambda secret: Place(headers=(f"X-Odd: {fill(1_024, secret)}{secret}yyy",)),
    "encoded header": lambda secret: Place(
        headers=(f"X-Odd: {fill(1_024, percent(secret))}{percent(secret)}yyy",)
    ),
    "name of a header": lambda secret: Place(headers=(f"{fill(1_024, secret)}{secret}yyy: 1",)),
    "query": lambda secret: Place(
        f"{{usual}}?{fill(1_024 - len(PATHS['kirim']) - 1, percent(secret))}{percent(secret)}y"
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_what_is_left_of_a_secret_at_a_cut_is_hidden(talkative: Server, name: str) -> None:
    for secret in SECRETS.values():
        logged = talkative.log.stat().st_size
        requests.post(f"{talkative.state}/reset", timeout=5).raise_for_status()
        place = CUT[name](secret)
        headers = place.headers
        if name == "reason":
            headers = (f"Authorization: Bearer {SECRETS['kirim']}",)
        send(talkative, "kirim", place._replace(headers=headers))
        journal = requests.get(f"{talkative.state}/requests", timeout=5)
        [entry] = journal.json()["requests"]
        uncut = name == "reason" or (name == "name of a header" and "_" in secret)  # left out
        assert bool(entry["cut"]) is not uncut
        log = talkative.log.read_bytes()[logged:].decode()
        for text in (journal.text, log):
            assert not seen_in(text, secret[: len(secret) // 2])


def test_long_secret_is_hidden_at_a_cut(server: Server) -> None:
    secret = "".join(f"part-{number}-" for number in range(80))
    accounts = [{"label": "shop", "api_key": secret, "numbers": [{"number": "+62811"}]}]
    wish = {"id": "long", "fixtures": {"kirim": {"accounts": accounts, "conversations": []}}}
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=5)
    base = made.json()["providers"]["kirim"]["base_url"]
    requests.post(f"{base}/v1/1/messages", data="x" * 24_176 + secret, timeout=5)
    journal = requests.get(f"{server.url}/_mock/sandboxes/long/requests", timeout=5).text
    requests.delete(f"{server.url}/_mock/sandboxes/long", timeout=5)
    assert "x" * 24_000 in journal
    assert "part-" not in journal


def test_credential_that_is_too_long_is_refused(server: Server) -> None:
    accounts = [{"label": "shop", "api_key": "k" * 4_097, "numbers": [{"number": "+62811"}]}]
    wish = {"fixtures": {"kirim": {"accounts": accounts, "conversations": []}}}
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=5)
    assert made.status_code == 400
    assert "api_key: expected at most 4096 characters" in made.json()["error"]["message"]


def test_each_of_many_secrets_is_hidden(server: Server) -> None:
    accounts = [
        {
            "label": f"a{n}",
            "api_key": f"key-of-{n}-{n * n}",
            "numbers": [{"number": f"+{62811 + n}"}],
        }
        for n in range(150)
    ]
    wish = {"id": "many", "fixtures": {"kirim": {"accounts": accounts, "conversations": []}}}
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=5)
    assert made.status_code == 201, made.text
    base = made.json()["providers"]["kirim"]["base_url"]
    requests.post(f"{base}/v1/1/messages", data="a key-of-7-49 b key-of-149-22201", timeout=5)
    entry = requests.get(f"{server.url}/_mock/sandboxes/many/requests", timeout=5).json()
    requests.delete(f"{server.url}/_mock/sandboxes/many", timeout=5)
    assert entry["requests"][0]["request"]["body"] == "a key-****49 b key-****01"


# Signatures where the call is not what it should be


def sign_rightly(body: bytes) -> dict[str, str]:
    return {**signed(body), "Content-Type": "application/json"}


@pytest.mark.parametrize(
    "path",
    [PATHS["nxcloud"], PATHS["kirim"], "/nowhere", "/api/wa/uploadTemplateFile"],
    ids=["its own", "another provider's", "nobody's", "not emulated"],
)
@pytest.mark.parametrize("size", [10, 30_000])
@pytest.mark.parametrize("more", [0, 120])
def test_right_signature_is_hidden_however_the_call_is(
    talkative: Server, path: str, size: int, more: int
) -> None:
    logged = talkative.log.stat().st_size
    requests.post(f"{talkative.state}/reset", timeout=5).raise_for_status()
    body = json.dumps({"a": "x" * size}).encode()
    many = {f"A-{number}": "1" for number in range(more)}
    headers = sign_rightly(body)
    right = headers["sign"]
    for sign in (right, "0" * 32):
        sent = {**many, "X-Odd": right, **headers, "sign": sign}
        url = f"{talkative.url}{path}?copy={right}"
        requests.post(url, data=body, headers=sent, timeout=5)
    journal = requests.get(f"{talkative.state}/requests", timeout=5)
    assert len(journal.json()["requests"]) == 2
    assert right not in journal.text
    assert right not in talkative.log.read_bytes()[logged:].decode()


# Secrets of others


def test_administrations_token_is_seen_nowhere(start_server: Start) -> None:
    token = "the-token-of-the-administration"
    server = start_server("--log-level", "debug", MOCKSERVER_ADMIN_TOKEN=token)
    place = Place(f"{{usual}}?x={token}", (f"X-Odd: {token}",), json.dumps([token]))
    send(server, "kirim", place)
    journal = requests.get(
        f"{server.state}/requests", headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    assert len(journal.json()["requests"]) == 1
    assert token not in journal.text
    assert token not in server.log.read_text()


def test_fixtures_secrets_are_hidden_in_every_sandbox(server: Server) -> None:
    """A client that is half set up for its sandbox sends them."""
    made = requests.post(f"{server.url}/_mock/sandboxes", json={"id": "other"}, timeout=5)
    base = made.json()["providers"]["kirim"]["base_url"]
    requests.post(f"{base}/v1/1/messages", json=list(SECRETS.values()), timeout=5)
    journal = requests.get(f"{server.url}/_mock/sandboxes/other/requests", timeout=5).text
    requests.delete(f"{server.url}/_mock/sandboxes/other", timeout=5)
    assert '"request"' in journal
    assert [secret for secret in SECRETS.values() if secret in journal] == []


# Behind a name


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"password":"it\'s-my-Secret-pass"}', '{"password":"****"}'),
        ('{"password":"ab\\"cd-my-Secret"}', '{"password":"****"}'),
        ("password=it's-my-Secret&a=b", "password=****&a=b"),
        ('{"token":["one-token","two-tokens"], "a": 1}', '{"token":[****], "a": 1}'),
        ('{"api_key":123456789, "a": 1}', '{"api_key":****, "a": 1}'),
        ("{'secret': 'of Python'}", "{'secret': '****'}"),
        ('{"design":"blue","author":"Ali","signature":"Best regards"}', None),
        ("design=blue&author=Ali&assigned=me", None),
    ],
)
def test_value_behind_a_secrets_name_is_hidden(
    server: Server, body: str, shown: str | None
) -> None:
    send(server, "kirim", Place(body=body))
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["request"]["body"] == (body if shown is None else shown)


def test_headers_that_only_sound_like_secrets_stay(server: Server) -> None:
    names = ("X-Author", "X-Design", "X-Assigned-To", "Authority", "Idempotency-Key", "Traceparent")
    value = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    send(server, "kirim", Place(headers=tuple(f"{name}: {value}" for name in names)))
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert {entry["request"]["headers"][name.lower()] for name in names} == {value}


# Written in other ways


@pytest.mark.parametrize(
    ("secret", "sent"),
    [
        ("a secret of blanks", "c=a+secret+of+blanks"),
        ("clé-secrète-ñ", "c=cl%C3%A9-secr%C3%A8te-%C3%B1"),
        ("key-😀-of-smiles", '{"a": "key-\\ud83d\\ude00-of-smiles"}'),
    ],
)
def test_secret_is_known_in_every_way_to_write_it(server: Server, secret: str, sent: str) -> None:
    accounts = [{"label": "shop", "api_key": secret, "numbers": [{"number": "+62811"}]}]
    wish = {"id": "ways", "fixtures": {"kirim": {"accounts": accounts, "conversations": []}}}
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=5)
    base = made.json()["providers"]["kirim"]["base_url"]
    requests.post(f"{base}/v1/1/messages", data=sent.encode(), timeout=5)
    entry = requests.get(f"{server.url}/_mock/sandboxes/ways/requests", timeout=5).json()
    requests.delete(f"{server.url}/_mock/sandboxes/ways", timeout=5)
    assert "****" in entry["requests"][0]["request"]["body"]


def test_encoded_secret_in_the_name_of_a_header_is_hidden(server: Server) -> None:
    send(server, "kirim", Place(headers=(f"X-{half_percent(SECRETS['kaleyra'])}: 1",)))
    journal = requests.get(f"{server.state}/requests", timeout=5).text
    assert not seen_in(journal, SECRETS["kaleyra"])
