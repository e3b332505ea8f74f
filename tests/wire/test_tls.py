"""TLS on the port that speaks HTTP, over raw sockets."""

import json
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server, Start
from tests.sockets import connect, connected, everything, headers_of, read_answer, whole
from tests.tls import CALL, HOST, Client, Layer, connect_tls, entries, open_tunnel, read_all, trust

SUCCESS = b"HTTP/1.1 200 OK\r\n"
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def context(server: Server) -> ssl.SSLContext:
    return trust(server)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_port_speaks_https(
    server: Server, context: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    context.minimum_version = context.maximum_version = version
    for name in ("localhost", "127.0.0.1", HOST):
        with connect_tls(server, context, name) as connection:
            assert connection.version() == version.name.replace("_", ".")
            assert connection.selected_alpn_protocol() == "http/1.1"
            connection.sendall(CALL)
            assert read_all(connection).startswith(SUCCESS)


def test_links_are_for_https(server: Server, context: ssl.SSLContext) -> None:
    with connect_tls(server, context, "localhost") as connection:
        connection.sendall(b"GET /_mock/providers HTTP/1.0\r\nHost: localhost:1\r\n\r\n")
        answer = json.loads(read_all(connection).partition(b"\r\n\r\n")[2])
    assert answer["providers"][0]["base_url"].startswith("https://localhost:1/")


@pytest.mark.parametrize("version", VERSIONS)
def test_handshake_may_come_in_single_bytes(
    server: Server, context: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    context.maximum_version = version
    with connect(server.url) as connection:
        client = Client(connection, context)
        client.shake_hands(piece=1)
        client.inside.write(CALL)
        client.flush(piece=1)
        assert client.read_all().startswith(SUCCESS)


@pytest.mark.parametrize("version", VERSIONS)
def test_first_call_may_come_with_the_end_of_the_handshake(
    server: Server, context: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    context.maximum_version = version
    with open_tunnel(server) as connection:
        client = Client(connection, context)
        client.shake_hands()
        client.inside.write(whole(KIRIM_RECEIPT) * 20 + CALL)
        client.flush()
        assert client.read_all().count(SUCCESS) == 21


def test_client_hello_may_come_with_the_wish_for_a_tunnel(
    server: Server, context: ssl.SSLContext
) -> None:
    with connect(server.url) as connection:
        client = Client(connection, context)
        with pytest.raises(ssl.SSLWantReadError):
            client.inside.do_handshake()
        hello = client.take()
        connection.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: a\r\n\r\n".encode() + hello)
        stream = connection.makefile("rb", buffering=0)
        assert stream.readline().startswith(b"HTTP/1.1 200 ")
        assert stream.readline() == b"\r\n"
        client.shake_hands()
        client.inside.write(CALL)
        client.flush()
        assert client.read_all().startswith(SUCCESS)


@pytest.mark.parametrize("version", VERSIONS)
def test_client_that_ends_its_side_of_tls_gets_its_answer(
    server: Server, context: ssl.SSLContext, version: ssl.TLSVersion
) -> None:
    context.maximum_version = version
    with open_tunnel(server) as connection:
        client = Client(connection, context)
        client.shake_hands()
        client.inside.write(whole(KIRIM_RECEIPT, "X-Mock-Fault: latency=50"))
        client.end()
        assert client.read_all().startswith(SUCCESS)
        assert connection.recv(1) == b""


def test_client_that_ends_its_side_of_the_connection_gets_its_answer(
    server: Server, context: ssl.SSLContext
) -> None:
    with connect(server.url) as connection:
        client = Client(connection, context)
        client.shake_hands()
        client.inside.write(whole(KIRIM_RECEIPT, "X-Mock-Fault: latency=50"))
        client.flush()
        connection.shutdown(socket.SHUT_WR)
        assert client.read_all().startswith(SUCCESS)


def test_tls_inside_of_tls(server: Server, context: ssl.SSLContext) -> None:
    """A client may reach its proxy by https, too."""
    with connect_tls(server, context, "localhost") as outer:
        outer.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert outer.recv(1_000).startswith(b"HTTP/1.1 200 ")
        inner = Layer(outer, context)
        inner.sendall(CALL)
        assert inner.recv(65_536).startswith(SUCCESS)


def nest(server: Server, context: ssl.SSLContext, layers: int) -> bytes:
    """What answers to TLS in so many layers and a call inside of them, or to one more layer."""
    with connect(server.url) as connection:
        pipe: Any = connection
        for _ in range(layers):
            pipe = Layer(pipe, context)
        pipe.sendall(CALL)
        return bytes(pipe.recv(65_536))


def test_layers_of_tls_are_bounded(server: Server, context: ssl.SSLContext) -> None:
    assert nest(server, context, 3).startswith(SUCCESS)
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        nest(server, context, 4)
    assert "looks like TLS" in entries(server)[-1]["hint"]


def test_large_bodies_both_ways(server: Server, context: ssl.SSLContext) -> None:
    note = "x" * 900_000
    body = json.dumps({"fault": {"type": "status", "status": 200, "body": note}})
    head = (
        f"POST /_mock/sandboxes/default/faults HTTP/1.1\r\nHost: localhost\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with connect_tls(server, context, "localhost") as connection:
        connection.sendall((head + body).encode())
        answer = read_all(connection)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["fault"]["body"] == note


def test_refusal_is_seen_by_who_is_still_sending(server: Server, context: ssl.SSLContext) -> None:
    """The rest of the body comes after our side has ended, and is heard out."""
    with connect_tls(server, context) as connection:
        head = (
            f"POST {KIRIM_RECEIPT.path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5000000\r\n\r\n"
        )
        connection.sendall(head.encode() + b"x" * 5_000_000)
        assert read_all(connection).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("target", ["tunnel", "direct"])
def test_faults_of_the_wire(server: Server, context: ssl.SSLContext, target: str) -> None:
    def send(fault: str) -> tuple[bytes, str]:
        with open_tunnel(server) if target == "tunnel" else connect(server.url) as connection:
            client = Client(connection, context)
            client.shake_hands()
            client.inside.write(whole(KIRIM_RECEIPT, f"X-Mock-Fault: {fault}"))
            client.flush()
            return client.read_to_end()

    assert send("reset") == (b"", "reset")
    assert send("empty") == (b"", "ended")
    assert send("hang=20") == (b"", "ended")
    assert len(send("garbage=64")[0]) == 64
    cut, end = send("truncate=10")
    assert (len(cut.partition(b"\r\n\r\n")[2]), end) == (10, "ended")
    part, end = send("reset=40")
    assert (part[:17], len(part), end) == (SUCCESS, 40, "reset")


def refusal_of(server: Server) -> dict[str, Any]:
    """The one that the test provoked, and nothing else."""
    [entry] = entries(server)
    assert (entry["provider"], entry["sent_bytes"], entry["peer"]) == (None, 0, "127.0.0.1")
    assert entry["hint"]
    return entry


def test_client_that_does_not_trust_is_one_refusal(server: Server) -> None:
    stranger = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError), open_tunnel(server) as connection:
        stranger.wrap_socket(connection, server_hostname=HOST)
    with connect(server.url) as connection:  # the server has seen the end of the other one
        connection.sendall(b"GET /_mock/livez HTTP/1.0\r\n\r\n")
        everything(connection)
    refused = refusal_of(server)
    assert refused["because"] == "the client broke off the TLS handshake: unknown ca"
    assert refused["host"] == HOST
    assert "mockserver ca trust-help" in refused["hint"]
    assert server.log.read_text().count("unknown ca") == 1


NO_HANDSHAKE = {
    "no TLS after the first byte": b"\x16" * 100,
    "a record that is too long": b"\x16\x03\x01\xff\xff" + b"x" * 100,
    "another message": b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
    "a ClientHello that is too short": b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03",
    "a ClientHello that is too long": b"\x16\x03\x01\x3f\xff\x01\xff\xff\xff" + b"\0" * 16_400,
    "too many records": b"\x16\x03\x01\x00\x01\x01" * 17,
    "HTTP/2 at once": b"\x16PRI * HTTP/2.0\r\n\r\n",
}


@pytest.mark.parametrize("data", NO_HANDSHAKE.values(), ids=NO_HANDSHAKE)
def test_what_is_no_handshake_is_one_refusal(server: Server, data: bytes) -> None:
    with connect(server.url) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        assert SUCCESS not in everything(connection)[0]
    assert "TLS" in refusal_of(server)["because"]


def test_client_of_an_old_version_is_told(server: Server) -> None:
    """With an alert, and its reason in the journal."""
    with connect(server.url) as connection:
        hello = b"\x03\x01" + b"r" * 32 + b"\0" + b"\0\x02\xc0\x13" + b"\x01\0"
        message = b"\x01" + len(hello).to_bytes(3) + hello
        connection.sendall(b"\x16\x03\x01" + len(message).to_bytes(2) + message)
        alert, _ = everything(connection)
    assert alert[:1] == b"\x15"
    assert "unsupported protocol" in refusal_of(server)["because"]


def test_client_that_leaves_within_the_handshake_is_one_refusal(server: Server) -> None:
    with connect(server.url) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == (b"", False)
    assert "within the TLS handshake" in refusal_of(server)["because"]


def test_broken_record_ends_the_connection(server: Server, context: ssl.SSLContext) -> None:
    with connect(server.url) as connection:
        client = Client(connection, context)
        client.shake_hands()
        client.flush()
        connection.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
        with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):
            client.read_all()


def test_plain_http_is_spoken_beside(server: Server, context: ssl.SSLContext) -> None:
    with connect_tls(server, context) as secure, connected(server.url) as (plain, stream):
        secure.sendall(CALL)
        plain.sendall(CALL)
        assert read_answer(stream).status == 200
        assert read_all(secure).startswith(SUCCESS)


def test_server_ends_at_once_with_handshakes_half_done(start_server: Start) -> None:
    server = start_server()
    context = trust(server)
    with connect(server.url) as begun, connect(server.url) as done:
        begun.sendall(b"\x16\x03\x01")
        client = Client(done, context)
        client.shake_hands()
        client.flush()
        assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()


def test_signed_headers_are_as_sent(server: Server, context: ssl.SSLContext) -> None:
    """The journal shows a call through a tunnel as any other, with its own path and host."""
    with context.wrap_socket(open_tunnel(server), server_hostname=HOST) as connection:
        connection.sendall(CALL)
        read_all(connection)
    [entry] = entries(server)
    assert entry["request"]["path"] == KIRIM_RECEIPT.path
    assert entry["provider"] == KIRIM_RECEIPT.provider
    assert set(headers_of(KIRIM_RECEIPT, KIRIM_RECEIPT.full_body)) == {
        "Authorization",
        "Content-Type",
    }
    assert "authorization" in entry["request"]["headers"]


def test_requests_takes_the_certificate(server: Server, tmp_path: Path) -> None:
    pem = requests.get(f"{server.url}/_mock/ca.pem", timeout=10).content
    file = tmp_path / "ca.pem"
    file.write_bytes(pem)
    url = server.url.replace("http://", "https://")
    assert requests.get(f"{url}/_mock/livez", verify=str(file), timeout=10).status_code == 200
