"""Reading a raw socket to its end."""

import socket


def everything(wire: socket.socket) -> tuple[bytes, bool]:
    """All that comes, and whether the end was a reset rather than a clean close."""
    received = b""
    try:
        while part := wire.recv(65_536):
            received += part
    except ConnectionResetError:
        return received, True
    return received, False
