"""The files that pages print can be used as they stand."""

import shutil
import tomllib
from pathlib import Path

import pytest
import requests

from tests.calls import D7_RECEIPT
from tests.commands import run
from tests.conftest import ROOT, STATE, Start, StillClock, new_client
from tests.docs.pages import blocks
from tests.docs.shell import run_pytest


def test_configuration_is_accepted(start_server: Start, tmp_path: Path) -> None:
    [example] = blocks("docs/settings.md", "toml")
    file = tmp_path / "mockserver.toml"
    file.write_text(example, encoding="utf-8")
    port = tomllib.loads(example)["port"]
    elsewhere = run("serve", "--config", str(file), "--host", "203.0.113.1")  # no machine's own
    assert f"cannot listen on 203.0.113.1 port {port}" in elsewhere.stderr
    server = start_server("--config", str(file))
    assert len(requests.get(f"{server.state}/faults", timeout=5).json()["faults"]) == 1
    requests.delete(f"{server.state}/faults", timeout=5).raise_for_status()
    assert list(D7_RECEIPT.send(server.url).json()) == ["message"]


def test_scenario_is_accepted(tmp_path: Path) -> None:
    [example] = blocks("docs/faults.md", "toml")
    for file in (ROOT / "fixtures").glob("*.json"):
        shutil.copy(file, tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.toml").write_text(example, encoding="utf-8")
    client = new_client(StillClock(), fixtures=tmp_path)
    answer = client.post(f"{STATE}/scenarios/mine")
    assert (answer.status_code, len(answer.json["faults"])) == (200, 2)


MY_TESTS = """
import requests


def test_one(mock, mock_url):
    rule = {"fault": {"type": "outage"}, "match": {"provider": "d7"}}
    requests.post(f"{mock}/faults", json=rule, timeout=5).raise_for_status()


def test_two(mock, mock_url):
    assert requests.get(f"{mock}/faults", timeout=5).json() == {"faults": []}
    assert requests.get(f"{mock_url}/d7/nowhere", timeout=5).status_code == 404
"""


@pytest.mark.slow
def test_fixtures_of_pytest_work(tmp_path: Path) -> None:
    fixtures, example = blocks("docs/testing.md", "python")
    (tmp_path / "conftest.py").write_text(fixtures, encoding="utf-8")
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(MY_TESTS, encoding="utf-8")
    assert "3 passed" in run_pytest(tmp_path)
