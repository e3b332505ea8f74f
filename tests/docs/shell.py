"""Running what a page prints, against the server of the tests."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from tests.conftest import Server

TOLD = "--silent --show-error --include --suppress-connect-headers"
QUIET = f'curl() {{ command curl {TOLD} --write-out "\\n" "$@"; }}\n'
PRINTED = "http://127.0.0.1:8080"


def environment() -> dict[str, str]:
    """With the ``mockserver`` and ``python`` of the tests on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path}


def bash(server: Server, script: str) -> str:
    """The output of a script as a page has it, where curl prints the heads of answers too."""
    run = subprocess.run(
        [shutil.which("bash") or "bash", "-c", QUIET + script.replace(PRINTED, server.url)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def run_pytest(folder: Path) -> str:
    """The output of pytest over a folder, all of whose tests have to pass."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", str(folder)],
        capture_output=True,
        cwd=folder,
        env=environment(),
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


def statuses(output: str) -> list[int]:
    return [int(status) for status in re.findall(r"^HTTP/1.1 (\d+)", output, re.MULTILINE)]


def entry_of(server: Server, output: str) -> dict[str, Any]:
    """The journal entry of the last call in an output of curl."""
    ids = re.findall(r"^x-mock-request-id: (\S+)", output, re.MULTILINE | re.IGNORECASE)
    entries = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    entry: dict[str, Any] = next(each for each in entries if each["id"] == ids[-1])
    return entry
