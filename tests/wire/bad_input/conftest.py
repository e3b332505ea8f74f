"""A server for bad input, and what holds after every test: it answers, and nothing was raised."""

import json
from collections.abc import Iterator

import pytest
import requests

from tests.conftest import ROOT, Server, Start


@pytest.fixture(scope="session")
def shared_server(start_server: Start, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server with the first conversation of each fixture, as it is reset for every test."""
    folder = tmp_path_factory.mktemp("fixtures")
    for file in (ROOT / "fixtures").glob("*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        few = content | {"conversations": content["conversations"][:1]}
        (folder / file.name).write_text(json.dumps(few), encoding="utf-8")
    return start_server("--fixtures", str(folder))


@pytest.fixture(autouse=True)
def _unharmed(server: Server) -> Iterator[None]:
    """After every test the server answers, and nothing has been raised in it."""
    logged = server.log.stat().st_size
    yield
    answer = requests.get(f"{server.url}/_mock/readyz", timeout=10)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert server.process.poll() is None
    assert "Traceback" not in server.log.read_bytes()[logged:].decode()
