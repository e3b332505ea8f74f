"""Time in a sandbox is the test's, for a program too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from mockserver.client import Sandbox

WHEN = datetime(2026, 11, 21, 6, tzinfo=UTC)


def test_time_is_the_tests(world: Sandbox) -> None:
    message = world.customer_writes("d7")
    assert world.clock.set(WHEN) == WHEN
    assert world.clock.advance("PT61S") == WHEN + timedelta(seconds=61)
    url = f"{world.d7.base_url}/whatsapp/v2/read-receipt/{message.id}"
    assert requests.post(url, headers=world.headers("d7"), timeout=5).status_code == 200
    assert world.assert_read(message).read_at == WHEN + timedelta(seconds=61)
    assert world.clock.describe()["running"] is False
    world.clock.run()
    assert world.clock.rate(60) >= WHEN
    assert world.clock.reset() > WHEN


def test_headers_are_signed_at_the_machines_time(world: Sandbox) -> None:
    """So does a client with a clock of its own; the server's may be wrong."""
    world.clock.set(WHEN - timedelta(days=300))
    body = "{}"
    url = f"{world.nxcloud.base_url}/api/wa/markMessageAsRead"

    def send() -> Any:
        headers = world.headers("nxcloud", body)
        return requests.post(url, data=body, headers=headers, timeout=5).json()["code"]

    assert send() == 9000
    world.clock.skew("-PT120S")
    assert send() == 1004
