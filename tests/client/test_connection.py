"""How the server is asked: over one connection, past proxies, and with clear failures."""

import http.server
import pickle
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver.client import Mock, MockError, Refusal, Unreachable
from tests.conftest import Server, Start

OK = b"HTTP/1.1 200 OK\r\nX-Mock-Request-Id: req_1\r\nContent-Length: 16\r\n\r\n"
READY = b'{"status": "ok"}'


class Wire:
    """Answers one question on each connection with what it is told, and counts connections."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.seen: list[bytes] = []

    def serve(self, *answers: bytes) -> None:
        def run() -> None:
            for answer in answers:
                wire, _ = self.listener.accept()
                with wire:
                    self.seen.append(wire.recv(65_536))
                    wire.sendall(answer)

        threading.Thread(target=run, daemon=True).start()


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    with wire.listener:
        yield wire


def test_one_connection_is_kept(server: Server) -> None:
    class Counting(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        connections = 0

        def setup(self) -> None:
            Counting.connections += 1
            super().setup()

        def do_GET(self) -> None:
            self.wfile.write(OK + READY)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting) as other:
        threading.Thread(target=other.serve_forever, args=(0.02,)).start()
        with Mock(f"http://127.0.0.1:{other.server_port}/") as mock:
            assert all(mock.is_ready() for _ in range(5))
        other.shutdown()
    assert Counting.connections == 1


def test_several_threads_may_ask(mock: Mock) -> None:
    def live(number: int) -> str:
        with mock.sandbox(id=f"mine-{number}") as world:
            return world.customer_writes("kirim", text=str(number)).text or ""

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(live, range(40))] == [*map(str, range(40))]
    assert len(mock.sandboxes()) == 1


def test_question_is_asked_again_where_a_kept_connection_was_closed(wire: Wire) -> None:
    wire.serve(b"", OK + READY)
    assert Mock(wire.url).is_ready()
    assert len(wire.seen) == 2


def test_question_is_asked_twice_at_most(wire: Wire) -> None:
    wire.serve(b"", b"", OK + READY)
    with pytest.raises(Unreachable, match="closed connection without response"):
        Mock(wire.url).is_ready()
    assert len(wire.seen) == 2


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_proxies_are_passed_by(server: Server, name: str, monkeypatch: Any) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert Mock(server.url).is_ready()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:1", r"no server answers at http://127.0.0.1:1: .*refused"),
        ("http://nowhere.invalid", r"no server answers at http://nowhere.invalid: "),
        ("http://", "no server answers at "),
        ("nothing", "no server answers at nothing: "),
    ],
)
def test_no_server_is_told_in_a_line(url: str, told: str) -> None:
    with pytest.raises(Unreachable, match=told) as failed:
        Mock(url).sandbox()
    assert len(str(failed.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "is no mockserver"),
        (b"nothing that is HTTP\r\n\r\n", "no server answers"),
        (OK + b"short", "no server answers"),
        (OK.replace(b"200", b"500") + READY, "the server answered 500"),
    ],
    ids=["another server", "no HTTP", "cut", "no reason"],
)
def test_what_is_no_answer_is_told(wire: Wire, answer: bytes, told: str) -> None:
    wire.serve(answer)
    with pytest.raises(MockError, match=told):
        Mock(wire.url).is_ready()


def test_refusal_tells_its_parts(mock: Mock) -> None:
    with pytest.raises(Refusal) as refused:
        mock.find("nobody")
    told = refused.value
    assert (told.status, told.code, told.message) == (
        404, "sandbox_not_found", "no such sandbox: 'nobody'",
    )  # fmt: skip
    assert str(told) == f"{told.message}; {told.hint}"
    copied = pickle.loads(pickle.dumps(told))
    assert (str(copied), vars(copied)) == (str(told), vars(told))


def test_options_of_a_sandbox_are_the_servers_to_judge(mock: Mock) -> None:
    with pytest.raises(Refusal, match="sead: unknown key"):
        mock.sandbox(sead=1)


def test_token_of_the_variable_is_sent(start_server: Start, monkeypatch: Any) -> None:
    server = start_server(MOCKSERVER_ADMIN_TOKEN="s3cret-s3cret")
    with pytest.raises(Refusal, match="MOCKSERVER_ADMIN_TOKEN"):
        Mock(server.url).sandboxes()
    monkeypatch.setenv("MOCKSERVER_ADMIN_TOKEN", "s3cret-s3cret")
    assert len(Mock(server.url).sandboxes()) == 1


def test_providers_are_listed(mock: Mock) -> None:
    listed = {each["id"]: each for each in mock.providers()}
    errors = {each["name"] for each in listed["kirim"]["errors"]}
    assert "WHATSAPP_UPSTREAM_ERROR" in errors
