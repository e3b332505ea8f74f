"""Whatever a client sends: no 500, no hang, no dead server, and no change by a call that failed."""

import contextlib
import hashlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote

import pytest
import requests

FIXTURES = Path(__file__).parents[2] / "fixtures"
JSON_TYPE = {"Content-Type": "application/json"}
FIFTY_MB = 50_000_000


class Valid(NamedTuple):
    """A call that succeeds with the packaged fixtures."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    success: int


KALEYRA_RECEIPT = {
    "messaging_object": {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "AXXXXXXXXXXXXXXXXXXX",
        "typing_indicator": {"type": "text"},
    },
    "extra_info": {"ref": "order 77", "ref1": "a", "ref2": "b", "wa_source": "zoho"},
}
NXCLOUD_RECEIPT = {
    "business_phone": "8615800001795",
    "messaging_product": "whatsapp",
    "message_id": "ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg",
    "status": "read",
}
KIRIM_RECEIPT = {
    "messaging_product": "whatsapp",
    "status": "read",
    "message_id": "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA",
    "typing_indicator": {"type": "text"},
}
D7_TOKEN = {"Authorization": "Bearer d7-mock-token-main", **JSON_TYPE}
CALLS = {
    "d7 mark_as_read": Valid(
        "POST",
        "/whatsapp/v2/read-receipt/492a17b0-9cd7-11ef-b4bf-0242ac1b0024",
        D7_TOKEN,
        {"typing": True},
        200,
    ),
    "d7 get_status": Valid(
        "GET", "/whatsapp/v2/report/f44e3f43-6d4e-4e46-becd-21993f3dcb8e", D7_TOKEN, {}, 200
    ),
    "kaleyra mark_as_read": Valid(
        "POST",
        "/v2/HXIN1690413850IN/whatsapp/+919606012124/messages",
        {"api-key": "A3b8497f58a94e84b671aca43d06c1e27", **JSON_TYPE},
        KALEYRA_RECEIPT,
        202,
    ),
    "nxcloud mark_as_read": Valid(
        "POST", "/api/wa/markMessageAsRead", JSON_TYPE, NXCLOUD_RECEIPT, 200
    ),
    "nxcloud typing_indicator": Valid(
        "POST",
        "/api/wa/typingIndicator",
        JSON_TYPE,
        NXCLOUD_RECEIPT | {"appkey": "f543ertg", "typing_indicator": {"type": "text"}},
        200,
    ),
    "kirim mark_as_read": Valid(
        "POST",
        "/v1/106540352242922/messages",
        {"Authorization": "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ", **JSON_TYPE},
        KIRIM_RECEIPT,
        200,
    ),
}
READERS = tuple(name for name in CALLS if not name.startswith("d7"))  # those that read the body
PREFIXES = {
    "/d7": "d7",
    "/kaleyra": "kaleyra",
    "/nxcloud": "nxcloud",
    "/kirim": "kirim",
}


def signed(body: bytes) -> dict[str, str]:
    ts = str(time.time_ns() // 1_000_000)
    text = f"accessKey=fme2na3kdi3ki&action=read&bizType=2&ts={ts}".encode()
    text += (b"&body=" + body if body else b"") + b"&accessSecret=abciiiko2k3"
    sign = hashlib.md5(text).hexdigest()
    return {"accessKey": "fme2na3kdi3ki", "ts": ts, "bizType": "2", "action": "read", "sign": sign}


def headers_of(name: str, body: bytes) -> dict[str, str]:
    extra = signed(body) if name.startswith("nxcloud") else {}
    return CALLS[name].headers | extra


def send(server: Any, name: str, body: bytes) -> requests.Response:
    call = CALLS[name]
    headers = headers_of(name, body)
    url = f"{server.url}{call.path}"
    return requests.request(call.method, url, data=body, headers=headers, timeout=10)


def head(name: str, body: bytes, *more: str, path: str = "", version: str = "1.1") -> bytes:
    """The head of the call as it goes over the wire, without a Content-Length."""
    call = CALLS[name]
    lines = [f"{call.method} {path or call.path} HTTP/{version}", "Host: localhost"]
    lines += [f"{key}: {value}" for key, value in headers_of(name, body).items()]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def whole(name: str, *more: str, path: str = "", version: str = "1.1") -> bytes:
    """The valid call as it goes over the wire."""
    body = json.dumps(CALLS[name].body).encode()
    length = f"Content-Length: {len(body)}"
    return head(name, body, length, *more, path=path, version=version) + body


@contextlib.contextmanager
def connected(server: Any) -> Iterator[tuple[socket.socket, BinaryIO]]:
    host, port = server.url.removeprefix("http://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as connection,
        connection.makefile("rb") as stream,
    ):
        yield connection, stream


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def read_answer(stream: BinaryIO, *, to_head: bool = False) -> Answer:
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    length = 0 if to_head else int(headers.get("Content-Length", 0))
    return Answer(status, headers, stream.read(length))


def until_closed(server: Any, data: bytes) -> bytes:
    """Send, say that nothing more comes, and read until the server ends the connection."""
    with connected(server) as (connection, stream):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return stream.read()


def raw(server: Any, data: bytes) -> Answer:
    with connected(server) as (connection, stream):
        connection.sendall(data)
        return read_answer(stream)


def messages(server: Any) -> bytes:
    """All of them as they are answered, to compare."""
    answer = requests.get(f"{server.state}/messages", timeout=10)
    assert answer.status_code == 200
    return answer.content


def assert_own_error(provider: str, status: int, content: bytes) -> None:
    """An error in the provider's own shape."""
    body = json.loads(content)
    if provider == "d7":
        detail = body.pop("detail")
        assert body == {}
        assert isinstance(detail, str) or set(detail) == {"code", "message"}
    elif provider == "kaleyra":
        assert set(body) == {"code", "message", "data", "error"}
    elif provider == "nxcloud":
        assert set(body) == {"code", "message", "data"}
        assert body["code"] != 0
    else:
        assert set(body) == {"error"}
        assert set(body["error"]) - {"param"} == {"type", "code", "message", "request_id"}
    assert status < 500
    assert status >= 400 or provider == "nxcloud"


def succeeded(name: str, answer: Any) -> bool:
    if name.startswith("nxcloud"):
        return answer.status_code == 200 and bool(answer.json()["code"] == 0)
    return bool(answer.status_code == CALLS[name].success)


def code_of(answer: requests.Response) -> tuple[int, Any]:
    body = answer.json()
    return answer.status_code, body.get("code", body.get("error", {}).get("code"))


