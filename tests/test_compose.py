"""The compose file that a team would copy: by the schema of compose, and by what it says."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from tests.derived import PROVIDERS
from tests.test_docker import IMAGE, exec_form, instructions

FILE = ROOT / "examples" / "compose.yaml"
CONTENT: Any = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
SERVER, APPLICATION = (CONTENT["services"][name] for name in ("mockserver", "application"))


def check_by_schema(file: Path) -> str:
    """What a checker says that brings the schema of compose with it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", "ok -- validation done"),
        ("ports:", "prots:", "'prots' does not match"),
        ("service_healthy", "well", "'well' is not one of"),
    ],
    ids=["as it is", "a key with a typo", "a wrong word"],
)
def test_file_is_what_compose_takes(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "compose.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert said in check_by_schema(file)


def test_server_is_for_this_machine_only() -> None:
    assert SERVER["ports"] == ["127.0.0.1:8080:8080"]


def test_data_is_in_the_volume() -> None:
    [mounted] = SERVER["volumes"]
    name, folder = mounted.split(":")
    assert name in CONTENT["volumes"]
    assert Path(SERVER["environment"]["MOCKSERVER_DATA"]).parent == Path(folder)
    assert f" {folder}\n" in f"{instructions(IMAGE, 'RUN')[1]}\n"


def test_health_is_asked_as_in_the_image() -> None:
    [check] = instructions(IMAGE, "HEALTHCHECK")
    assert SERVER["healthcheck"]["test"] == ["CMD", *exec_form(check)]


def test_application_waits_for_the_server_and_has_its_urls() -> None:
    assert APPLICATION["depends_on"] == {"mockserver": {"condition": "service_healthy"}}
    urls = set(APPLICATION["environment"].values())
    assert urls <= {f"http://mockserver:8080/{provider}" for provider in PROVIDERS}
    assert len(urls) == 4
