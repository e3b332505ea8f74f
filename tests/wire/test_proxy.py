"""The server as a proxy: whose calls land here, whose go on, and who is sent away."""

import contextlib
import json
import signal
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.interception.targets import Targets
from tests.calls import CALLS, KIRIM_RECEIPT, ValidCall
from tests.commands import run
from tests.conftest import Server, Start
from tests.sockets import connect, connected, everything, raw, read_answer, until_closed, whole
from tests.tls import HOST, ask_for_tunnel, entries, open_tunnel, read_head, trust

SUCCESS = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(scope="session")
def bundle(shared_server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("trust") / "ca.pem"
    file.write_bytes(requests.get(f"{shared_server.url}/_mock/ca.pem", timeout=10).content)
    return str(file)


@contextlib.contextmanager
def listening() -> Iterator[tuple[int, Any]]:
    """The port of another server on this machine, and what takes its connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener.getsockname()[1], lambda: listener.accept()[0]


@contextlib.contextmanager
def tunnel(server: Server, host: str) -> Iterator[tuple[Any, socket.socket]]:
    """Both ends of one to another server on this machine."""
    with (
        listening() as (port, accept),
        open_tunnel(server, f"{host}:{port}") as near,
        accept() as far,
    ):
        yield near, far


# Providers' hosts


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.provider}-{call.operation}")
def test_providers_answer_by_their_own_names(
    server: Server, bundle: str, call: ValidCall, scheme: str
) -> None:
    with requests.Session() as client:
        client.trust_env = False
        client.proxies, client.verify = {"all": server.url}, bundle
        body, headers = call.full_body, call.headers
        answer = client.request(
            call.method,
            f"{scheme}://{call.host}{call.path}",
            data=body,
            headers=headers | call.signature(body, None),
            timeout=10,
        )
    assert answer.status_code == call.success
    [entry] = entries(server)
    assert (entry["provider"], entry["operation"]) == (call.provider, call.operation)
    assert entry["request"]["path"] == call.path
    assert entry["request"]["headers"]["host"] == call.host
    assert not [name for name in entry["request"]["headers"] if name.startswith("proxy-")]


def test_tunnel_at_port_80_is_plain(server: Server) -> None:
    with open_tunnel(server, f"{HOST}:80") as connection:
        connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: api.kirim.chat\r\n\r\n")
        assert read_head(connection).startswith(b"HTTP/1.1 404 ")
    assert entries(server)[0]["provider"] == KIRIM_RECEIPT.provider


def refuse(server: Server, request: bytes) -> tuple[Any, Any]:
    """The answer, and its entry in the journal."""
    answer = raw(server.url, request)
    error = json.loads(answer.body)["error"]
    assert all(error[key] for key in ("code", "message", "hint"))
    [entry] = entries(server)
    assert (entry["because"], entry["hint"]) == (error["message"], error["hint"])
    assert entry["response"]["status"] == answer.status
    return answer, entry


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("example.com:443", "example.com"),
        ("EXAMPLE.com.:443", "example.com"),
        ("api.kirim.chat.example.com:443", "api.kirim.chat.example.com"),
        ("93.184.215.14:443", "93.184.215.14"),
        ("[2001:DB8::1]:443", "2001:db8::1"),
        ("0.0.0.0:443", "0.0.0.0"),
        ("127.1:80", "127.1"),
        ("2130706433:80", "2130706433"),
        ("[::ffff:127.0.0.1]:80", "::ffff:7f00:1"),
        ("api.kirim.chat:8443", "api.kirim.chat"),
        ("api.kirim.chat:22", "api.kirim.chat"),
    ],
)
def test_other_hosts_are_refused(server: Server, target: str, host: str) -> None:
    answer, entry = refuse(server, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    assert (answer.status, answer.headers["X-Mock-Refused"], entry["host"]) == (403, host, host)
    assert entry["request"]["method"] == "CONNECT"
    lines = [line for line in server.log.read_text().splitlines() if entry["id"] in line]
    assert len(lines) == 1
    assert host in lines[0]


@pytest.mark.parametrize("target", ["http://example.com/a", "https://example.com", "HTTP://x:1/"])
def test_calls_to_other_hosts_are_refused(server: Server, target: str) -> None:
    """Though they say that they are for a provider."""
    answer, _ = refuse(server, f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/json")
    assert answer.headers["X-Mock-Refused"] in target


NO_TARGETS = (
    "example.com", "example.com:", ":443", "example.com:65536", "example.com:0", "a b:443",
    "[::1:443", "[localhost]:443", "[:::]:443", "::1:443", "a/b:443", "http://a/", "é:443",
    "a:443:443", "a:-1", "a:４４３",
)  # fmt: skip


@pytest.mark.parametrize("target", NO_TARGETS)
def test_what_is_no_target_is_refused(server: Server, target: str) -> None:
    request = f"CONNECT {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    assert raw(server.url, request).status == 400
    assert entries(server)[0]["hint"]


# This server


def test_tunnel_to_the_server_itself_is_a_direct_call(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost", "[::1]", "127.5.5.5"):
        with open_tunnel(server, f"{name}:{port}") as connection:
            connection.sendall(b"GET /_mock/livez HTTP/1.0\r\n\r\n")
            assert everything(connection)[0].startswith(SUCCESS)


def test_absolute_call_to_the_server_itself_is_a_direct_one(server: Server) -> None:
    request = f"GET {server.url}/_mock/livez HTTP/1.1\r\nHost: a\r\n\r\n"
    assert raw(server.url, request.encode()).status == 200


def test_server_is_itself_by_its_other_names(start_server: Start) -> None:
    server = start_server("--allowed-hosts", "mock.example.com", "--tls-name", "mock.test")
    for name in ("mock.example.com", "mock.test"):
        request = f"GET http://{name}/_mock/livez HTTP/1.1\r\nHost: a\r\n\r\n"
        assert raw(server.url, request.encode()).status == 200
    context = trust(server)
    with context.wrap_socket(open_tunnel(server, "mock.test:443"), server_hostname="mock.test"):
        pass


# Other servers of this machine


def test_tunnel_to_loopback_is_untouched(server: Server) -> None:
    with tunnel(server, "127.0.0.1") as (near, far):
        near.sendall(b"\x16\x00any octets\xff")
        assert far.recv(100) == b"\x16\x00any octets\xff"
        far.sendall(b"\x00back")
        assert near.recv(100) == b"\x00back"
    assert entries(server) == []


def test_sides_of_a_tunnel_end_one_by_one(server: Server) -> None:
    with tunnel(server, "localhost") as (near, far):
        near.sendall(b"all")
        near.shutdown(socket.SHUT_WR)
        assert everything(far) == (b"all", False)
        far.sendall(b"answer")
        far.shutdown(socket.SHUT_WR)
        assert everything(near) == (b"answer", False)


def test_other_side_of_a_tunnel_may_end_first(server: Server) -> None:
    with tunnel(server, "localhost") as (near, far):
        far.shutdown(socket.SHUT_WR)
        assert everything(near) == (b"", False)
        near.sendall(b"all")
        near.shutdown(socket.SHUT_WR)
        assert everything(far) == (b"all", False)


def test_reset_goes_through_a_tunnel(server: Server) -> None:
    with listening() as (port, accept), open_tunnel(server, f"127.0.0.1:{port}") as near:
        far = accept()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        far.close()
        assert everything(near) == (b"", True)


def test_what_comes_with_the_wish_goes_through_the_tunnel(server: Server) -> None:
    with listening() as (port, accept), connect(server.url) as near:
        near.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: a\r\n\r\nearly".encode())
        near.shutdown(socket.SHUT_WR)
        with accept() as far:
            assert everything(far) == (b"early", False)
        assert everything(near)[0].startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("slow", ["near", "far"])
def test_tunnel_holds_no_more_than_is_read(server: Server, slow: str) -> None:
    """Whoever sends is held up by whoever does not read; then all of it arrives."""
    with tunnel(server, "127.0.0.1") as (near, far):
        reader, writer = (near, far) if slow == "near" else (far, near)
        writer.settimeout(0.5)
        sent, piece = 0, b"x" * 1_000_000
        with contextlib.suppress(TimeoutError):
            while sent < 100_000_000:
                sent += writer.send(piece)
        assert sent < 100_000_000
        writer.shutdown(socket.SHUT_WR)
        assert len(everything(reader)[0]) == sent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.mark.parametrize("request_", ["CONNECT {} HTTP/1.1", "GET http://{}/ HTTP/1.1"])
def test_nobody_behind_a_tunnel_is_told(server: Server, request_: str) -> None:
    target = f"127.0.0.1:{free_port()}"
    answer, entry = refuse(server, f"{request_.format(target)}\r\nHost: a\r\n\r\n".encode())
    assert (answer.status, answer.headers["X-Mock-Refused"]) == (502, None)
    assert target.rpartition(":")[2] in entry["because"]


def answer_once(accept: Any, answer: bytes, came: list[bytes]) -> None:
    with accept() as far:
        while not came or not came[0].endswith(b"end"):
            came[:] = [b"".join(came) + far.recv(65_536)]
        far.sendall(answer)


FORWARDED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nanswer"


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 7\r\n\r\nthe end",
        b"Transfer-Encoding: chunked\r\n\r\n7\r\nthe end\r\n0\r\n\r\n",
    ],
    ids=["length", "chunks"],
)
def test_call_to_loopback_is_passed_on(server: Server, body: bytes) -> None:
    came: list[bytes] = []
    with listening() as (port, accept):
        other = threading.Thread(target=answer_once, args=(accept, FORWARDED, came))
        other.start()
        head = (
            f"POST http://127.0.0.1:{port}/a?b=c#d HTTP/1.1\r\nHost: b\r\nX-A: 1\r\nX-B: 2\r\n"
            "Connection: keep-alive, X-B\r\nProxy-Connection: keep-alive\r\n"
            "Proxy-Authorization: Basic ZGVmYXVsdDo=\r\nUpgrade: h2c\r\n"
        )
        with connect(server.url) as near:
            near.sendall(head.encode() + body + b"GET / HTTP/1.1\r\nHost: not for it\r\n\r\n")
            assert everything(near)[0] == FORWARDED
        other.join()
    assert came[0].decode() == (
        f"POST /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx-a: 1\r\ncontent-length: 7\r\n"
        "connection: close\r\n\r\nthe end"
    )


def test_call_by_https_is_not_passed_on(server: Server) -> None:
    answer, _ = refuse(server, b"GET https://localhost:1/ HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.status == 501


def test_body_that_is_too_large_is_not_passed_on(server: Server) -> None:
    head = f"POST http://127.0.0.1:{free_port()}/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000"
    assert raw(server.url, f"{head}\r\n\r\n".encode()).status == 413


# Hosts that a user lets through


def test_hosts_are_let_through_if_a_user_wants_it(start_server: Start) -> None:
    with listening() as (port, accept):
        server = start_server(
            "--pass", f"0.0.0.0:{port}", "--pass", "*.nowhere.invalid,nowhere.invalid:1"
        )
        with open_tunnel(server, f"0.0.0.0:{port}") as near, accept() as far:
            near.sendall(b"through")
            assert far.recv(100) == b"through"

        def ask(target: str) -> bytes:
            with connect(server.url) as connection:
                return ask_for_tunnel(connection, target)[9:12]

        assert ask(f"0.0.0.0:{port + 1}") == b"403"
        assert ask("a.nowhere.invalid:443") == b"502"
        assert ask("a..nowhere.invalid:443") == b"502"
        assert ask("nowhere.invalid:1") == b"502"
        assert ask("nowhere.invalid:443") == b"403"
        assert ask("anowhere.invalid:443") == b"403"


def test_server_is_not_reached_through_itself(start_server: Start) -> None:
    """Whoever came through it would be a client of this machine."""
    port = free_port()
    server = start_server("--pass", "0.0.0.0", "--port", str(port))
    with connect(server.url) as connection:
        assert ask_for_tunnel(connection, f"0.0.0.0:{port}").startswith(b"HTTP/1.1 502 ")
    assert "this server itself" in entries(server)[0]["because"]


NO_HOSTS = ("", "a b", "http://a", "a:", "a:65536", "*", "*.", "a.*", "*.127.0.0.1", "a,,b")


@pytest.mark.sample(3)
@pytest.mark.parametrize("host", NO_HOSTS)
def test_wrong_host_ends_the_start(host: str) -> None:
    done = run("serve", "--port", "0", "--pass", host)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--pass" in done.stderr
    assert "*.example.com" in done.stderr


def test_hosts_are_read_from_file_and_environment(start_server: Start, tmp_path: Path) -> None:
    file = tmp_path / "mockserver.toml"
    file.write_text('pass = ["nowhere.invalid"]')
    by_file = start_server("--config", str(file))
    by_variable = start_server(MOCKSERVER_PASS="b,nowhere.invalid")
    for server in (by_file, by_variable):
        with connect(server.url) as connection:
            assert b" 502 " in ask_for_tunnel(connection, "nowhere.invalid:443")


@pytest.mark.parametrize("peer", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::7"])
@pytest.mark.parametrize("target", ["localhost:5432", "127.0.0.1:80", "[::1]:80"])
def test_clients_of_other_machines_reach_no_other_server(peer: str, target: str) -> None:
    targets = Targets({HOST}, ["mock.test"], [])
    verdict = targets.judge(target, None, peer, 8080)
    assert (verdict.place, verdict.status) == ("refused", 403)
    assert targets.judge(target, None, "127.0.0.1", 8080).place == "there"
    assert targets.judge(f"{HOST}:443", None, peer, 8080).place == "here"
    assert targets.judge("mock.test:99", None, peer, 8080).place == "here"


# Whose sandbox


@pytest.fixture
def code(server: Server) -> Iterator[str]:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={"id": "tunnelled"}, timeout=10)
    made.raise_for_status()
    yield made.json()["code"]
    requests.delete(f"{server.url}/_mock/sandboxes/tunnelled", timeout=10).raise_for_status()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_user_name_is_the_sandboxes_code(
    server: Server, bundle: str, code: str, scheme: str
) -> None:
    with requests.Session() as client:
        client.trust_env = False
        client.proxies, client.verify = {"all": server.url.replace("//", f"//{code}:any@")}, bundle
        for _ in range(2):
            answer = client.get(f"{scheme}://{HOST}/nowhere", timeout=10)
            assert answer.status_code == 404
    theirs = server.url + "/_mock/sandboxes/tunnelled/requests"
    assert len(requests.get(theirs, timeout=10).json()["requests"]) == 2
    assert entries(server) == []


def test_refusal_is_in_the_users_sandbox(server: Server, code: str) -> None:
    with connect(server.url) as connection:
        assert b" 403 " in ask_for_tunnel(connection, "example.com:443", user=code)
    theirs = server.url + "/_mock/sandboxes/tunnelled/requests"
    [entry] = requests.get(theirs, timeout=10).json()["requests"]
    assert entry["host"] == "example.com"
    assert "proxy-authorization" not in entry["request"]["headers"]


@pytest.mark.parametrize(
    ("target", "status"), [("CONNECT 127.0.0.1:{}", 502), ("POST http://127.0.0.1:{}/", 413)]
)
def test_what_cannot_go_on_is_in_the_users_sandbox(
    server: Server, code: str, target: str, status: int
) -> None:
    user = b64encode(f"{code}:any".encode()).decode()
    length = "" if status == 502 else "\r\nContent-Length: 2000000"
    head = f"{target.format(free_port())} HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic {user}"
    assert raw(server.url, f"{head}{length}\r\n\r\n".encode()).status == status
    theirs = server.url + "/_mock/sandboxes/tunnelled/requests"
    [entry] = requests.get(theirs, timeout=10).json()["requests"]
    assert (entry["response"]["status"], entry["unattributed"]) == (status, None)
    assert entries(server) == []


def test_what_is_no_call_in_a_tunnel_is_in_its_sandbox(server: Server, code: str) -> None:
    with open_tunnel(server, f"{HOST}:80", user=code) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert b"no Host header" in everything(connection)[0]
    theirs = server.url + "/_mock/sandboxes/tunnelled/requests"
    [entry] = requests.get(theirs, timeout=10).json()["requests"]
    assert entry["because"] == "the request has no Host header"
    assert entries(server) == []


@pytest.mark.parametrize("user", ["default", ""])
def test_user_name_may_name_no_sandbox(server: Server, user: str) -> None:
    with open_tunnel(server, f"{HOST}:80", user=user) as connection:
        connection.sendall(b"GET /nowhere HTTP/1.0\r\nHost: api.kirim.chat\r\n\r\n")
        assert everything(connection)[0].startswith(b"HTTP/1.1 404 ")
    assert len(entries(server)) == 1


def test_code_of_no_sandbox_is_told_to_each_call(server: Server) -> None:
    with open_tunnel(server, f"{HOST}:80", user="00000000") as connection:
        connection.sendall(b"GET /nowhere HTTP/1.0\r\nHost: api.kirim.chat\r\n\r\n")
        assert b"sandbox_not_found" in everything(connection)[0]


TWO = "Basic MTIzNDU2Nzg6\r\nProxy-Authorization: Basic MTIzNDU2Nzg6"


@pytest.mark.parametrize(
    "value",
    [
        "Basic Ym9iOg==",
        "Basic MTIzNDU2Nw==",
        "Basic !",
        "Basic",
        "Bearer MTIzNDU2Nzg6",
        "",
        TWO,
    ],
)
def test_user_name_that_is_no_code_is_refused(server: Server, value: str) -> None:
    request = f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: {value}\r\n\r\n"
    answer = raw(server.url, request.encode())
    assert answer.status == 400
    assert b"/_mock/sandboxes" in answer.body
    assert "Proxy-Authenticate" not in answer.headers
    assert "Ym9i" not in json.dumps(entries(server))


# How it ends


def test_tunnels_end_with_the_server(start_server: Start) -> None:
    server = start_server()
    with tunnel(server, "127.0.0.1") as (near, far):
        assert server.stop(signal.SIGTERM) == 0
        assert everything(far)[0] == b""
        assert everything(near)[0] == b""
    assert "Traceback" not in server.log.read_text()


def test_tunnel_of_http_1_0_needs_no_host(server: Server) -> None:
    """Python's own client asks so."""
    with connected(server.url) as (connection, stream):
        connection.sendall(f"CONNECT {HOST}:80 HTTP/1.0\r\n\r\n".encode())
        assert stream.readline().startswith(b"HTTP/1.1 200 ")


def test_calls_before_a_tunnel_are_answered_first(server: Server) -> None:
    first = b"GET /_mock/livez HTTP/1.1\r\nHost: a\r\nX-Mock-Fault: latency=20\r\n\r\n"
    with connected(server.url) as (connection, stream):
        connection.sendall(
            first * 3
            + f"CONNECT {HOST}:80 HTTP/1.1\r\nHost: a\r\n\r\n".encode()
            + b"GET /nowhere HTTP/1.1\r\nHost: api.kirim.chat\r\n\r\n"
        )
        assert [read_answer(stream).status for _ in range(3)] == [200, 200, 200]
        assert stream.readline().startswith(b"HTTP/1.1 200 Connection")
        assert stream.readline() == b"\r\n"
        assert read_answer(stream).status == 404


def test_tunnels_in_tunnels_end_well(server: Server) -> None:
    """All in one write, and the client has ended its side by then."""
    port = server.url.rpartition(":")[2]
    wish = f"CONNECT localhost:{port} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    last = b"GET /_mock/livez HTTP/1.0\r\n\r\n"
    came = until_closed(server.url, wish * 3_000 + last)
    assert came.count(b"HTTP/1.1 200 Connection") == 3_000
    assert came.count(SUCCESS) == 1


def test_tunnel_after_a_late_answer_to_a_client_that_has_ended_its_side(server: Server) -> None:
    late = whole(KIRIM_RECEIPT, "X-Mock-Fault: latency=20")
    with listening() as (port, accept), connect(server.url) as near:
        near.sendall(late + f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: a\r\n\r\nall".encode())
        near.shutdown(socket.SHUT_WR)
        with accept() as far:
            assert everything(far) == (b"all", False)
            far.sendall(b"answer")
        assert everything(near)[0].endswith(b"\r\n\r\nanswer")


def test_star_is_for_the_server(server: Server) -> None:
    assert until_closed(server.url, b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "framing", ["Content-Length: 0", "Content-Length: 5", "Transfer-Encoding: chunked"]
)
def test_tunnel_has_no_body_whatever_its_wish_says(server: Server, framing: str) -> None:
    wish = f"CONNECT {HOST}:80 HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n".encode()
    came = until_closed(server.url, wish + b"GET /nowhere HTTP/1.0\r\nHost: api.kirim.chat\r\n\r\n")
    assert came.startswith(b"HTTP/1.1 200 Connection")
    assert b"HTTP/1.1 404 " in came
