"""The application in process, without the sandboxes of other tests."""

from collections.abc import Callable, Iterator
from pathlib import Path
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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start(make_client: Callable[..., Any], data: Path) -> Iterator[Callable[..., Any]]:
    """Start an application that keeps all in the file, in place of the one that was started last.

    It is told nothing of its end, as if it had been killed.
    """
    running: list[Any] = []

    def start_anew(**settings: Any) -> Any:
        if running:
            running.pop().application.sandboxes.close()
        running.append(make_client(data=data, **settings))
        return running[0]

    yield start_anew
    for client in running:
        client.application.sandboxes.close()
