"""Calls that schemathesis makes up from the documents are answered as the documents say.

All of its checks are on; what it finds and is none stands in hooks.py, one by one.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.admin.routes import load_routes
from tests.conftest import ROOT, Server, Start
from tests.derived import PROVIDERS
from tests.openapi.documents import ADMINISTRATION

CASES = 10  # that it makes up of each operation, besides those that cover the schemas
PATIENCE_SECONDS = 120
REPORT = "calls.har"
NEVER_ENDS = "follow_events"
"""An operation whose answer goes on for ever, which it would wait for."""


def run_schemathesis(
    server: Server, document: str, folder: Path, provider: str = "", endless: str = ""
) -> str:
    """What it prints. Fails where it finds something. Operations of that name are left out."""
    left_out = ["--exclude-operation-id", endless] if endless else []
    done = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/_mock/{document}",
            "--seed", "1", "--max-examples", str(CASES), "--continue-on-failure",
            "--checks", "all", "--workers", "1",
            *left_out, "--report", "har", "--report-har-path", str(folder / REPORT),
        ],
        capture_output=True,
        check=False,
        cwd=folder,
        env=os.environ
        | {
            "MOCKSERVER": server.url,
            "PROVIDER": provider,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.openapi.hooks",
        },
        text=True,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_provider_answers_as_its_document_says(
    start_server: Start, tmp_path: Path, provider: str
) -> None:
    server = start_server()
    run_schemathesis(server, f"openapi/{provider}.json", tmp_path, provider)
    entries = requests.get(f"{server.state}/requests", timeout=10).json()["requests"]
    done = {each["operation"] for each in entries if each["committed"]}
    assert done == {each.name for each in PROVIDERS[provider].operations}
    assert {each["account"] for each in entries} > {None}
    assert len({each["error"] for each in entries}) > 4


@pytest.mark.slow
def test_administration_answers_as_its_document_says(start_server: Start, tmp_path: Path) -> None:
    run_schemathesis(start_server(), ADMINISTRATION, tmp_path, endless=NEVER_ENDS)
    report = json.loads((tmp_path / REPORT).read_text(encoding="utf-8"))
    done = {
        (each["request"]["method"], urlsplit(each["request"]["url"]).path)
        for each in report["log"]["entries"]
        if each["response"]["status"] < 300
    }
    done.add(("GET", f"/_mock/{ADMINISTRATION}"))  # which it asks for once, as the document
    never = [
        (method, path)
        for path, handlers in load_routes().items()
        for method, handler in handlers.items()
        if handler.handler.__name__ != NEVER_ENDS
        and not any(method == called and matches(path, came) for called, came in done)
    ]
    assert never == []


def matches(path: str, came: str) -> bool:
    """Whether a path is one of the route's."""
    step = {"": "[^/]+", ":rest": ".+"}
    pattern = re.sub(r"\\{\w+(:rest)?\\}", lambda found: step[found[1] or ""], re.escape(path))
    return re.fullmatch(pattern, came) is not None
