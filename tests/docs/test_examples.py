"""The files that pages print can be used as they stand."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7_RECEIPT
from tests.commands import run
from tests.conftest import ROOT, STATE, Server, Start, StillClock, new_client
from tests.derived import PROVIDERS
from tests.docs.pages import blocks
from tests.docs.shell import PRINTED, run_pytest


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


@pytest.mark.slow
def test_tests_of_pytest_work(tmp_path: Path) -> None:
    for number, example in enumerate(blocks("docs/testing.md", "python")):
        (tmp_path / f"test_example_{number}.py").write_text(example, encoding="utf-8")
    operation = PROVIDERS["kirim"].operation("mark_as_read")
    assert operation is not None
    errors = len(PROVIDERS["kirim"].rows_of(operation))
    assert f"{errors + 3} passed" in run_pytest(tmp_path)


def test_what_the_client_does_first_works(server: Server) -> None:
    [example] = blocks("docs/client.md", "python")[:1]
    application = "requests.post(url, json=receipt, headers=sandbox.headers('kirim'), timeout=5)"
    lines = ["import requests", *example.splitlines()]
    [place] = [number for number, line in enumerate(lines) if line.strip().startswith("...")]
    lines[place : place + 1] = [
        "    url = f'{sandbox.kirim.base_url}/v1/{sandbox.kirim.phone_number_id}/messages'",
        "    receipt = {'messaging_product': 'whatsapp', 'status': 'read'}",
        "    receipt['message_id'] = message.id",
        f"    answers = [{application}.status_code for _ in range(3)]",
    ]
    told: dict[str, Any] = {}
    exec("\n".join(lines).replace(PRINTED, server.url), told)
    assert told["answers"] == [502, 502, 200]
