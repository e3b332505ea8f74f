"""The Dockerfile's own commands, run in a fresh virtual environment: no engine is needed."""

import contextlib
import json
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver import __version__
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
    """A free one, of those that the system gives to nobody who asks for any."""
    for number in random.sample(range(20_000, 30_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", number)):
            return number
    raise AssertionError("none of a hundred ports is free")


@pytest.fixture
def environment(installed: Path, tmp_path: Path) -> dict[str, str]:
    """The image's own variables, its folder for files that go with the container another one."""
    image = dict(line.split("=", 1) for line in instructions(IMAGE, "ENV"))
    assert image["MOCKSERVER_HOST"] == "0.0.0.0"
    written = image["MOCKSERVER_URL_FILE"]
    assert written.startswith("/tmp/")
    image["MOCKSERVER_URL_FILE"] = written.replace("/tmp", str(tmp_path))
    return os.environ | image | {"PATH": str(installed)}


Run = Callable[..., str]


@pytest.fixture
def run_image(environment: dict[str, str], tmp_path: Path) -> Iterator[Run]:
    """As ``docker run``: with arguments in place of CMD, and variables. The first line it says."""
    processes = []
    [entry], [usual] = instructions(IMAGE, "ENTRYPOINT"), instructions(IMAGE, "CMD")

    def run(*arguments: str, **variables: str) -> str:
        process = subprocess.Popen(
            [*exec_form(entry), *(arguments or exec_form(usual))],
            env=environment | variables,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        return process.stdout.readline()

    yield run
    for process in processes:
        process.terminate()
        process.wait(timeout=20)
        assert process.stdout is not None
        process.stdout.close()


def health(environment: dict[str, str], **variables: str) -> int:
    """As the engine asks, in a process of its own with the container's variables."""
    [check] = instructions(IMAGE, "HEALTHCHECK")
    return subprocess.run(
        exec_form(check), env=environment | variables, stderr=subprocess.DEVNULL, check=False
    ).returncode


@pytest.mark.slow
def test_start_command_serves_the_packaged_fixtures(run_image: Run, port: int) -> None:
    ready = run_image(MOCKSERVER_PORT=str(port))
    assert ready == f"mockserver ready: http://127.0.0.1:{port}\n"
    url = f"http://127.0.0.1:{port}/_mock/sandboxes/default/messages"
    assert len(requests.get(url, timeout=5).json()["messages"]) >= 160


GIVEN = {
    "by a variable": ([], {"MOCKSERVER_PORT": "{port}"}),
    "as an argument": (["serve", "--port", "{port}"], {}),
    "as in images of before": (["mockserver", "serve", "--port", "{port}"], {}),
    "in a file": (["serve", "--config", "{folder}/own.toml"], {}),
    "in the usual file": ([], {}),
    "with an address": (["serve", "--host", "127.0.0.2", "--port", "{port}"], {}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "variables"), GIVEN.values(), ids=GIVEN)
def test_health_follows_the_port_however_it_was_given(
    run_image: Run,
    environment: dict[str, str],
    port: int,
    tmp_path: Path,
    arguments: list[str],
    variables: dict[str, str],
) -> None:
    def fill(text: str) -> str:
        return text.format(port=port, folder=tmp_path)

    for name in ("own.toml", "mockserver.toml"):
        (tmp_path / name).write_text(f"port = {port}\n")
    filled = {name: fill(value) for name, value in variables.items()}
    assert health(environment, **filled) == 1
    assert run_image(*map(fill, arguments), **filled).endswith(f":{port}\n")
    assert health(environment, **filled) == 0


@pytest.mark.slow
def test_image_of_another_version_than_it_is_told_is_not_built(environment: Any) -> None:
    check = instructions(IMAGE, "RUN")[2]
    results = [
        subprocess.run(["/bin/sh", "-c", check], env=environment | {"VERSION": version}).returncode
        for version in ("unknown", __version__, "0.0.9", "")
    ]
    assert results == [0, 0, 1, 1]
    assert instructions(IMAGE, "ARG") == ["VERSION=unknown"]


def test_image_is_slim_and_labelled() -> None:
    assert all(stage.startswith("python:3.11-slim") for stage in (BUILD, IMAGE))
    labels = " ".join(instructions(IMAGE, "LABEL"))
    for name in ("title", "description", "licenses"):
        assert f"org.opencontainers.image.{name}=" in labels
    assert 'org.opencontainers.image.version="$VERSION"' in labels
    assert __version__ not in DOCKERFILE


def test_user_is_a_number_whose_folder_for_data_is() -> None:
    [user] = instructions(IMAGE, "USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    number, group = user.split(":")
    assert f"install -d -o {number} -g {group} /data" in IMAGE
    assert f"useradd --uid {number} " in IMAGE


def test_data_is_kept_only_where_it_was_asked_for() -> None:
    assert "MOCKSERVER_DATA" not in DOCKERFILE
    assert "VOLUME" not in DOCKERFILE
