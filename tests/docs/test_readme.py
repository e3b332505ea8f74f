"""The README is short, and what it tells a newcomer to type is right."""

import re
from pathlib import Path

import pytest

from tests.commands import run
from tests.conftest import ROOT, Server
from tests.docs.pages import PAGES, README, blocks
from tests.docs.shell import run_pytest


def test_it_is_short() -> None:
    assert len(PAGES[README].splitlines()) <= 180


def test_its_first_screen_tells_what_to_do() -> None:
    screen = "\n".join(PAGES[README].splitlines()[:30])
    for command in blocks(README, "sh")[:2]:
        assert command in screen


def test_its_test_in_ten_lines_passes(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [example] = blocks(README, "python")
    body = example.partition("def test_")[2].splitlines()[1:]
    assert len(body) <= 10
    monkeypatch.setenv("MOCKSERVER_URL", server.url)
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    assert "1 passed" in run_pytest(tmp_path)


def test_ci_runs_its_own_test_command() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    command = blocks(README, "sh")[1].strip()
    for part in command.split(" && "):
        assert part in ci


def test_containers_publish_on_loopback_only() -> None:
    published = [
        port
        for text in PAGES.values()
        for port in re.findall(r"(?:-p|--publish)[ =](\S+:\d+)", text)
    ]
    assert len(published) >= 2
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = run("--version").stdout.split()[-1]
    assert f"## {version}" in changelog
