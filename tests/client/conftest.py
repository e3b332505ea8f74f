"""A client of the running server, and a sandbox of each test's own."""

from collections.abc import Iterator

import pytest

from mockserver.client import Mock, Sandbox
from tests.conftest import Server


@pytest.fixture
def mock(server: Server) -> Iterator[Mock]:
    with Mock(server.url) as mock:
        yield mock


@pytest.fixture
def world(mock: Mock) -> Iterator[Sandbox]:
    with mock.sandbox() as world:
        yield world
