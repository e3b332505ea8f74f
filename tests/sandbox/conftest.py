"""The application in process, without the sandboxes of other tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.worlds import ALL


@pytest.fixture
def client(client: Any) -> Iterator[Any]:
    """The one that tests share, where none but ``default`` is left for the next."""
    yield client
    for sandbox in client.get(ALL).json["sandboxes"]:
        if sandbox["id"] != "default":
            assert client.delete(f"{ALL}/{sandbox['id']}").status_code == 204
