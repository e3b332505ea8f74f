"""A command that the tests' helper runs does what it does when it is really started."""

from pathlib import Path

import pytest

from tests import commands

COMMANDS = {
    "no command": ([], 2),
    "help": (["--help"], 0),
    "version": (["--version"], 0),
    "help of a command": (["serve", "--help"], 0),
    "unknown command": (["nothing"], 2),
    "serve": (["serve", "--port", "http"], 2),
    "providers": (["providers"], 0),
    "health": (["health", "--url", "http://127.0.0.1:1"], 1),
    "validate": (["validate"], 0),
    "sign": (["sign", "nxcloud", "--body", "{}", "-o", "ts=1"], 0),
    "faults": (["faults", "list", "--url", "http://127.0.0.1:1"], 1),
    "faults from standard input": (["faults", "replay", "-"], 2),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize(("arguments", "code"), COMMANDS.values(), ids=COMMANDS)
def test_command_ends_in_the_same_way(tmp_path: Path, arguments: list[str], code: int) -> None:
    forked, started = (
        how(*arguments, cwd=tmp_path, given="no transcript", MOCKSERVER_JOURNAL="7")
        for how in (commands.run, commands.started)
    )
    assert (forked.returncode, started.returncode) == (code, code)
    assert forked.stdout == started.stdout
    assert forked.stderr == started.stderr


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [commands.run, commands.started])
def test_command_sees_its_own_folder_and_variables(tmp_path: Path, how: commands.Run) -> None:
    (tmp_path / "mockserver.toml").write_text("port = 'http'")
    assert "mockserver.toml: port" in how("validate", cwd=tmp_path).stdout
    assert "gone" in how("validate", cwd=tmp_path, MOCKSERVER_FIXTURES="gone").stdout


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [commands.run, commands.started])
def test_command_reads_standard_input(tmp_path: Path, how: commands.Run) -> None:
    done = how("sign", "nxcloud", "--body", "@-", "-o", "ts=1", cwd=tmp_path, given="{}")
    assert done.stdout == how("sign", "nxcloud", "--body", "{}", "-o", "ts=1").stdout


def test_programs_own_name_in_front_is_left_out_once() -> None:
    """So begin command lines for container images in which it was no entry point yet."""
    assert commands.run("mockserver", "--version").stdout == commands.run("--version").stdout
    assert commands.run("mockserver", "mockserver", "--version").returncode == 2