@pytest.fixture(scope="module")
def shared_server(start_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with the first conversation of each fixture, as it is reset for every test."""
    folder = tmp_path_factory.mktemp("fixtures")
    for file in FIXTURES.glob("*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        few = content | {"conversations": content["conversations"][:1]}
        (folder / file.name).write_text(json.dumps(few), encoding="utf-8")
    return start_server("--fixtures", str(folder))


@pytest.fixture(autouse=True)
def _unharmed(server: Any) -> Iterator[None]:
    """After every test the server answers, and nothing has been raised in it."""
    logged = server.log.stat().st_size
    yield
    answer = requests.get(f"{server.url}/_mock/readyz", timeout=10)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert server.process.poll() is None
    assert "Traceback" not in server.log.read_bytes()[logged:].decode()


# Bodies


UNREADABLE = {
    "empty": b"",
    "a form": b"message_id=1&status=read",
    "truncated": b'{"messaging_product": "whatsapp", "status',
    "single quotes": b"{'status': 'read'}",
    "trailing comma": b'{"status": "read",}',
    "two values": b"{} {}",
    "unquoted key": b'{status: "read"}',
    "NaN": b'{"status": NaN}',
    "Infinity": b'{"status": Infinity}',
    "-Infinity": b'{"status": -Infinity}',
    "invalid UTF-8": b'{"status": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"status": "\xed\xa0\x80"}',
    "UTF-16": '{"status": "read"}'.encode("utf-16"),
    "NUL": b"\0",
    "10,000 opened arrays": b"[" * 10_000,
    "10,000 nested arrays": b"[" * 10_000 + b"]" * 10_000,
    "10,000 opened objects": b'{"a":' * 10_000,
    "an integer of 5,000 digits": b"1" * 5_000,
    "an array": b"[]",
    "an array of objects": b"[{}]",
    "a string": b'"read"',
    "a number": b"5",
    "null": b"null",
    "true": b"true",
}
CODE_OF_UNREADABLE = {
    "kaleyra mark_as_read": (400, "WA400"),
    "nxcloud mark_as_read": (200, 1002),
    "nxcloud typing_indicator": (200, 1002),
    "kirim mark_as_read": (400, "invalid_request"),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("name", READERS)
def test_unreadable_body_is_refused(server: Any, name: str, body: bytes) -> None:
    before = messages(server)
    answer = send(server, name, body)
    assert code_of(answer) == CODE_OF_UNREADABLE[name]
    assert_own_error(name.split()[0], answer.status_code, answer.content)
    assert messages(server) == before


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_d7_does_not_look_at_the_body(server: Any, body: bytes) -> None:
    assert send(server, "d7 mark_as_read", body).status_code == 200


def paths_of(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, inner in value.items():
        yield (*path, key), inner
        if isinstance(inner, dict):
            yield from paths_of(inner, (*path, key))


def replaced(value: Any, path: tuple[str, ...], new: Any) -> Any:
    first, *rest = path
    return value | {first: replaced(value[first], tuple(rest), new) if rest else new}


CODE_OF_WRONG = {
    "kaleyra mark_as_read": (400, "WA400"),
    "nxcloud mark_as_read": (200, 9000),
    "nxcloud typing_indicator": (200, 9000),
    "kirim mark_as_read": (400, "invalid_field_value"),
}
WRONG = [None, True, 1.5, ["read"]]
FIELDS = [
    (name, path, wrong)
    for name in READERS
    for path, right in paths_of(CALLS[name].body)
    for wrong in [*WRONG, "read" if isinstance(right, dict) else {}]
    if path[-1] != "wa_source"
]


@pytest.mark.parametrize(
    ("name", "path", "wrong"), FIELDS, ids=[f"{n} {'.'.join(p)}={w}" for n, p, w in FIELDS]
)
def test_field_of_wrong_type_is_refused(
    server: Any, name: str, path: tuple[str, ...], wrong: Any
) -> None:
    before = messages(server)
    answer = send(server, name, json.dumps(replaced(CALLS[name].body, path, wrong)).encode())
    assert code_of(answer) == CODE_OF_WRONG[name]
    assert_own_error(name.split()[0], answer.status_code, answer.content)
    assert messages(server) == before


def nested(opening: str, closing: str, levels: int) -> str:
    return opening * levels + "1" + closing * levels


STRANGE = {
    "unreadable": {
        "a lone surrogate": r'"\ud800"',
        "two surrogates the wrong way round": r'"\udc00\ud800"',
        "an integer of 5,000 digits": "9" * 5_000,
        "a negative integer of 5,000 digits": "-" + "9" * 5_000,
        "an exponent out of range": "1e400",
        "NaN": "NaN",
        "Infinity": "Infinity",
        "10,000 nested arrays": nested("[", "]", 10_000),
        "10,000 nested objects": nested('{"a":', "}", 10_000),
        "a key that is a surrogate": r'{"\ud800": "read"}',
    },
    "text": {
        "NUL": r'"\u0000"',
        "line breaks": r'"\r\n\r\n"',
        "500,000 letters": '"' + "x" * 500_000 + '"',
        "900,000 bytes of emoji": '"' + "😀" * 225_000 + '"',
    },
    "no text": {
        "-0": "-0",
        "200 nested arrays": nested("[", "]", 200),
        "300 nested objects": nested('{"a":', "}", 300),
        "990 nested arrays": nested("[", "]", 990),
        "1,000 nested arrays": nested("[", "]", 1_000),
        "1,000 nested objects": nested('{"a":', "}", 1_000),
        "50,000 keys": "{" + ",".join(f'"{place}":{place}' for place in range(50_000)) + "}",
        "100,000 nulls": "[" + ",".join(["null"] * 100_000) + "]",
        "the key __proto__": '{"__proto__": {"type": "text"}}',
        "an empty key": '{"": "read"}',
    },
}
STRANGE_IN_PLACES: list[tuple[str, tuple[str, ...], dict[str, tuple[int, Any]]]] = [
    (
        "kaleyra mark_as_read",
        ("messaging_object", "message_id"),
        {"unreadable": (400, "WA400"), "text": (202, "WA202"), "no text": (400, "WA400")},
    ),
    (
        "kaleyra mark_as_read",
        ("extra_info", "wa_source"),
        {"unreadable": (400, "WA400"), "text": (202, "WA202"), "no text": (202, "WA202")},
    ),
    (
        "nxcloud mark_as_read",
        ("message_id",),
        {"unreadable": (200, 1002), "text": (200, -1), "no text": (200, 9000)},
    ),
    (
        "nxcloud typing_indicator",
        ("typing_indicator",),
        {"unreadable": (200, 1002), "text": (200, 9000), "no text": (200, 9000)},
    ),
    (
        "kirim mark_as_read",
        ("message_id",),
        {
            "unreadable": (400, "invalid_request"),
            "text": (404, "resource_not_found"),
            "no text": (400, "invalid_field_value"),
        },
    ),
    (
        "kirim mark_as_read",
        ("something_else",),
        {"unreadable": (400, "invalid_request"), "text": (200, None), "no text": (200, None)},
    ),
]
STRANGE_CASES = [
    pytest.param(name, path, strange, codes[kind], id=f"{name} {'.'.join(path)} {what}")
    for name, path, codes in STRANGE_IN_PLACES
    for kind, values in STRANGE.items()
    for what, strange in values.items()
]


def with_strange(name: str, path: tuple[str, ...], strange: str) -> bytes:
    valid = CALLS[name].body | {"something_else": 1}
    return json.dumps(replaced(valid, path, "STRANGE")).replace('"STRANGE"', strange).encode()


@pytest.mark.parametrize(("name", "path", "strange", "expected"), STRANGE_CASES)
def test_strange_value_gets_its_answer(
    server: Any, name: str, path: tuple[str, ...], strange: str, expected: tuple[int, Any]
) -> None:
    before = messages(server)
    answer = send(server, name, with_strange(name, path, strange))
    assert code_of(answer) == expected
    if not succeeded(name, answer):
        assert_own_error(name.split()[0], answer.status_code, answer.content)
        assert messages(server) == before


@pytest.mark.parametrize("kind", STRANGE)
def test_d7_does_not_mind_strange_values(server: Any, kind: str) -> None:
    for strange in STRANGE[kind].values():
        answer = send(
            server, "d7 mark_as_read", with_strange("d7 mark_as_read", ("typing",), strange)
        )
        assert answer.status_code == 200


def test_kaleyra_accepts_any_source_however_deep(server: Any) -> None:
    deep = nested("[", "]", 990)
    body = json.dumps(replaced(KALEYRA_RECEIPT, ("extra_info", "wa_source"), "DEEP"))
    answer = send(server, "kaleyra mark_as_read", body.replace('"DEEP"', deep).encode())
    assert answer.status_code == 202


@pytest.mark.parametrize("levels", [200, 990, 1_000, 1_015])
def test_idempotency_key_is_replayed_for_a_body_however_deep(server: Any, levels: int) -> None:
    body = json.dumps(KIRIM_RECEIPT | {"further": "DEEP"}).encode()
    body = body.replace(b'"DEEP"', nested("[", "]", levels).encode())
    headers = headers_of("kirim mark_as_read", body) | {"Idempotency-Key": "deep"}
    url = f"{server.url}/v1/106540352242922/messages"
    first, again = (requests.post(url, data=body, headers=headers, timeout=10) for _ in range(2))
    assert (first.status_code, first.headers["Idempotent-Replayed"]) == (200, "false")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.content == first.content


# Size


@pytest.mark.parametrize("name", CALLS)
def test_body_of_50_mb_is_413_and_the_next_call_works(server: Any, name: str) -> None:
    before = messages(server)
    answer = send(server, name, b" " * FIFTY_MB)
    assert answer.status_code == 413
    assert_own_error(name.split()[0], 413, answer.content)
    assert messages(server) == before
    assert succeeded(name, send(server, name, json.dumps(CALLS[name].body).encode()))


def sent_until_refused(connection: socket.socket, piece: bytes) -> int:
    """How many bytes of 50 MB can be sent before the server ends the connection."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < FIFTY_MB:
            connection.sendall(piece)
            sent += len(piece)
    return sent


@pytest.mark.parametrize("name", CALLS)
def test_endless_chunks_are_413_and_most_stays_unsent(server: Any, name: str) -> None:
    before = messages(server)
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with connected(server) as (connection, stream):
        connection.sendall(head(name, b"", "Transfer-Encoding: chunked"))
        sent = sent_until_refused(connection, chunk)
        answer = read_answer(stream)
    assert answer.status == 413
    assert_own_error(name.split()[0], 413, answer.body)
    assert sent < FIFTY_MB / 2
    assert messages(server) == before


@pytest.mark.parametrize("name", CALLS)
def test_announced_50_mb_are_413_before_they_are_sent(server: Any, name: str) -> None:
    with connected(server) as (connection, stream):
        connection.sendall(head(name, b"", f"Content-Length: {FIFTY_MB}"))
        answer = read_answer(stream)
        assert answer.status == 413
        assert_own_error(name.split()[0], 413, answer.body)
        assert sent_until_refused(connection, b" " * 65_536) < FIFTY_MB / 2


def test_50_mb_at_an_unknown_path_are_refused(server: Any) -> None:
    answer = requests.post(f"{server.url}/d7/nothing", data=b" " * FIFTY_MB, timeout=10)
    assert answer.status_code == 404


def test_body_at_the_limit_is_read_and_one_byte_more_is_not(server: Any) -> None:
    body = json.dumps(KIRIM_RECEIPT).encode()
    assert send(server, "kirim mark_as_read", body.ljust(1_048_576)).status_code == 200
    assert send(server, "kirim mark_as_read", body.ljust(1_048_577)).status_code == 413


# Framing


@pytest.mark.parametrize("name", CALLS)
def test_content_length_too_short_is_no_crash(server: Any, name: str) -> None:
    body = json.dumps(CALLS[name].body).encode() + b" " * 50
    answer = until_closed(server, head(name, body, "Content-Length: 1") + body)
    assert answer.startswith(b"HTTP/1.1 ")
    assert b" 400 Bad Request" in answer
    assert b"HTTP/1.1 5" not in answer


@pytest.mark.parametrize("name", CALLS)
def test_hanging_up_before_the_announced_length_changes_nothing(server: Any, name: str) -> None:
    before = messages(server)
    body = json.dumps(CALLS[name].body).encode()
    assert until_closed(server, head(name, body, f"Content-Length: {len(body) + 9}") + body) == b""
    assert messages(server) == before


LENGTHS = {
    "negative": ["-1"],
    "signed": ["+2"],
    "empty": [""],
    "a word": ["many"],
    "hexadecimal": ["0x10"],
    "a list": ["2, 2"],
    "two different": ["2", "3"],
    "two equal": ["2", "2"],
    "5,000 digits": ["9" * 5_000],
    "beyond 64 bits": ["18446744073709551617"],
    "Arabic digits": ["٢"],
}


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_wrong_content_length_is_refused(server: Any, lengths: list[str]) -> None:
    before = messages(server)
    more = [f"Content-Length: {length}" for length in lengths]
    answer = until_closed(server, head("d7 mark_as_read", b"{}", *more) + b"{}")
    assert answer.startswith(b"HTTP/1.1 4")
    assert messages(server) == before


def test_content_length_and_chunks_together_are_refused(server: Any) -> None:
    before = messages(server)
    more = ["Content-Length: 2", "Transfer-Encoding: chunked"]
    data = head("d7 mark_as_read", b"{}", *more) + b"2\r\n{}\r\n0\r\n\r\n"
    assert until_closed(server, data).startswith(b"HTTP/1.1 4")
    assert messages(server) == before


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_chunked_body_is_put_together(server: Any, name: str, size: int) -> None:
    body = json.dumps(CALLS[name].body).encode()
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    data = head(name, body, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"
    answer = raw(server, data)
    assert answer.status == CALLS[name].success
    assert not name.startswith("nxcloud") or json.loads(answer.body)["code"] == 0


BAD_CHUNKS = {
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "a word for a size": b"many\r\n{}\r\n0\r\n\r\n",
    "a negative size": b"-2\r\n{}\r\n0\r\n\r\n",
    "a size of 1,000 digits": b"f" * 1_000 + b"\r\n{}\r\n0\r\n\r\n",
    "more than the size": b"1\r\n{}\r\n0\r\n\r\n",
    "no line end": b"2\r\n{}0\r\n\r\n",
}
UNFINISHED_CHUNKS = {
    "less than the size": b"9\r\n{}\r\n0\r\n\r\n",
    "no end": b"2\r\n{}\r\n",
    "no chunk": b"",
}


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
def test_malformed_chunks_change_nothing(server: Any, chunks: bytes) -> None:
    before = messages(server)
    data = head("d7 mark_as_read", b"{}", "Transfer-Encoding: chunked") + chunks
    assert until_closed(server, data).startswith(b"HTTP/1.1 400 ")
    assert messages(server) == before


@pytest.mark.parametrize("chunks", UNFINISHED_CHUNKS.values(), ids=UNFINISHED_CHUNKS)
def test_hanging_up_before_the_last_chunk_changes_nothing(server: Any, chunks: bytes) -> None:
    before = messages(server)
    data = head("d7 mark_as_read", b"{}", "Transfer-Encoding: chunked") + chunks
    assert until_closed(server, data) == b""
    assert messages(server) == before


def test_http_1_0_is_answered_and_the_connection_closed(server: Any) -> None:
    with connected(server) as (connection, stream):
        connection.sendall(whole("kirim mark_as_read", version="1.0"))
        assert read_answer(stream).status == 200
        assert stream.read() == b""


def test_two_calls_in_one_packet_are_answered_in_order(server: Any) -> None:
    with connected(server) as (connection, stream):
        connection.sendall(whole("kirim mark_as_read") + whole("d7 mark_as_read"))
        first, second = read_answer(stream), read_answer(stream)
    assert json.loads(first.body)["data"]["status"] == "read"
    assert json.loads(second.body) == "Message successfully marked as read"


def test_fifty_calls_in_one_packet_are_answered_in_order(server: Any) -> None:
    names = [*CALLS] * 9
    with connected(server) as (connection, stream):
        connection.sendall(b"".join(map(whole, names)))
        answers = [read_answer(stream) for _ in names]
    assert [each.status for each in answers] == [CALLS[name].success for name in names]


def test_a_slow_call_is_answered_before_the_one_behind_it(server: Any) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 100}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with connected(server) as (connection, stream):
        connection.sendall(whole("d7 mark_as_read") + whole("kirim mark_as_read"))
        first, second = read_answer(stream), read_answer(stream)
    assert json.loads(first.body) == "Message successfully marked as read"
    assert json.loads(second.body)["data"]["status"] == "read"


def test_a_bad_call_behind_a_good_one_does_not_take_its_answer(server: Any) -> None:
    answer = until_closed(server, whole("kirim mark_as_read") + b"\0\0\0 nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_one_connection_serves_many_calls(server: Any) -> None:
    names = [*CALLS] * 40
    with connected(server) as (connection, stream):
        for name in names:
            connection.sendall(whole(name))
            assert read_answer(stream).status == CALLS[name].success


def test_a_failed_call_leaves_the_connection_open(server: Any) -> None:
    with connected(server) as (connection, stream):
        for path in ("/nothing", "/d7/nothing", "/_mock/nothing"):
            connection.sendall(whole("d7 mark_as_read", path=path))
            assert read_answer(stream).status == 404
        connection.sendall(whole("d7 mark_as_read"))
        assert read_answer(stream).status == 200


HOSTS = {
    "d7 mark_as_read": "api.d7networks.com",
    "d7 get_status": "api.d7networks.com",
    "kaleyra mark_as_read": "api.in.kaleyra.io",
    "nxcloud mark_as_read": "api2.nxcloud.com",
    "nxcloud typing_indicator": "api2.nxcloud.com",
    "kirim mark_as_read": "api.kirim.chat",
}


@pytest.mark.parametrize(("name", "host"), HOSTS.items())
def test_absolute_target_works_as_through_a_proxy(server: Any, name: str, host: str) -> None:
    path = f"http://{host}{CALLS[name].path}"
    data = whole(name, path=path).replace(b"Host: localhost", f"Host: {host}".encode())
    answer = raw(server, data)
    assert answer.status == CALLS[name].success
    assert not name.startswith("nxcloud") or json.loads(answer.body)["code"] == 0


def test_expectation_of_100_is_met_and_the_call_answered(server: Any) -> None:
    body = json.dumps(KIRIM_RECEIPT).encode()
    more = ["Expect: 100-continue", f"Content-Length: {len(body)}"]
    with connected(server) as (connection, stream):
        connection.sendall(head("kirim mark_as_read", body, *more))
        assert read_answer(stream).status == 100
        connection.sendall(body)
        assert read_answer(stream).status == 200


def test_expectation_of_100_for_50_mb_is_met_with_413(server: Any) -> None:
    more = ["Expect: 100-continue", f"Content-Length: {FIFTY_MB}"]
    assert raw(server, head("kirim mark_as_read", b"", *more)).status == 413


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("name", CALLS)
def test_hanging_up_half_way_changes_nothing(server: Any, name: str, part: float) -> None:
    before = messages(server)
    data = whole(name)
    with connected(server) as (connection, _):
        connection.sendall(data[: int(len(data) * part)])
    assert messages(server) == before


def test_hanging_up_before_a_late_answer_harms_nobody(server: Any) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 50}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with connected(server) as (connection, _):
        connection.sendall(whole("d7 mark_as_read"))
    assert send(server, "d7 mark_as_read", b"").status_code == 200


GARBAGE = {
    "bytes": bytes(range(256)) * 8,
    "NULs": b"\0" * 1_000,
    "a TLS hello": bytes.fromhex("1603010200010001fc0303") + b"\x7f" * 500,
    "an SSH banner": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "JSON": b'{"status": "read"}\n',
    "no target": b"GET HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_400(server: Any, data: bytes) -> None:
    assert until_closed(server, data).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("data", [b"GET /\r\n", b"POST"])
def test_unfinished_head_is_hung_up_on(server: Any, data: bytes) -> None:
    assert until_closed(server, data) == b""


MALFORMED_REQUESTS = {
    "spaces in the target": b"GET /a b c HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nnonsense\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: value\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: localhost\r\n x\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n",
    "a bare CR in a header": b"GET / HTTP/1.1\r\nHost: a\rX-B: c\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    "a tunnel": b"CONNECT api.d7networks.com:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an absolute target without a path": b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED_REQUESTS.values(), ids=MALFORMED_REQUESTS)
def test_malformed_request_is_400(server: Any, data: bytes) -> None:
    assert raw(server, data).status == 400


ODD_REQUESTS = {
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a websocket": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "the whole server": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel to a path": b"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel to nowhere": b"CONNECT * HTTP/1.1\r\nHost: a\r\n\r\n",
    "an absolute target of another scheme": b"GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("data", ODD_REQUESTS.values(), ids=ODD_REQUESTS)
def test_odd_request_is_for_no_path(server: Any, data: bytes) -> None:
    assert raw(server, data).status == 404


H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAA"]
WISHES = {
    "HTTP/2": H2C,
    "HTTP/2 in another order": [H2C[2], H2C[1], H2C[0]],
    "a websocket": [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ],
}


def told(answer: Answer) -> tuple[int, Any]:
    """Status and body without what differs from call to call."""
    body = json.loads(answer.body)
    if isinstance(body, dict):
        body.pop("request_id", None)
    return answer.status, body


@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("name", CALLS)
def test_wish_for_another_protocol_is_ignored(server: Any, name: str, more: list[str]) -> None:
    expected = told(raw(server, whole(name)))
    assert expected[0] == CALLS[name].success
    with connected(server) as (connection, stream):
        for data in (whole(name, *more), whole(name, *more), whole(name)):
            connection.sendall(data)
            assert told(read_answer(stream)) == expected


@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("name", READERS)
def test_wish_for_another_protocol_is_ignored_when_the_body_comes_later(
    server: Any, name: str, more: list[str]
) -> None:
    expected = told(raw(server, whole(name)))
    body = json.dumps(CALLS[name].body).encode()
    with connected(server) as (connection, stream):
        connection.sendall(head(name, body, f"Content-Length: {len(body)}", *more))
        for piece in (body[:20], body[20:]):
            messages(server)  # answered once the server has read what came before
            connection.sendall(piece)
        assert told(read_answer(stream)) == expected
        connection.sendall(whole(name))
        assert told(read_answer(stream)) == expected


@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
def test_wish_for_another_protocol_is_ignored_in_a_head_in_pieces(
    server: Any, more: list[str]
) -> None:
    data = whole("kirim mark_as_read", *more)
    with connected(server) as (connection, stream):
        for start in range(0, len(data), 60):
            connection.sendall(data[start : start + 60])
            messages(server)
        assert read_answer(stream).status == 200


def test_wish_for_another_protocol_is_ignored_before_chunks_and_further_calls(server: Any) -> None:
    body = json.dumps(KIRIM_RECEIPT).encode()
    first = head("kirim mark_as_read", body, "Transfer-Encoding: chunked", *H2C)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    with connected(server) as (connection, stream):
        connection.sendall(first + chunks + whole("d7 mark_as_read", *H2C))
        assert json.loads(read_answer(stream).body)["data"]["status"] == "read"
        assert json.loads(read_answer(stream).body) == "Message successfully marked as read"


@pytest.mark.parametrize("connection", ["close, Upgrade, HTTP2-Settings", "Upgrade, close"])
def test_wish_to_close_stands_beside_the_wish_for_another_protocol(
    server: Any, connection: str
) -> None:
    more = [f"Connection: {connection}", *H2C[1:]]
    with connected(server) as (opened, stream):
        opened.sendall(whole("kirim mark_as_read", *more))
        answer = read_answer(stream)
        assert answer.status == 200
        assert answer.headers["Connection"] == "close"
        assert stream.read() == b""


def test_connection_without_a_word_is_closed_with_it(server: Any) -> None:
    assert until_closed(server, b"") == b""


# Heads


def test_repeated_authorization_counts_once(server: Any) -> None:
    more = "Authorization: Bearer d7-mock-token-main"
    assert raw(server, whole("d7 mark_as_read", more)).status == 200


D7_UNKNOWN = "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED"

# What a strange value of a header gets, and what two more of it after the right one get.
HEADERS: list[tuple[str, str, tuple[int, Any], tuple[int, Any]]] = [
    ("d7 mark_as_read", "Authorization", (401, D7_UNKNOWN), (200, None)),
    ("d7 get_status", "Host", (200, None), (200, None)),
    ("kaleyra mark_as_read", "api-key", (401, "RBC001"), (401, "RBC001")),
    ("kaleyra mark_as_read", "Content-Type", (400, "WA400"), (400, "WA400")),
    ("nxcloud mark_as_read", "accessKey", (200, 1005), (200, 1005)),
    ("nxcloud mark_as_read", "ts", (200, 1004), (200, 1004)),
    ("nxcloud mark_as_read", "sign", (200, 1003), (200, 1003)),
    ("nxcloud typing_indicator", "Content-Type", (200, 1003), (200, 1003)),
    ("kirim mark_as_read", "Authorization", (401, "invalid_api_key"), (200, None)),
    ("kirim mark_as_read", "X-Anything", (200, None), (200, None)),
]


def code_in(answer: Answer) -> tuple[int, Any]:
    body = json.loads(answer.body)
    if not isinstance(body, dict):
        return answer.status, None
    inner = body.get("detail") or body.get("error") or {}
    return answer.status, body.get("code", inner.get("code") if isinstance(inner, dict) else None)


@pytest.mark.parametrize(("name", "header", "_", "expected"), HEADERS)
def test_repeated_header_gets_its_answer(
    server: Any, name: str, header: str, _: Any, expected: tuple[int, Any]
) -> None:
    answer = raw(server, whole(name, f"{header}: other", f"{header}: another"))
    assert code_in(answer) == expected


CREDENTIAL = b"api-key: A3b8497f58a94e84b671aca43d06c1e27"
UNDERSCORED = CREDENTIAL.replace(b"-", b"_", 1)


@pytest.mark.parametrize("sent", [UNDERSCORED, b"api-key: wrong\r\n" + UNDERSCORED])
def test_header_with_an_underscore_is_another_header(server: Any, sent: bytes) -> None:
    before = messages(server)
    answer = raw(server, whole("kaleyra mark_as_read").replace(CREDENTIAL, sent))
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "RBC001")
    assert messages(server) == before


def test_header_with_an_underscore_does_no_harm_to_its_namesake(server: Any) -> None:
    assert raw(server, whole("kaleyra mark_as_read", "api_key: wrong")).status == 202


OVERSIZED = {
    "one header": [f"X-Big: {'x' * 70_000}"],
    "a thousand headers": [f"X-Big-{place}: {'x' * 70}" for place in range(1_000)],
    "one repeated header": ["X-Big: " + "x" * 700] * 100,
    "a name": ["x" * 70_000 + ": 1"],
}


@pytest.mark.parametrize("more", OVERSIZED.values(), ids=OVERSIZED)
@pytest.mark.parametrize("name", ["d7 get_status", "kirim mark_as_read"])
def test_head_over_64_kib_is_431(server: Any, name: str, more: list[str]) -> None:
    before = messages(server)
    assert raw(server, whole(name, *more)).status == 431
    assert messages(server) == before


def test_endless_header_is_431_and_most_stays_unsent(server: Any) -> None:
    with connected(server) as (connection, stream):
        connection.sendall(b"GET / HTTP/1.1\r\nX-Big: ")
        assert sent_until_refused(connection, b"x" * 65_536) < FIFTY_MB / 2
        assert read_answer(stream).status == 431


def test_head_below_64_kib_is_read(server: Any) -> None:
    assert raw(server, whole("kirim mark_as_read", f"X-Big: {'x' * 60_000}")).status == 200


STRANGE_VALUES = ["", " ", ",", "\x80\xff", "é", "x" * 9_000, "Bearer", "Bearer ,", '"', "%00"]


@pytest.mark.parametrize("value", STRANGE_VALUES)
@pytest.mark.parametrize(("name", "header", "expected", "_"), HEADERS)
def test_strange_header_value_gets_its_answer(
    server: Any, name: str, header: str, value: str, expected: tuple[int, Any], _: Any
) -> None:
    if expected[1] in (1003, 1004, 1005) and header != "Content-Type" and not value.strip():
        expected = (200, 1001)
    call = CALLS[name]
    body = json.dumps(call.body)
    headers = {key.lower(): text for key, text in headers_of(name, body.encode()).items()}
    headers |= {"host": "localhost", "content-length": str(len(body)), header.lower(): value}
    lines = [f"{call.method} {call.path} HTTP/1.1"]
    lines += [f"{key}: {text}" for key, text in headers.items()]
    answer = raw(server, "\r\n".join([*lines, "", body]).encode("latin-1"))
    assert code_in(answer) == expected


FAULT_HEADERS = [
    "",
    "=",
    "error",
    "error=",
    "error=NOTHING",
    "latency=",
    "latency=-1",
    "latency=nan",
    "latency=inf",
    "latency=1e400",
    "latency=" + "9" * 5_000,
    "\xff=\xff",
    "error=__class__",
]


@pytest.mark.parametrize("value", FAULT_HEADERS)
@pytest.mark.parametrize("name", ["d7 mark_as_read", "nxcloud typing_indicator"])
def test_wrong_fault_header_is_400_and_changes_nothing(server: Any, name: str, value: str) -> None:
    before = messages(server)
    data = whole(name).replace(b"\r\n", f"\r\nX-Mock-Fault: {value}\r\n".encode("latin-1"), 1)
    answer = raw(server, data)
    assert answer.status == 400
    assert set(json.loads(answer.body)["error"]) == {"code", "message", "hint"}
    assert messages(server) == before


# Paths and methods


STRANGE_PARTS = {
    "NUL": "%00",
    "an encoded slash": "%2F",
    "an encoded line feed": "%0A",
    "letters around an encoded line feed": "a%0Ab",
    "carriage return and line feed": "a%0D%0Ab",
    "an encoded line separator": "%E2%80%A8",
    "two dots": "..",
    "dots upwards": "../../../etc/passwd",
    "encoded dots": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "no UTF-8": "%ff%fe",
    "a surrogate": "%ED%A0%80",
    "a bare percent sign": "%",
    "half an escape": "%e",
    "no hexadecimal": "%zz",
    "an encoded percent sign": "%25",
    "a space": "%20",
    "a question mark": "%3F",
    "two slashes": "/a",
    "three slashes": "//a",
    "a slash at the end": "a/",
    "two slashes in the middle": "a//b",
    "a semicolon": "a;b=c",
    "braces": "{message_id}",
    "a placeholder": "<message_id>",
    "60,000 letters": "x" * 60_000,
    "20,000 slashes": "/" * 20_000,
    "5,000 encoded NULs": "%00" * 5_000,
}


@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
@pytest.mark.parametrize(("prefix", "provider"), PREFIXES.items())
def test_strange_path_under_a_prefix_is_the_providers_404(
    server: Any, prefix: str, provider: str, part: str
) -> None:
    data = f"GET {prefix}/{part} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    answer = raw(server, data)
    assert answer.status == 404
    assert_own_error(provider, answer.status, answer.body)


@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
def test_strange_path_at_the_root_is_a_json_404(server: Any, part: str) -> None:
    answer = raw(server, f"GET /{part} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.status == 404
    assert set(json.loads(answer.body)["error"]) >= {"code", "message", "hint"}


@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
@pytest.mark.parametrize("path", ["/_mock/{}", "/_mock/sandboxes/default/messages/{}"])
def test_strange_path_of_the_administration_is_a_json_404(
    server: Any, path: str, part: str
) -> None:
    data = f"GET {path.format(part)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    answer = raw(server, data)
    assert answer.status == 404
    assert set(json.loads(answer.body)["error"]) >= {"code", "message", "hint"}


ARGUMENTS = [
    ("d7 mark_as_read", "/d7/whatsapp/v2/read-receipt/{}"),
    ("d7 get_status", "/d7/whatsapp/v2/report/{}"),
    ("kaleyra mark_as_read", "/kaleyra/v2/{}/whatsapp/+919606012124/messages"),
    ("kaleyra mark_as_read", "/kaleyra/v2/HXIN1690413850IN/whatsapp/{}/messages"),
    ("kirim mark_as_read", "/kirim/v1/{}/messages"),
]


@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
@pytest.mark.parametrize(("name", "path"), ARGUMENTS)
def test_strange_path_argument_is_refused(server: Any, name: str, path: str, part: str) -> None:
    before = messages(server)
    answer = raw(server, whole(name, path=path.format(part)))
    # Kaleyra's account is in the path: another one is wrong credentials, a longer path is none.
    longer = "/" in unquote(part)
    unknown = 401 if name.startswith("kaleyra") and not longer else 404
    assert answer.status == unknown
    assert_own_error(name.split()[0], answer.status, answer.body)
    assert messages(server) == before


@pytest.mark.parametrize("query", ["", "a", "a=%ff", "%00", "a=b&a=b", "x" * 50_000, "%zz", "?&=;"])
@pytest.mark.parametrize("name", CALLS)
def test_query_is_of_no_account(server: Any, name: str, query: str) -> None:
    answer = raw(server, whole(name, path=f"{CALLS[name].path}?{query}"))
    assert answer.status == CALLS[name].success


def test_address_over_64_kib_is_refused(server: Any) -> None:
    answer = raw(server, f"GET /{'x' * 100_000} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.status == 431


def test_address_with_raw_bytes_is_refused(server: Any) -> None:
    answer = until_closed(server, b"GET /d7/\xff\xfe\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("name", CALLS)
def test_other_method_is_the_providers_405(server: Any, name: str, method: str) -> None:
    before = messages(server)
    provider, call = name.split()[0], CALLS[name]
    url = f"{server.url}/{provider}{call.path}"
    answer = requests.request(method, url, headers=headers_of(name, b""), timeout=10)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == call.method
    assert_own_error(provider, 405, answer.content)
    assert messages(server) == before


@pytest.mark.parametrize("name", CALLS)
def test_head_is_405_without_a_body(server: Any, name: str) -> None:
    data = whole(name).replace(CALLS[name].method.encode(), b"HEAD", 1)
    with connected(server) as (connection, stream):
        connection.sendall(data)
        assert read_answer(stream, to_head=True).status == 405
        connection.sendall(whole("kirim mark_as_read"))
        assert read_answer(stream).status == 200


@pytest.mark.parametrize("method", ["FOO", "get", "G@T", "X" * 5_000, "é"])
def test_method_that_is_none_is_refused(server: Any, method: str) -> None:
    before = messages(server)
    data = whole("d7 mark_as_read").replace(b"POST", method.encode(), 1)
    assert until_closed(server, data).startswith(b"HTTP/1.1 400 ")
    assert messages(server) == before


# Administration


DEEP = nested("[", "]", 1_000)
A_MESSAGE = '{{"provider": "d7", "from": "+971501112233", {}}}'
A_RULE = '{{"fault": {{"type": "latency", "ms": 1}}, {}}}'
BAD_MESSAGES = {
    "no JSON": "{",
    "empty": "",
    "an array": "[]",
    "null": "null",
    "no key": "{}",
    "an unknown key": A_MESSAGE.format('"extra": 1'),
    "an unknown provider": '{"provider": "acme", "from": "+971501112233"}',
    "a provider of wrong type": '{"provider": ["d7"], "from": "+971501112233"}',
    "an unknown account": A_MESSAGE.format('"account": "nobody"'),
    "an account of wrong type": A_MESSAGE.format('"account": {}'),
    "no sender": '{"provider": "d7"}',
    "a sender of letters": '{"provider": "d7", "from": "me"}',
    "a sender of wrong type": '{"provider": "d7", "from": 971501112233}',
    "a sender with a line feed": r'{"provider": "d7", "from": "+971501112233\n"}',
    "an unknown number": A_MESSAGE.format('"to": "+1"'),
    "a number without digits": A_MESSAGE.format('"to": ""'),
    "a known id": A_MESSAGE.format('"id": "492a17b0-9cd7-11ef-b4bf-0242ac1b0024"'),
    "an empty id": A_MESSAGE.format('"id": ""'),
    "an id of wrong type": A_MESSAGE.format('"id": 5'),
    "a surrogate for an id": A_MESSAGE.format(r'"id": "\ud800"'),
    "a surrogate for a text": A_MESSAGE.format(r'"text": "\ud800"'),
    "a number for a text": A_MESSAGE.format('"text": 5'),
    "an empty object for a text": A_MESSAGE.format('"text": {}'),
    "an unknown type": A_MESSAGE.format('"type": "hologram"'),
    "a type of wrong type": A_MESSAGE.format('"type": []'),
    "no content of the type": A_MESSAGE.format('"type": "image"'),
    "content of wrong type": A_MESSAGE.format('"type": "image", "image": []'),
    "content of another type": A_MESSAGE.format('"type": "image", "image": {}, "audio": {}'),
    "a wrong age": A_MESSAGE.format('"age": "yesterday"'),
    "a negative age": A_MESSAGE.format('"age": "-P1D"'),
    "an age in months": A_MESSAGE.format('"age": "P1M"'),
    "an age without end": A_MESSAGE.format(f'"age": "P{"9" * 5_000}D"'),
    "an age of 2,000 years": A_MESSAGE.format('"age": "P730000D"'),
    "a number for an age": A_MESSAGE.format('"age": 5'),
    "nested arrays for an age": A_MESSAGE.format(f'"age": {DEEP}'),
    "nested arrays for a provider": f'{{"provider": {DEEP}, "from": "+971501112233"}}',
    "NaN": A_MESSAGE.format('"age": NaN'),
}
BAD_RULES = {
    "no JSON": "{",
    "an array": "[]",
    "no fault": "{}",
    "a fault of wrong type": '{"fault": "latency"}',
    "no type": '{"fault": {}}',
    "an unknown type": '{"fault": {"type": "meteor"}}',
    "a type of wrong type": '{"fault": {"type": {}}}',
    "nested arrays for a type": f'{{"fault": {{"type": {DEEP}}}}}',
    "a surrogate for a type": r'{"fault": {"type": "\ud800"}}',
    "no milliseconds": '{"fault": {"type": "latency"}}',
    "negative milliseconds": '{"fault": {"type": "latency", "ms": -1}}',
    "endless milliseconds": '{"fault": {"type": "latency", "ms": 1e400}}',
    "milliseconds of 5,000 digits": f'{{"fault": {{"type": "latency", "ms": {"9" * 5_000}}}}}',
    "true for milliseconds": '{"fault": {"type": "latency", "ms": true}}',
    "a word for milliseconds": '{"fault": {"type": "latency", "ms": "nan"}}',
    "an unknown setting": '{"fault": {"type": "latency", "ms": 1, "extra": 1}}',
    "no error": '{"fault": {"type": "error"}}',
    "an unknown error": '{"fault": {"type": "error", "error": "NOTHING"}}',
    "another provider's error": '{"match": {"provider": "d7"}, '
    '"fault": {"type": "error", "error": "LOW_BALANCE"}}',
    "an error of wrong type": '{"fault": {"type": "error", "error": ["LOW_BALANCE"]}}',
    "an unknown key": A_RULE.format('"extra": 1'),
    "a match of wrong type": A_RULE.format('"match": []'),
    "an unknown key in match": A_RULE.format('"match": {"colour": "red"}'),
    "an unknown provider": A_RULE.format('"match": {"provider": "acme"}'),
    "a provider of wrong type": A_RULE.format('"match": {"provider": ["d7"]}'),
    "an unknown operation": A_RULE.format('"match": {"operation": "send"}'),
    "another provider's operation": A_RULE.format(
        '"match": {"provider": "kirim", "operation": "get_status"}'
    ),
    "an unknown account": A_RULE.format('"match": {"account": "nobody"}'),
    "a schedule of wrong type": A_RULE.format('"schedule": 3'),
    "an unknown key in schedule": A_RULE.format('"schedule": {"evry": 2}'),
    "a negative skip": A_RULE.format('"schedule": {"skip": -1}'),
    "half a skip": A_RULE.format('"schedule": {"skip": 0.5}'),
    "a skip of 5,000 digits": A_RULE.format(f'"schedule": {{"skip": {"9" * 5_000}}}'),
    "no times": A_RULE.format('"schedule": {"times": 0}'),
    "a probability above 1": A_RULE.format('"schedule": {"probability": 1.5}'),
    "a negative probability": A_RULE.format('"schedule": {"probability": -0.1}'),
    "a word for a probability": A_RULE.format('"schedule": {"probability": "often"}'),
    "a word for a seed": A_RULE.format('"seed": "x"'),
    "a seed of 5,000 digits": A_RULE.format(f'"seed": {"9" * 5_000}'),
    "a name of wrong type": A_RULE.format('"name": 5'),
    "nested arrays for a name": A_RULE.format(f'"name": {DEEP}'),
}


def assert_refused(answer: Any, *statuses: int) -> None:
    assert answer.status_code in statuses
    error = answer.json()["error"]
    assert set(error) >= {"code", "message", "hint"}
    assert all(error[key] for key in ("code", "message", "hint"))


@pytest.mark.parametrize("body", BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_bad_message_is_refused(server: Any, body: str) -> None:
    before = messages(server)
    answer = requests.post(f"{server.state}/messages", data=body, timeout=10)
    assert_refused(answer, 409 if body == BAD_MESSAGES["a known id"] else 400)
    assert messages(server) == before


@pytest.mark.parametrize("body", BAD_RULES.values(), ids=BAD_RULES)
def test_bad_rule_is_refused(server: Any, body: str) -> None:
    answer = requests.post(f"{server.state}/faults", data=body, timeout=10)
    assert_refused(answer, 400)
    assert requests.get(f"{server.state}/faults", timeout=10).json() == {"faults": []}


def deep_message(levels: int) -> str:
    content = nested('{"a":', "}", levels)
    return A_MESSAGE.format(f'"type": "image", "image": {content}')


@pytest.mark.parametrize("levels", [1, 31, 32])
def test_content_of_32_levels_is_kept(server: Any, levels: int) -> None:
    answer = requests.post(f"{server.state}/messages", data=deep_message(levels), timeout=10)
    assert answer.status_code == 201
    assert answer.json() in json.loads(messages(server))["messages"]


@pytest.mark.parametrize("levels", [33, 200, 300, 900, 1_000, 10_000])
def test_deeper_content_is_refused(server: Any, levels: int) -> None:
    before = messages(server)
    answer = requests.post(f"{server.state}/messages", data=deep_message(levels), timeout=10)
    assert_refused(answer, 400)
    assert messages(server) == before


BAD_REQUESTS = [
    ("GET", "/_mock", 404),
    ("GET", "/_mock/", 404),
    ("GET", "/_mock/nothing", 404),
    ("GET", "/_mock/sandboxes/nothing", 404),
    ("POST", "/_mock/sandboxes/nothing/reset", 404),
    ("GET", "/_mock/sandboxes/default/messages/nothing", 404),
    ("DELETE", "/_mock/sandboxes/default/faults/nothing", 404),
    ("GET", "/_mock/sandboxes/default/messages?colour=red", 400),
    ("GET", "/_mock/sandboxes/default/messages?provider=acme", 400),
    ("GET", "/_mock/sandboxes/default/messages?direction=up", 400),
    ("GET", "/_mock/sandboxes/default/messages?unread=maybe", 400),
    ("GET", "/_mock/sandboxes/default/messages?%ff=%ff", 400),
    ("GET", "/_mock/sandboxes/default/messages?%ED%A0%80=1", 400),
    ("GET", "/_mock/sandboxes/default/requests?limit=many", 400),
    ("GET", "/_mock/sandboxes/default/requests?limit=-1", 400),
    ("GET", "/_mock/sandboxes/default/requests?limit=" + "9" * 5_000, 400),
    ("GET", "/_mock/sandboxes/default/requests?status=ok", 400),
    ("GET", "/_mock/sandboxes/default/requests?provider=acme", 400),
    ("GET", "/_mock/sandboxes/default/requests?colour=red", 400),
    ("DELETE", "/_mock/sandboxes/default/messages", 405),
    ("PATCH", "/_mock/sandboxes/default/faults", 405),
    ("GET", "/_mock/sandboxes/default/reset", 405),
    ("POST", "/_mock/readyz", 405),
    ("PATCH", "/_mock/providers", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), BAD_REQUESTS)
def test_bad_administration_request_is_refused(
    server: Any, method: str, path: str, status: int
) -> None:
    before = messages(server)
    answer = requests.request(method, f"{server.url}{path}", timeout=10)
    assert_refused(answer, status)
    assert messages(server) == before


@pytest.mark.parametrize("path", ["messages", "faults", "reset"])
def test_50_mb_for_the_administration_are_413(server: Any, path: str) -> None:
    answer = requests.post(f"{server.state}/{path}", data=b" " * FIFTY_MB, timeout=10)
    assert_refused(answer, 413)
