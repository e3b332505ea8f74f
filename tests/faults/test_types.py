"""Every fault type by its real symptom: raw sockets and a real client see what it says."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, CALLS, D7, D7_REPORT, KIRIM, WAMID, ValidCall, named
from tests.conftest import STATE, Server
from tests.sockets import connect, everything, head

KIRIM_CALL = BY_PROVIDER["kirim"]


def add(server: Server, fault: dict[str, Any], **rule: Any) -> str:
    answer = requests.post(f"{server.state}/faults", json={"fault": fault, **rule}, timeout=5)
    assert answer.status_code == 201, answer.text
    rule_id: str = answer.json()["id"]
    return rule_id


def last_entry(server: Server) -> dict[str, Any]:
    entries = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"]
    entry: dict[str, Any] = entries[0]
    return entry


def is_read(server: Server) -> bool:
    message = requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json()
    return message["read_at"] is not None


def raw_call(*more: str) -> bytes:
    body = KIRIM_CALL.body
    return head(KIRIM_CALL, body, f"Content-Length: {len(body)}", *more) + body


@pytest.fixture
def wire(server: Server) -> Iterator[socket.socket]:
    with connect(server.url, timeout=5) as connection:
        yield connection


def answer_of(wire: socket.socket) -> tuple[bytes, bool]:
    wire.sendall(raw_call())
    return everything(wire)


@pytest.mark.parametrize(
    ("fault", "status", "media_type", "body"),
    [
        ({"status": 418, "body": "short and stout"}, 418, "text/plain; charset=utf-8", "short and"),
        ({"status": 503, "body": {"down": True}}, 503, "application/json", '{"down": true}'),
        ({"status": 404, "body": ""}, 404, "text/plain; charset=utf-8", ""),
    ],
)
def test_status_is_any_answer(
    server: Server, fault: dict[str, Any], status: int, media_type: str, body: str
) -> None:
    add(server, {"type": "status", "headers": {"X-Custom": "yes"}, **fault})
    answer = KIRIM_CALL.send(server.url)
    assert (answer.status_code, answer.headers["X-Custom"]) == (status, "yes")
    assert answer.headers["Content-Type"] == media_type
    assert answer.text.startswith(body)
    assert not is_read(server)


@pytest.mark.parametrize(
    ("flavour", "server_header"),
    [("nginx", "nginx"), ("cloudflare", "cloudflare"), ("alb", "awselb/2.0")],
)
@pytest.mark.parametrize("status", [502, 503, 504])
def test_gateway_is_a_page_that_json_readers_break_on(
    server: Server, flavour: str, server_header: str, status: int
) -> None:
    add(server, {"type": "gateway", "status": status, "flavour": flavour})
    answer = KIRIM_CALL.send(server.url)
    assert answer.status_code == status
    assert answer.headers["Server"] == server_header
    assert answer.headers["Content-Type"].startswith("text/html")
    assert str(status) in answer.text
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_hang_sends_nothing_until_the_client_gives_up(server: Server) -> None:
    add(server, {"type": "hang"})
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(
            f"{server.url}{KIRIM_CALL.path}", data=KIRIM_CALL.body, headers=KIRIM, timeout=0.2
        )
    assert last_entry(server)["injected"][0]["fault"] == {"type": "hang", "for_ms": None}


def test_hang_closes_after_its_time(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "hang", "for_ms": 50})
    assert answer_of(wire) == (b"", False)


def test_reset_is_a_reset_and_not_a_close(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "reset"})
    assert answer_of(wire) == (b"", True)


def test_reset_is_a_connection_error_to_a_client(server: Server) -> None:
    add(server, {"type": "reset"})
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        KIRIM_CALL.send(server.url)
    assert "ConnectionResetError" in repr(caught.value)


def test_reset_within_the_answer_comes_after_so_many_bytes(
    server: Server, wire: socket.socket
) -> None:
    add(server, {"type": "reset", "after_bytes": 40})
    received, reset = answer_of(wire)
    assert reset
    assert len(received) <= 40
    assert b"HTTP/1.1 200 OK\r\n".startswith(received[:17])


def test_empty_is_a_clean_close_without_a_byte(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "empty"})
    assert answer_of(wire) == (b"", False)


@pytest.mark.parametrize(("keep", "share"), [(0.5, 0.5), (10, None), (0, 0), (10_000, None)])
def test_truncate_tells_the_true_length_and_sends_less(
    server: Server, wire: socket.socket, keep: float, share: float | None
) -> None:
    add(server, {"type": "truncate", "keep": keep})
    received, reset = answer_of(wire)
    came, _, body = received.partition(b"\r\n\r\n")
    declared = int(came.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    expected = int(declared * share) if share is not None else min(int(keep), declared - 1)
    assert (len(body), reset) == (expected, False)


def test_truncated_answer_is_an_incomplete_read(server: Server) -> None:
    add(server, {"type": "truncate"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        KIRIM_CALL.send(server.url)


def test_garbage_is_no_http_and_always_the_same(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "garbage", "bytes": 40})
    received, reset = answer_of(wire)
    assert (len(received), reset) == (40, False)
    assert not received.startswith(b"HTTP")
    with pytest.raises(requests.exceptions.ConnectionError):
        KIRIM_CALL.send(server.url)


@pytest.mark.sample(10)
@pytest.mark.parametrize("how", ["cut", "trailing_comma", "single_quotes", "bom", "nan"])
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_malformed_json_keeps_status_and_headers(server: Server, call: ValidCall, how: str) -> None:
    natural = call.send(server.url)
    add(server, {"type": "malformed_json", "how": how})
    answer = call.send(server.url)
    assert answer.status_code == natural.status_code
    assert answer.headers["Content-Type"] == natural.headers["Content-Type"]

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    with pytest.raises(ValueError):  # noqa: PT011
        json.loads(answer.text, parse_constant=refuse)


def test_drip_sends_the_whole_answer_in_pieces(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "drip", "over_ms": 100})
    wire.sendall(raw_call())
    parts: list[bytes] = []
    while b'"request_id"' not in b"".join(parts) or not parts[-1].endswith(b"}"):
        parts.append(wire.recv(65_536))
    assert len(parts) > 5
    assert json.loads(b"".join(parts).partition(b"\r\n\r\n")[2])["data"]["status"] == "read"
    assert is_read(server)


def test_drip_by_rate_keeps_the_connection(server: Server) -> None:
    add(server, {"type": "drip", "bytes_per_second": 100_000})
    with requests.Session() as session:
        url = f"{server.url}{KIRIM_CALL.path}"
        answers = [session.post(url, data=KIRIM_CALL.body, headers=KIRIM) for _ in range(3)]
    assert [answer.json()["data"]["status"] for answer in answers] == ["read"] * 3


def test_latency_between_head_and_body(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "latency", "ms": 60, "between": "headers and body"})
    wire.sendall(raw_call())
    came = wire.recv(65_536)
    assert came.endswith(b"\r\n\r\n")
    assert b'"status":"read"' in wire.recv(65_536)


def test_outage_resets_also_what_is_at_no_path(server: Server) -> None:
    add(server, {"type": "outage"}, match={"provider": "kirim"})
    for path in (KIRIM_CALL.path, "/kirim/nowhere", "/kirim/", "/kirim"):
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.post(f"{server.url}{path}", timeout=5)
    assert BY_PROVIDER["d7"].send(server.url).status_code == 200


def test_outage_is_before_the_work_and_never_after(server: Server) -> None:
    rule = {"fault": {"type": "outage"}, "when": "after"}
    answer = requests.post(f"{server.state}/faults", json=rule, timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_rule")
    add(server, {"type": "outage"})
    with pytest.raises(requests.exceptions.ConnectionError):
        KIRIM_CALL.send(server.url)
    assert not is_read(server)
    assert last_entry(server)["committed"] is False


def test_faults_of_the_connection_leave_others_alone(server: Server, wire: socket.socket) -> None:
    wire.sendall(b"GET /_mock/livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.recv(65_536).startswith(b"HTTP/1.1 200 OK")
    add(server, {"type": "reset"}, match={"provider": "kirim"})
    with pytest.raises(requests.exceptions.ConnectionError):
        KIRIM_CALL.send(server.url)
    wire.sendall(b"GET /_mock/livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_fault_of_the_connection_strikes_on_a_kept_one(server: Server, wire: socket.socket) -> None:
    add(server, {"type": "empty"}, schedule={"skip": 1})
    wire.sendall(raw_call())
    assert b"200 OK" in wire.recv(65_536)
    assert answer_of(wire) == (b"", False)


TAKING: list[dict[str, Any]] = [
    {"type": "hang", "for_ms": 1},
    {"type": "reset"},
    {"type": "empty"},
    {"type": "truncate"},
    {"type": "garbage"},
    {"type": "malformed_json"},
    {"type": "gateway"},
    {"type": "status", "status": 500},
    {"type": "error", "error": "INTERNAL_ERROR"},
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", TAKING, ids=lambda fault: fault["type"])
def test_work_is_done_only_when_the_fault_comes_after(
    server: Server, wire: socket.socket, fault: dict[str, Any], when: str
) -> None:
    add(server, fault, when=when)
    wire.sendall(raw_call("Connection: close"))
    everything(wire)
    assert is_read(server) is (when == "after")
    entry = last_entry(server)
    assert (entry["committed"], entry["when"]) == (when == "after", when)
    assert entry["natural"]["status"] == 200
    assert '"status":"read"' in entry["natural"]["body"]


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_retry_of_a_lost_answer_is_linked_and_succeeds(server: Server, call: ValidCall) -> None:
    add(server, {"type": "reset"}, when="after", schedule={"times": 1})
    with pytest.raises(requests.exceptions.ConnectionError):
        call.send(server.url)
    lost = last_entry(server)
    assert lost["committed"]
    assert call.send(server.url).status_code == call.success
    retry = last_entry(server)
    assert (retry["retry_of"], retry["committed"]) == (lost["id"], True)


def test_retry_is_linked_for_ten_minutes(client: Any, clock: Any) -> None:
    def call() -> dict[str, Any]:
        client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM)
        entry: dict[str, Any] = client.get(f"{STATE}/requests?limit=1").json["requests"][0]
        return entry

    rule = {"fault": {"type": "status", "status": 500}, "schedule": {"times": 1}}
    assert client.post(f"{STATE}/faults", json=rule).status_code == 201
    lost = call()
    clock.advance(599_999)
    assert call()["retry_of"] == lost["id"]
    clock.advance(1)
    assert call()["retry_of"] is None


def test_rate_limit_answers_the_providers_429_and_recovers(client: Any, clock: Any) -> None:
    fault = {"type": "rate_limit", "limit": 2, "per": 60}
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201

    def call() -> Any:
        return client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM)

    assert [call().status_code for _ in range(3)] == [200, 200, 429]
    limited = call()
    assert limited.json["error"]["code"] == "rate_limit_exceeded"
    assert limited.headers["Retry-After"] == "30"
    clock.advance(29_000)
    assert call().status_code == 429
    clock.advance(1_000)
    assert [call().status_code for _ in range(2)] == [200, 429]


@pytest.mark.sample(6)
@pytest.mark.parametrize(
    ("limit", "per"), [(60, 60), (100, 60), (2, 60), (7, 10), (1_000, 0.001), (3, 0.7)]
)
@pytest.mark.parametrize("step", [1, 7, 100])
def test_rate_limit_recovers_when_its_retry_after_says(
    client: Any, clock: Any, limit: int, per: float, step: int
) -> None:
    """However often the client asks until then."""
    fault = {"type": "rate_limit", "limit": limit, "per": per}
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201

    def call() -> Any:
        return client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM)

    while (limited := call()).status_code == 200:
        pass
    wait = int(limited.headers["Retry-After"]) * 1_000
    while wait > step:
        clock.advance(step)
        wait -= step
        if step == 100 and call().status_code == 200:
            return
    clock.advance(wait)
    assert call().status_code == 200


def test_rate_limit_outlives_a_clock_that_goes_back(client: Any, clock: Any) -> None:
    fault = {"type": "rate_limit", "limit": 2, "per": 60}
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201

    def call() -> int:
        answer = client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM)
        status: int = answer.status_code
        return status

    assert call() == 200
    clock.advance(-3_600_000)
    assert [call(), call()] == [200, 429]


def test_rate_limit_by_fixed_window_opens_all_at_once(client: Any, clock: Any) -> None:
    fault = {"type": "rate_limit", "limit": 2, "per": 10, "algorithm": "fixed_window"}
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201

    def call() -> Any:
        return client.get(f"/d7{D7_REPORT.path}", headers=D7)

    assert [call().status_code for _ in range(3)] == [200, 200, 429]
    assert call().json == {"detail": "Too Many Requests"}
    clock.advance(9_000)
    assert call().headers["Retry-After"] == "1"
    clock.advance(1_000)
    assert [call().status_code for _ in range(3)] == [200, 200, 429]


def test_rate_limit_counts_each_account_for_itself(client: Any) -> None:
    fault = {"type": "rate_limit", "limit": 1, "per": 60}
    client.post(f"{STATE}/faults", json={"fault": fault, "match": {"provider": "kirim"}})
    other = {"Authorization": "Bearer kdv_live_0therOrgqOr69ALEKLNoth1x"}
    assert client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM).status_code == 200
    assert client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=other).status_code == 404
    assert client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM).status_code == 429


@pytest.mark.parametrize(
    ("latency", "low", "high"),
    [
        ({"distribution": "uniform", "min_ms": 2, "max_ms": 4}, 2, 4),
        ({"distribution": "normal", "mean_ms": 3, "sd_ms": 0.5}, 0.5, 5.5),
        ({"distribution": "lognormal", "median_ms": 3, "sigma": 0.2}, 1, 9),
    ],
)
def test_latency_is_drawn_from_its_distribution(
    client: Any, latency: dict[str, Any], low: float, high: float
) -> None:
    rule = {"fault": {"type": "latency", **latency}, "seed": 5}
    assert client.post(f"{STATE}/faults", json=rule).status_code == 201
    for _ in range(40):
        client.post(KIRIM_CALL.path, data=KIRIM_CALL.body, headers=KIRIM)
    entries = client.get(f"{STATE}/requests").json["requests"]
    drawn = [entry["injected_ms"] for entry in entries]
    assert all(low <= each <= high for each in drawn)
    assert len(set(drawn)) > 30
    assert 2.4 < sorted(drawn)[20] < 3.6
