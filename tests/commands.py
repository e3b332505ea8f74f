"""Running ``mockserver`` commands that end by themselves, as processes of their own.

Most of what such a process costs is that Python reads the same modules again. So one helper per
test process reads them once, and forks for every command: arguments, environment, folder, standard
streams and exit code are those of a process that was started anew. What is about the start itself
is tested with ``started`` instead, and ``tests/test_commands.py`` compares the two.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 30
HELPER = f"""
import gc, importlib, json, os, pkgutil, runpy, signal, sys
import mockserver

for found in pkgutil.walk_packages(mockserver.__path__, "mockserver."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
gc.freeze()  # so that the children leave it as it is, in memory that is shared
while line := sys.stdin.buffer.readline():
    arguments, variables, folder, streams = json.loads(line)
    child = os.fork()
    if child == 0:
        break
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.stdout.write(f"{{code}}\\n")
    sys.stdout.flush()
else:
    sys.exit()

signal.alarm({PATIENCE_SECONDS})
os.chdir(folder)
os.environ.clear()
os.environ.update(variables)
for number, name in enumerate(streams):
    opened = os.open(name, os.O_RDWR)
    os.dup2(opened, number)
    os.close(opened)
sys.stdin = open(0, closefd=False)
sys.stdin.buffer.raw.name = "<stdin>"
sys.argv = ["mockserver", *arguments]
sys.path[0] = folder
runpy.run_module("mockserver", run_name="__main__", alter_sys=True)
"""

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


def run(*arguments: str, cwd: Path | None = None, given: str = "", **variables: str) -> Done:
    """The outcome of a command, with ``given`` on its standard input."""
    helper = _helper()
    assert helper.stdin is not None
    assert helper.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("stdin", "stdout", "stderr")]
        for stream in streams:
            stream.write_text(given if stream.name == "stdin" else "", encoding="utf-8")
        order = (arguments, os.environ | variables, str(cwd or Path.cwd()), [*map(str, streams)])
        helper.stdin.write(json.dumps(order) + "\n")
        helper.stdin.flush()
        code = int(helper.stdout.readline())
        output, errors = (each.read_bytes().decode() for each in streams[1:])
    return Done([*arguments], code, output, errors)


def started(*arguments: str, cwd: Path | None = None, given: str = "", **variables: str) -> Done:
    """The same of a process that is really started."""
    return subprocess.run(
        [sys.executable, "-m", "mockserver", *arguments],
        capture_output=True,
        env=os.environ | variables,
        cwd=cwd,
        input=given,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@functools.cache
def _helper() -> subprocess.Popen[str]:
    helper = subprocess.Popen(
        [sys.executable, "-c", HELPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(_end, helper)
    return helper


def _end(helper: subprocess.Popen[str]) -> None:
    helper.communicate()
