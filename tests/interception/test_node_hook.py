"""The hook for a Node that takes no proxy from the environment, against a proxy of the test's."""

import json
import os
import socket
import ssl
import struct
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mockserver.interception.authority import Authority
from mockserver.interception.variables import HOOK, Trust, make_variables

HOST = "api.kirim.chat"
PROGRAM = Path(__file__).with_name("node_calls.mjs")
ABORT = struct.pack("ii", 1, 0)


class Proxy:
    """Ends tunnels to HOST itself, and refuses all others. ``heads`` are those of the tunnels."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.heads: list[str] = []
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _listen(self) -> None:
        threads = []
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                break
            threads.append(Thread(target=self._answer, args=(wire,)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _answer(self, wire: socket.socket) -> None:
        wire.settimeout(20)
        with wire:
            head = read_head(wire)
            self.heads.append(head)
            target = head.split()[1]
            if not target.startswith(f"{HOST}:"):
                wire.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
                return
            wire.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if target.endswith(":80"):
                serve(wire)
                return
            try:
                with self._context.wrap_socket(wire, server_side=True) as secured:
                    serve(secured)
            except (ssl.SSLError, ConnectionError):
                return


def read_head(wire: socket.socket) -> str:
    head = b""
    while not head.endswith(b"\r\n\r\n") and (part := wire.recv(1)):
        head += part
    return head.decode()


def serve(wire: socket.socket) -> None:
    while head := read_head(wire):
        path = head.split()[1]
        if path == "/reset":
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            return
        if path == "/hang":
            continue
        body = b"x" * 3_000_000 if path == "/long" else head.split("\r\n")[0].encode()
        length = len(body) + (path == "/cut")
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + body)
        if path == "/cut":
            return


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.open(tmp_path_factory.mktemp("ca"), [HOST])


def play(authority: Authority, proxy: Proxy, code: str | None, **more: str) -> dict[str, Any]:
    """What became of every call of the program, by its name."""
    bundle = authority.bundle_file()
    trust = Trust(bundle, bundle, "", bundle.parent)
    variables = make_variables(proxy.url, "mine", code, trust, {}) | more
    done = subprocess.run(
        ["node", PROGRAM], capture_output=True, env=os.environ | variables, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture
def proxy(authority: Authority) -> Iterator[Proxy]:
    made = Proxy(authority.context_for(HOST))
    yield made
    made.close()


@pytest.fixture(scope="module")
def played(authority: Authority) -> Iterator[tuple[Mapping[str, Any], Proxy]]:
    made = Proxy(authority.context_for(HOST))
    yield play(authority, made, "76242381"), made
    made.close()


ANSWERS = {
    "fetch": "200 GET /a HTTP/1.1",
    "fetch posts": "200 POST /a HTTP/1.1",
    "fetch long": "200 of 3000000",
    "fetch without TLS": "200 GET /a HTTP/1.1",
    "https": "200 GET /a HTTP/1.1",
    "https kept alive": "200 GET /b HTTP/1.1",
    "idle": "0 connections hold the program up",
    "http": "200 GET /a HTTP/1.1",
    "tls": "authorized",
    "this machine": "200 direct",
    "this machine by fetch": "200 direct",
    "fetch reset": "ECONNRESET",
    "https reset": "ECONNRESET",
    "fetch cut": "UND_ERR_SOCKET",
    "https cut": "ECONNRESET",
    "fetch aborted": "TimeoutError",
    "http timed out": "timeout",
    "fetch elsewhere": "ERR_PROXY_TUNNEL",
    "https elsewhere": "ERR_PROXY_TUNNEL",
    "http elsewhere": "ERR_PROXY_TUNNEL",
    "wrong name": "ERR_TLS_CERT_ALTNAME_INVALID",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_call(played: tuple[Mapping[str, Any], Proxy], name: str) -> None:
    assert played[0][name] == ANSWERS[name]


def test_every_call_is_one_of_the_list(played: tuple[Mapping[str, Any], Proxy]) -> None:
    assert played[0].keys() == ANSWERS.keys()


def test_tunnels_tell_target_and_sandbox(played: tuple[Mapping[str, Any], Proxy]) -> None:
    heads = played[1].heads
    targets = [head.split()[1] for head in heads]
    assert {*targets} == {f"{HOST}:443", f"{HOST}:80", "example.com:443", "example.com:80"}
    for head, target in zip(heads, targets, strict=True):
        lines = head.splitlines()
        assert lines[0] == f"CONNECT {target} HTTP/1.1"
        assert f"Host: {target}" in lines
        [credential] = [line for line in lines if line.startswith("Proxy-Authorization: Basic ")]
        assert b64decode(credential.split()[-1]) == b"76242381:sandbox"


def test_without_a_sandbox_nothing_is_told_of_one(authority: Authority, proxy: Proxy) -> None:
    assert play(authority, proxy, None, ONLY="https") == {"https": ANSWERS["https"]}
    assert [head for head in proxy.heads if "Proxy-Authorization" in head] == []


@pytest.mark.parametrize(("proxy", "changed"), [("", 0), ("http://127.0.0.1:9", 1)])
def test_without_a_proxy_nothing_is_changed(proxy: str, changed: int) -> None:
    script = "process.exit(Number(String(require('net').connect).includes('isElsewhere')))"
    environment = {
        "PATH": os.environ["PATH"],
        "HTTPS_PROXY": proxy,
        "NODE_OPTIONS": f"--require={HOOK}",
    }
    done = subprocess.run(["node", "-e", script], env=environment, timeout=20, check=False)
    assert done.returncode == changed
