"""The name that a TLS client asks for with its first message: it decides about the certificate."""

import re

RECORD_HEAD, MESSAGE_HEAD = 5, 4
HANDSHAKE, CLIENT_HELLO, SERVER_NAME = 22, 1, 0
MOST_RECORDS = 16  # of one message: as little as a client likes may stand in each
BEFORE_LENGTHS = 34  # octets of a ClientHello: version and random number
NAME = re.compile(rb"[A-Za-z0-9_.-]{1,253}")


def collect_hello(data: bytes) -> bytes | None:
    """The ClientHello (RFC 8446 4.1.2) that the records of ``data`` begin with.

    None as long as some of it is to come; empty where it is none.
    """
    message, at = b"", 0
    for _ in range(MOST_RECORDS):
        if len(data) < at + RECORD_HEAD:
            return None
        begin, length = at + RECORD_HEAD, int.from_bytes(data[at + 3 : at + RECORD_HEAD])
        if data[at] != HANDSHAKE or not length:
            return b""
        message += data[begin : begin + length]
        at = begin + length
        if message[0:1] not in (b"", bytes([CLIENT_HELLO])):
            return b""
        end = MESSAGE_HEAD + int.from_bytes(message[1:MESSAGE_HEAD])
        if len(message) >= max(end, MESSAGE_HEAD):
            return message[MESSAGE_HEAD:end]
    return b""


def read_name(hello: bytes) -> str:
    """The name in lower case, empty where there is none.

    Whatever is not as it should be names nobody, too: the handshake will tell what is wrong.
    """
    at = BEFORE_LENGTHS
    for size in (1, 2, 1):  # of the lengths of session id, cipher suites, compression methods
        at += size + int.from_bytes(hello[at : at + size])
    at += 2  # the length of all extensions, which are the rest
    while at < len(hello):
        kind, length = hello[at : at + 2], int.from_bytes(hello[at + 2 : at + 4])
        if int.from_bytes(kind) == SERVER_NAME and len(kind) == 2:
            return _read_extension(hello[at + 4 : at + 4 + length])
        at += 4 + length
    return ""


def _read_extension(data: bytes) -> str:
    """The first name of the list (RFC 6066 3), which is the only one."""
    name = data[5 : 5 + int.from_bytes(data[3:5])]
    return name.decode().lower() if NAME.fullmatch(name) else ""
