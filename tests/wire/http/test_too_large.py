"""A body that is too large: the client comes to see the 413, though it is still sending."""

import contextlib
import shutil
import socket
import subprocess
import sys

import pytest

from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connected, head, read_answer

SENT = 7_000_000  # over the limit of 1 MiB, and below what is drained

HTTP_CLIENT = """
import http.client, sys
connection = http.client.HTTPConnection(sys.argv[1], timeout=20)
connection.request("POST", sys.argv[2], body=bytes(7_000_000))
print(connection.getresponse().status)
"""
IN_CHUNKS = """
import http.client, sys
connection = http.client.HTTPConnection(sys.argv[1], timeout=20)
chunks = (bytes(70_000) for _ in range(100))
connection.request("POST", sys.argv[2], body=chunks, encode_chunked=True)
print(connection.getresponse().status)
"""
URLLIB = """
import sys, urllib.error, urllib.request
try:
    urllib.request.urlopen(f"http://{sys.argv[1]}{sys.argv[2]}", bytes(7_000_000), timeout=20)
except urllib.error.HTTPError as error:
    print(error.code)
"""
REQUESTS = """
import sys, requests
url = f"http://{sys.argv[1]}{sys.argv[2]}"
print(requests.post(url, data=bytes(7_000_000), timeout=20).status_code)
"""
PYTHON = {
    "http.client": HTTP_CLIENT,
    "http.client in chunks": IN_CHUNKS,
    "urllib": URLLIB,
    "requests": REQUESTS,
}
FETCH = """
const [host, path] = process.argv.slice(1);
fetch(`http://${host}${path}`, {method: "POST", body: Buffer.alloc(7000000)})
  .then((answer) => console.log(answer.status));
"""
FETCH_IN_CHUNKS = """
const [host, path] = process.argv.slice(1);
let left = 100;
const body = new ReadableStream({
  pull(stream) {
    if (left-- > 0) stream.enqueue(new Uint8Array(70000));
    else stream.close();
  },
});
fetch(`http://${host}${path}`, {method: "POST", body, duplex: "half"})
  .then((answer) => console.log(answer.status));
"""


def run_program(server: Server, *command: str) -> str:
    host = server.url.removeprefix("http://")
    done = subprocess.run(
        [*command, host, KIRIM_RECEIPT.path],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.sample(2)
@pytest.mark.parametrize("program", PYTHON.values(), ids=PYTHON)
def test_413_is_seen_by_python(server: Server, program: str) -> None:
    assert run_program(server, sys.executable, "-c", program) == "413"


@pytest.mark.sample(1)
@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
@pytest.mark.parametrize("program", [FETCH, FETCH_IN_CHUNKS], ids=["at once", "in chunks"])
def test_413_is_seen_by_nodes_fetch(server: Server, program: str) -> None:
    assert run_program(server, "node", "-e", program) == "413"


LENGTHS = {
    "announced": f"Content-Length: {SENT}",
    "announced far beyond": "Content-Length: 99999999999",
    "in chunks": "Transfer-Encoding: chunked",
}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_413_says_that_the_connection_ends(server: Server, length: str) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(head(KIRIM_RECEIPT, b"", length))
        if "chunked" in length:
            connection.sendall(b"%x\r\n" % SENT + bytes(SENT))
        answer = read_answer(stream)
        assert answer.status == 413
        assert answer.headers["Connection"] == "close"
        assert stream.read() == b""


def test_413_is_there_before_the_body(server: Server) -> None:
    """Whoever looks before sending is told at once."""
    with connected(server.url) as (connection, stream):
        connection.sendall(head(KIRIM_RECEIPT, b"", f"Content-Length: {SENT}"))
        assert read_answer(stream).status == 413
        connection.sendall(bytes(SENT))  # which is drained: no reset has come
        assert stream.read() == b""


def test_call_behind_a_413_is_not_answered(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(head(KIRIM_RECEIPT, b"", f"Content-Length: {SENT}"))
        assert read_answer(stream).status == 413
        connection.sendall(bytes(SENT) + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert stream.read() == b""


def test_client_that_never_stops_is_cut_after_8_mib(server: Server) -> None:
    sent = 0
    with connected(server.url) as (connection, stream):
        connection.sendall(head(KIRIM_RECEIPT, b"", "Content-Length: 99999999999"))
        assert read_answer(stream).status == 413
        with contextlib.suppress(ConnectionError):
            while sent < 100_000_000:
                sent += connection.send(bytes(65_536))
    assert sent < 50_000_000  # 8 MiB, and what the buffers on the way hold


def test_client_that_stops_half_way_is_let_go(impatient: Server) -> None:
    """And one that trickles is cut once it has had its time."""
    with connected(impatient.url) as (connection, stream):
        connection.sendall(head(KIRIM_RECEIPT, b"", f"Content-Length: {SENT}"))
        assert read_answer(stream).status == 413
        with pytest.raises(ConnectionError):
            trickle(connection)


def trickle(connection: socket.socket) -> None:
    for _ in range(SENT):
        connection.sendall(b"x")
