"""How the processes of a run learn of its server."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from mockserver.testing.sharing import NotShared, Sharing, ask_for_url


def test_one_that_says_nothing_holds_up_no_other() -> None:
    found: list[str] = []

    def find_url() -> str:
        found.append("http://mock")
        return found[0]

    with closing(Sharing(find_url)) as sharing:
        address = ("127.0.0.1", sharing.invitation["port"])
        with socket.create_connection(address), ThreadPoolExecutor(20) as pool:
            told = list(pool.map(ask_for_url, [sharing.invitation] * 20))
    assert told == ["http://mock"] * 20 == found


@pytest.mark.parametrize("key", ["", "0" * 32, "0" * 1_000, "\u00e9"])
def test_one_that_does_not_know_the_key_is_told_nothing(key: str) -> None:
    with (
        closing(Sharing(lambda: "http://mock")) as sharing,
        pytest.raises(NotShared, match="is gone"),
    ):
        ask_for_url(sharing.invitation | {"key": key})


def test_server_that_does_not_start_is_told_to_all() -> None:
    def fail() -> Any:
        raise RuntimeError("no memory")

    with closing(Sharing(fail)) as sharing:
        for _ in range(2):
            with pytest.raises(NotShared, match="RuntimeError: no memory"):
                ask_for_url(sharing.invitation)
