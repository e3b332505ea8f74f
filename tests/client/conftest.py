"""A client of the running server, and a sandbox of each test's own."""

from collections.abc import Iterator

import pytest

from mockserver.client import Mock, Sandbox
from tests.conftest import Server


@pytest.fixture
def mock(server: Server) -> Iterator[Mock]:
    """Of a server without the sandboxes of other tests."""
    with Mock(server.url) as mock:
        remove_sandboxes(mock)
        yield mock


def remove_sandboxes(mock: Mock) -> None:
    for each in mock.sandboxes()[1:]:
        mock.find(each["id"]).close()


@pytest.fixture
def world(mock: Mock) -> Iterator[Sandbox]:
    with mock.sandbox() as world:
        yield world
