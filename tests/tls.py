"""Speaking TLS to a server, and through it as a proxy, with as much in hand as a test wants."""

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import requests

from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connect, whole

HOST = KIRIM_RECEIPT.host
CALL = whole(KIRIM_RECEIPT, "Connection: close")
"""A call, after whose answer the connection ends."""


def trust(server: Server) -> ssl.SSLContext:
    """What a client has that trusts the server's authority, and no other."""
    pem = requests.get(f"{server.url}/_mock/ca.pem", timeout=10).text
    context = ssl.create_default_context(cadata=pem)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def connect_tls(server: Server, context: ssl.SSLContext, name: str = HOST) -> ssl.SSLSocket:
    """TLS without a tunnel, with the server that calls itself so."""
    return context.wrap_socket(connect(server.url), server_hostname=name)


def read_head(connection: socket.socket) -> bytes:
    """Byte by byte: what follows is not for who reads the head."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    return head


def ask_for_tunnel(connection: socket.socket, target: str, user: str | None = None) -> bytes:
    """The head of the answer."""
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if user is not None:
        lines.append(f"Proxy-Authorization: Basic {b64encode(f'{user}:'.encode()).decode()}")
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return read_head(connection)


def open_tunnel(server: Server, target: str = f"{HOST}:443", user: str | None = None) -> Any:
    connection = connect(server.url)
    head = ask_for_tunnel(connection, target, user)
    assert head.startswith(b"HTTP/1.1 200 "), head
    return connection


def read_all(connection: socket.socket) -> bytes:
    """Until the server ends its side, which it has to do as TLS wants it."""
    received = []
    while part := connection.recv(65_536):
        received.append(part)
    return b"".join(received)


def entries(server: Server) -> list[dict[str, Any]]:
    """What stands in the journal, newest last."""
    found: list[dict[str, Any]] = requests.get(f"{server.state}/requests", timeout=10).json()[
        "requests"
    ]
    return found


class Client:
    """TLS in memory, over a connection that takes just what it is given."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, name: str = HOST):
        self.connection = connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.inside = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    def shake_hands(self, piece: int = 65_536) -> None:
        """Send so many bytes at a time, but leave what is said last for later."""
        while True:
            try:
                self.inside.do_handshake()
                return
            except ssl.SSLWantReadError:
                self.flush(piece)
                self._incoming.write(self.connection.recv(65_536))

    def flush(self, piece: int = 65_536) -> None:
        data = self._outgoing.read()
        for begin in range(0, len(data), piece):
            self.connection.sendall(data[begin : begin + piece])

    def take(self) -> bytes:
        """What is to be sent, for a test that sends it otherwise."""
        return self._outgoing.read()

    def end(self) -> None:
        """Say that nothing more comes, and send that with what is still to be sent."""
        try:
            self.inside.unwrap()
        except ssl.SSLWantReadError:
            self.flush()

    def read_all(self) -> bytes:
        """Until the server says that nothing more comes."""
        received, end = self.read_to_end()
        assert end == "ended"
        return received

    def read_to_end(self) -> tuple[bytes, str]:
        """All that comes, and how that ends: as TLS has it ``ended``, or ``closed``, or ``reset``.

        Python's own sockets tell an end in place of a reset.
        """
        received = b""
        while True:
            try:
                part = self.inside.read(65_536)
                received += part
                if not part:
                    return received, "ended"
            except ssl.SSLZeroReturnError:
                return received, "ended"
            except ssl.SSLWantReadError:
                try:
                    came = self.connection.recv(65_536)
                except ConnectionResetError:
                    return received, "reset"
                if not came:
                    return received, "closed"
                self._incoming.write(came)


class Layer:
    """TLS through anything that sends and receives as a socket does."""

    def __init__(self, below: Any, context: ssl.SSLContext) -> None:
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inside = context.wrap_bio(self._incoming, self._outgoing, server_hostname=HOST)
        self._repeat(self._inside.do_handshake)

    def sendall(self, data: bytes) -> None:
        self._inside.write(data)
        self._below.sendall(self._outgoing.read())

    def recv(self, size: int) -> bytes:
        return bytes(self._repeat(lambda: self._inside.read(size)))

    def _repeat(self, work: Callable[[], Any]) -> Any:
        while True:
            try:
                done = work()
            except ssl.SSLWantReadError:
                self._below.sendall(self._outgoing.read())
                self._incoming.write(self._below.recv(65_536))
            else:
                self._below.sendall(self._outgoing.read())
                return done
