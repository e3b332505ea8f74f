"""Programs that nobody changed reach the mock at their providers' real hosts, and see it fail.

What each of them says of a fault stands in the tables of docs/interception.md, and is proved here.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.client import Mock
from tests.commands import run
from tests.conftest import Server, Start
from tests.derived import PROVIDERS
from tests.docs.pages import PAGES, blocks, names, table
from tests.docs.shell import bash
from tests.interception.programs import (
    PROGRAMS,
    Outcome,
    build,
    find_host,
    find_lacking,
    install_axios,
    run_all,
)

PAGE = PAGES["docs/interception.md"]
ELSEWHERE = "api.example.com"
SHORT = 3
"""Seconds that a program waits where nothing is to come."""
TLS = ("expired", "wrong_name", "unknown_ca", "handshake_reset", "slow_handshake")
UNNOTICED = "not noticed"
OF_THE_PROVIDERS = {host: provider.id for provider in PROVIDERS.values() for host in provider.hosts}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clients")
    install_axios(made)
    return build(made)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="module")
def shared_proxy(start_server: Start, authority: Path) -> Server:
    return start_server("--ca-dir", str(authority))


@pytest.fixture
def proxy(shared_proxy: Server) -> Server:
    requests.post(f"{shared_proxy.state}/reset", timeout=5).raise_for_status()
    return shared_proxy


@pytest.fixture(scope="module")
def variables(shared_proxy: Server, authority: Path) -> Mapping[str, str]:
    return print_variables(shared_proxy, authority)


def print_variables(server: Server, authority: Path, *more: str) -> Mapping[str, str]:
    """As ``mockserver env`` prints them to anybody."""
    done = run("env", "--format", "json", "--url", server.url, "--ca-dir", str(authority), *more)
    assert done.returncode == 0, done.stderr
    told: dict[str, str] = json.loads(done.stdout)
    return told


def expected(fault: str) -> dict[str, str]:
    """What each program says of a fault, as the page tells."""
    first = "TLS" if fault in TLS else "wire"
    [heading] = re.findall(rf"^\| program, {first} \|.*\|$", PAGE, re.MULTILINE)
    columns = [cell.strip(" `") for cell in heading.strip("|").split(" | ")]
    rows = table(PAGE, f"program, {first}")
    return dict(zip(names(rows), (row[columns.index(fault)] for row in rows), strict=True))


def judge(name: str, outcome: Outcome, words: str) -> str:
    """What is wrong with how a program ended; empty where it is as the page tells."""
    noticed = words != UNNOTICED
    known = not noticed or any(each in outcome.told for each in re.findall("`(.+?)`", words))
    if known and (outcome.code != 0) == noticed:
        return ""
    return f"{name}: expected {words}, came {outcome.code}: {outcome.told[-2000:]}"


def require_words(outcomes: Mapping[str, Outcome], fault: str) -> None:
    told = expected(fault)
    wrong = [judge(name, outcome, told[name]) for name, outcome in outcomes.items()]
    assert [each for each in wrong if each] == []


def require_all(outcomes: Mapping[str, Outcome]) -> None:
    """Skips where a program could not be run, which is a failure where CI=true."""
    lacking = {tool for name in PROGRAMS for tool in find_lacking(name)}
    if lacking:
        pytest.skip(f"needs {', '.join(sorted(lacking))}: .ci/run installs them")
    assert len(outcomes) == len(PROGRAMS)


def journal(server: Server, sandbox: str = "default") -> list[dict[str, Any]]:
    answer = requests.get(f"{server.url}/_mock/sandboxes/{sandbox}/requests", timeout=5)
    found: list[dict[str, Any]] = answer.json()["requests"]
    return found


def host_of(call: Mapping[str, Any]) -> str:
    headers = {name.lower(): value for name, value in call["request"]["headers"].items()}
    return str(headers["host"])


def add_rule(server: Server, **fault: Any) -> str:
    made = requests.post(f"{server.state}/faults", json={"fault": fault}, timeout=5)
    assert made.status_code == 201, made.text
    rule: str = made.json()["id"]
    return rule


def test_every_program_arrives(proxy: Server, folder: Path, variables: Mapping[str, str]) -> None:
    outcomes = run_all(folder, variables, PROGRAMS)
    assert {name: done for name, done in outcomes.items() if done.code != 0} == {}
    calls = journal(proxy)
    came = Counter((host_of(call), call["provider"], call["operation"]) for call in calls)
    hosts = map(find_host, outcomes)
    assert came == Counter((host, OF_THE_PROVIDERS[host], "mark_as_read") for host in hosts)
    assert {call["error"] for call in calls} == {None}
    require_all(outcomes)


@pytest.mark.slow
def test_proxy_user_tells_the_sandbox(proxy: Server, authority: Path, folder: Path) -> None:
    """Whatever the credential, which is one of ``default`` here; without a user that tells it."""
    with Mock(proxy.url) as mock, mock.sandbox(id="told") as told:
        variables = print_variables(proxy, authority, "--sandbox", told.id)
        outcomes = run_all(folder, variables, PROGRAMS)
        came = Counter(host_of(call) for call in journal(proxy, told.id))
    telling = {row[0].strip("`") for row in table(PAGE, "program") if row[4] == "yes"}
    assert came == Counter(find_host(name) for name in outcomes if name in telling)
    rest = Counter((host_of(call), call["error"]) for call in journal(proxy))
    assert rest == Counter((find_host(name), None) for name in outcomes if name not in telling)
    require_all(outcomes)


@pytest.mark.slow
def test_command_of_the_page_works(proxy: Server) -> None:
    """Its server is one of its own."""
    [command] = [block for block in blocks("docs/interception.md", "sh") if " exec " in block]
    assert "Message successfully marked as read" in bash(proxy, command)
    assert journal(proxy) == []


@pytest.mark.slow
def test_other_hosts_are_refused(proxy: Server, folder: Path, variables: Mapping[str, str]) -> None:
    others = [name for name, words in expected("another host").items() if words.startswith("`")]
    elsewhere = build(folder / "elsewhere", host=ELSEWHERE)
    require_words(run_all(elsewhere, variables, others), "another host")
    refused = Counter((call["host"], call["response"]["status"]) for call in journal(proxy))
    assert refused == {(ELSEWHERE, 403): len(others)}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["reset", "truncate", "hang"])
def test_wire_fails_within_tls(
    proxy: Server, folder: Path, variables: Mapping[str, str], fault: str
) -> None:
    rule = add_rule(proxy, type=fault)
    outcomes = run_all(folder, variables, PROGRAMS, SHORT if fault == "hang" else 20)
    require_words(outcomes, fault)
    struck = [call for call in journal(proxy) if call["fault"] == rule]
    assert len(struck) >= len(outcomes)  # Java's HttpURLConnection tries again by itself
    require_all(outcomes)


@pytest.mark.slow
@pytest.mark.parametrize("how", TLS)
def test_tls_fails(proxy: Server, folder: Path, variables: Mapping[str, str], how: str) -> None:
    slow = how == "slow_handshake"
    add_rule(proxy, type="tls", how=how, **({"ms": 30_000} if slow else {}))
    outcomes = run_all(folder, variables, PROGRAMS, SHORT if slow else 20)
    require_words(outcomes, how)
    assert [call for call in journal(proxy) if call["operation"]] == []
    [rule] = requests.get(f"{proxy.state}/faults", timeout=5).json()["faults"]
    assert rule["hits"] >= len(outcomes)
    require_all(outcomes)
