"""docs/interception.md tells of the programs that prove it, and CI has what they need."""

import json
import re

import pytest

from mockserver.registry import find_providers
from tests.commands import run
from tests.conftest import ROOT, Server
from tests.docs.pages import PAGES, names, table
from tests.interception.programs import PROGRAMS, TOOLS, find_host

PAGE = PAGES["docs/interception.md"]


@pytest.mark.parametrize("heading", ["program", "program, wire", "program, TLS"])
def test_every_table_has_every_program(heading: str) -> None:
    assert names(table(PAGE, heading)) == PROGRAMS


def test_every_variable_is_told(server: Server) -> None:
    done = run("env", "--url", server.url, "--format", "json")
    told = [name for row in table(PAGE, "variable") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(told) == sorted(json.loads(done.stdout))


def test_every_option_of_exec_is_told() -> None:
    options = re.findall(r"^  (--[a-z-]+)", run("exec", "--help").stdout, re.MULTILINE)
    told = [name.split()[0] for name in names(table(PAGE, "option", "does"))]
    assert told == options


def test_programs_name_all_hosts_of_the_providers() -> None:
    hosts = {host for provider in find_providers().providers.values() for host in provider.hosts}
    assert {find_host(name) for name in PROGRAMS} == hosts


def test_ci_installs_what_the_programs_need() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    needed = {tool for tools in TOOLS.values() for tool in tools if "/" not in tool}
    assert needed == {*re.findall(r"^command -v (\S+) .* lacking", ci, re.MULTILINE)} | {"java"}
    assert "lacking+=(php-curl)" in ci
