"""docs/interception.md tells of the programs that prove it, and CI has what they need."""

import re

import pytest

from mockserver.registry import find_providers
from tests.conftest import ROOT
from tests.docs.pages import PAGES, names, table
from tests.interception.programs import PROGRAMS, TOOLS, find_host

PAGE = PAGES["docs/interception.md"]


@pytest.mark.parametrize("heading", ["program", "program, wire", "program, TLS"])
def test_every_table_has_every_program(heading: str) -> None:
    assert names(table(PAGE, heading)) == PROGRAMS


def test_programs_name_all_hosts_of_the_providers() -> None:
    hosts = {host for provider in find_providers().providers.values() for host in provider.hosts}
    assert {find_host(name) for name in PROGRAMS} == hosts


def test_ci_installs_what_the_programs_need() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    needed = {tool for tools in TOOLS.values() for tool in tools if "/" not in tool}
    assert needed == {*re.findall(r"^command -v (\S+) .* lacking", ci, re.MULTILINE)} | {"java"}
    assert "lacking+=(php-curl)" in ci
