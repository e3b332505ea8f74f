"""Reading the name that a client asks for, whatever a client sends."""

import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.wire.hello import collect_hello, read_name


def make_hello(name: str | None) -> bytes:
    """What Python's own client says first."""
    context = ssl.create_default_context()
    context.check_hostname = name is not None
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


HELLO = make_hello("API.kirim.chat")
MESSAGE = HELLO[5:]


def cut(size: int) -> bytes:
    """In records of so many bytes each."""
    parts = [MESSAGE[begin : begin + size] for begin in range(0, len(MESSAGE), size)]
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in parts)


@pytest.mark.parametrize("data", [HELLO, HELLO + b"more", cut(100), cut(40)])
def test_name_is_found(data: bytes) -> None:
    hello = collect_hello(data)
    assert hello is not None
    assert read_name(hello) == "api.kirim.chat"


@pytest.mark.parametrize("data", [HELLO, cut(100)])
def test_name_is_waited_for(data: bytes) -> None:
    assert [collect_hello(data[:length]) for length in range(len(data))] == [None] * len(data)


def test_client_may_name_nobody() -> None:
    hello = collect_hello(make_hello(None))
    assert hello
    assert read_name(hello) == ""


def test_records_of_a_byte_each_are_not_waited_for() -> None:
    """Collecting them anew for every byte that comes would take long."""
    assert collect_hello(cut(1)) == b""


@pytest.mark.parametrize("name", [b"a\nb", b"\xff", b"", b"a" * 254, b"a b"])
def test_what_is_no_name_names_nobody(name: bytes) -> None:
    listed = b"\0" + len(name).to_bytes(2) + name
    extension = b"\0\0" + (len(listed) + 2).to_bytes(2) + len(listed).to_bytes(2) + listed
    hello = b"\3\3" + bytes(32) + b"\0\0\0\0" + len(extension).to_bytes(2) + extension
    assert read_name(hello) == ""


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(MESSAGE)))
def test_whatever_comes_is_read(noise: bytes, place: int) -> None:
    for data in (noise, b"\x16\x03\x01" + noise, HELLO[:place] + noise):
        assert len(read_name(collect_hello(data) or b"")) <= 253
    read_name(MESSAGE[4:place] + noise)
