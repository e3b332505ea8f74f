"""The Dockerfile's own commands, run in a fresh virtual environment: no engine is needed."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
BUILD, IMAGE = DOCKERFILE.split("FROM ")[1:]


def instructions(stage: str, name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", stage, re.MULTILINE)


def exec_form(text: str) -> list[str]:
    """The command of ``CMD ["a", "b"]`` or ``HEALTHCHECK … CMD ["a", "b"]``."""
    command: list[str] = json.loads(text[text.index("[") :])
    return command


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment made by the two install commands of the stages."""
    folder = tmp_path_factory.mktemp("image")
    source, wheels, environment = folder / "src", folder / "wheels", folder / "venv"
    source.mkdir()
    for copied in instructions(BUILD, "COPY"):
        *names, target = copied.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / target)
            else:
                shutil.copy(ROOT / name, source / name)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip_wheel, pip_install = instructions(BUILD, "RUN")[0], instructions(IMAGE, "RUN")[0]
    pip_install = re.sub(r"--mount=\S+", "", pip_install)
    for command in (pip_wheel, pip_install):
        words = shlex.split(command.replace("/wheels", str(wheels)))
        assert words[0] == "pip"
        subprocess.run([environment / "bin" / "pip", "-q", *words[1:]], cwd=source, check=True)
    return environment / "bin"


@pytest.fixture(scope="module")
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
    return number


@pytest.fixture(scope="module")
def environment(installed: Path, port: int) -> dict[str, str]:
    image = dict(line.split("=", 1) for line in instructions(IMAGE, "ENV"))
    assert image["MOCKSERVER_HOST"] == "0.0.0.0"
    return os.environ | image | {"PATH": str(installed), "MOCKSERVER_PORT": str(port)}


@pytest.fixture(scope="module")
def container(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The output of the start command up to the ready line, while it runs on another port."""
    [start] = instructions(IMAGE, "CMD")
    process = subprocess.Popen(
        exec_form(start),
        env=environment,
        cwd=tmp_path_factory.mktemp("elsewhere"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline()
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


def health(environment: dict[str, str]) -> int:
    [check] = instructions(IMAGE, "HEALTHCHECK")
    return subprocess.run(exec_form(check), env=environment, check=False).returncode


@pytest.mark.slow
def test_start_command_serves_the_packaged_fixtures(container: str, port: int) -> None:
    assert container == f"mockserver ready: http://127.0.0.1:{port}\n"
    url = f"http://127.0.0.1:{port}/_mock/sandboxes/default/messages"
    assert len(requests.get(url, timeout=5).json()["messages"]) >= 160


@pytest.mark.slow
def test_health_command_follows_the_configured_port(
    container: str, environment: dict[str, str]
) -> None:
    assert container
    assert health(environment) == 0
    assert health(environment | {"MOCKSERVER_PORT": "1"}) == 1


def test_image_is_slim_and_runs_as_nobody_special() -> None:
    assert all(stage.startswith("python:3.11-slim") for stage in (BUILD, IMAGE))
    [user] = instructions(IMAGE, "USER")
    assert user not in ("root", "0")
    labels = " ".join(instructions(IMAGE, "LABEL"))
    for name in ("title", "description", "licenses", "version"):
        assert f"org.opencontainers.image.{name}=" in labels
