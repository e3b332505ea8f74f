"""The programs under clients/: what they need, how they are built, and running all of them at once.

Each is what somebody would write against a provider, with the provider's real host in it, and
nothing in it knows of a mock. Its one argument is how many seconds it waits for an answer; what
goes wrong ends it with the words of its language or library.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

SOURCES = Path(__file__).parent / "clients"
PROGRAMS = sorted(path.name for path in SOURCES.iterdir() if path.is_file())
AXIOS = "axios@1.21.1"
PATIENCE_SECONDS = 60
TOOLS = {
    ".go": ("go",),
    ".java": ("java", "javac"),
    ".mjs": ("node", "npm"),
    ".php": ("php",),
    ".py": (sys.executable,),
    ".rb": ("ruby",),
    ".sh": ("curl",),
}
"""What a program needs by the ending of its name."""
HOST = re.compile(r"(?<=https://)[a-z0-9.-]+[a-z]")


class Outcome(NamedTuple):
    """How a program ended, and all that it printed."""

    code: int
    told: str


def find_lacking(name: str) -> list[str]:
    return [tool for tool in TOOLS[Path(name).suffix] if shutil.which(tool) is None]


def find_host(name: str) -> str:
    """The provider's, which stands in the program."""
    [host] = HOST.findall((SOURCES / name).read_text(encoding="utf-8"))
    return str(host)


def build(folder: Path, host: str | None = None) -> Path:
    """The folder with the programs in it, ready to be run; ``host`` takes the place of theirs."""
    shutil.copytree(SOURCES, folder, dirs_exist_ok=True)
    if host is not None:
        for path in map(folder.joinpath, PROGRAMS):
            text = path.read_text(encoding="utf-8")
            path.write_text(HOST.sub(host, text), encoding="utf-8")
    present = [name for name in PROGRAMS if not find_lacking(name)]
    for ending, command in _builders(folder).items():
        sources = [name for name in present if name.endswith(ending)]
        if sources:
            _build(folder, [*command, *sources])
    return folder


def _builders(folder: Path) -> dict[str, list[str]]:
    return {
        ".go": ["go", "build", "-o", str(folder / "go_program")],
        ".java": ["javac", "-d", str(folder)],
    }


def install_axios(folder: Path) -> None:
    """Beside the programs; those of a folder in this one find it too."""
    if not find_lacking("node_axios.mjs"):
        _build(folder, ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", AXIOS])


def _build(folder: Path, command: list[str]) -> None:
    more = {"GOCACHE": str(folder / ".go"), "GOFLAGS": "-mod=mod"}
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=folder,
        env=os.environ | more,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def run_all(
    folder: Path, variables: Mapping[str, str], names: Iterable[str], seconds: int = 20
) -> dict[str, Outcome]:
    """How the programs that can be run here end, all of them at the same time."""
    present = [name for name in names if not find_lacking(name)]
    running = {name: _start(folder, name, variables, seconds) for name in present}
    try:
        return {name: _finish(process) for name, process in running.items()}
    finally:
        for process in running.values():
            process.kill()


def _start(
    folder: Path, name: str, variables: Mapping[str, str], seconds: int
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*_command(folder, name), str(seconds)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=os.environ | variables,
        text=True,
    )


def _command(folder: Path, name: str) -> list[str]:
    ways = {
        ".go": [str(folder / "go_program")],
        ".java": ["java", "-cp", str(folder), Path(name).stem],
        ".mjs": ["node", name],
        ".php": ["php", name],
        ".py": [sys.executable, name],
        ".rb": ["ruby", name],
        ".sh": ["sh", name],
    }
    return ways[Path(name).suffix]


def _finish(process: subprocess.Popen[str]) -> Outcome:
    told, _ = process.communicate(timeout=PATIENCE_SECONDS)
    return Outcome(process.returncode, told)
