"""The command ``mockserver faults``, and a line of what it replays."""

from typing import Any

import requests

from tests.calls import BY_PROVIDER
from tests.commands import Done
from tests.commands import run as run_command
from tests.conftest import Server

KIRIM_CALL = BY_PROVIDER["kirim"]
TEA = '{"name": "tea", "fault": {"type": "status", "status": 418}}'


def faults(*arguments: str, url: str | None = None, given: str = "", **variables: str) -> Done:
    at = ["--url", url] if url else []
    return run_command("faults", *arguments, *at, given=given, **variables)


def assert_one_line(done: Done, code: int, *said: str) -> None:
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("mockserver: ")
    assert all(part in done.stderr for part in said), done.stderr


def rules_of(server: Server) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = requests.get(f"{server.state}/faults", timeout=5).json()["faults"]
    return rules


LINE = {
    "request": "req_1",
    "provider": "kirim",
    "operation": "mark_as_read",
    "account": "main",
    "ordinal": 1,
    "fault": {"type": "reset"},
    "when": "before",
}
