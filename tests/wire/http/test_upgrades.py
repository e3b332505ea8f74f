"""Wishes for another protocol, which are ignored: as many as come in one write."""

import pytest

from tests.calls import D7_REPORT, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import connected, read_answer, whole
from tests.wire.bad_input.test_protocols import WISHES


@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("call", [D7_REPORT, KIRIM_RECEIPT], ids=named)
def test_500_wishes_in_one_write_are_all_answered(
    server: Server, call: ValidCall, more: list[str]
) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(call, *more) * 500)
        statuses = {read_answer(stream).status for _ in range(500)}
    assert statuses == {call.success}


def test_wish_without_the_word_upgrade_in_connection_is_ignored(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(D7_REPORT, "Upgrade: websocket") * 3)
        assert [read_answer(stream).status for _ in range(3)] == [200] * 3
