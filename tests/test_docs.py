"""The README is true: its commands are run and its tables are compared with the code."""

import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.faults.unit import find_faults
from mockserver.registry import find_providers
from tests.calls import BY_PROVIDER, D7_RECEIPT
from tests.commands import run
from tests.conftest import ROOT, STATE, Server, Start, StillClock, new_client
from tests.derived import EVERY_CALL

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
FOUR_CALLS = next(block for block in BLOCKS if block.startswith('PATH="'))
ASSIGNMENTS = "\n".join(
    line for line in FOUR_CALLS.splitlines() if not line.startswith(("curl", "#"))
)
TITLES = {provider.title: provider.id for provider in find_providers().providers.values()}


def rows(table: str) -> list[list[str]]:
    """The cells of every row of the Markdown tables in a text, headings left out."""
    found = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in found]


def section(heading: str) -> str:
    return README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def error_rows() -> list[tuple[str, list[str]]]:
    parts = section("Every documented error").split("<details><summary>")[1:]
    return [(TITLES[part.split(":")[0]], row) for part in parts for row in rows(part)]


def bash(server: Server, script: str) -> str:
    """Run a script as the README has it, but against the server of the tests."""
    quiet = 'curl() { command curl --silent --show-error --include --write-out "\\n" "$@"; }\n'
    text = script.replace("http://127.0.0.1:8080", server.url)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        [shutil.which("bash") or "bash", "-c", quiet + text],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": path},
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def statuses(output: str) -> list[int]:
    return [int(status) for status in re.findall(r"^HTTP/1.1 (\d+)", output, re.MULTILINE)]


def entry_of(server: Server, output: str) -> dict[str, Any]:
    """The journal entry of the last call in an output of curl."""
    ids = re.findall(r"^x-mock-request-id: (\S+)", output, re.MULTILINE | re.IGNORECASE)
    entries = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    entry: dict[str, Any] = next(each for each in entries if each["id"] == ids[-1])
    return entry


def test_the_four_calls_give_the_documented_answers(server: Server) -> None:
    output = bash(server, FOUR_CALLS)
    assert statuses(output) == [200, 202, 200, 200]
    for told in (
        '"Message successfully marked as read"',
        '{"code":"WA202","message":"Request Accepted","data":{"message_id":"AXXXX',
        '{"code":0,"data":null,"message":"Request succeeded"}',
        '{"data":{"id":"msg_01HXYZABCDEFGHJKMNPQRSTVWX","object":"message","status":"read",',
    ):
        assert told in output


def test_the_banners_calls_give_the_documented_answers(server: Server) -> None:
    lines = server.log.read_text(encoding="utf-8").splitlines()
    found = [line.strip() for line in lines if " http://" in line and "curl -X" in line]
    calls = [each for id in BY_PROVIDER for each in found if f"{server.url}/{id}/" in each]
    assert len(calls) == 4
    assert sorted(statuses("\n".join(bash(server, call) for call in calls))) == [200, 200, 200, 202]


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block != FOUR_CALLS],
    ids=["behind", "sandboxes", "own", "faults"],
)
def test_other_commands_work_as_written(server: Server, block: str) -> None:
    found = statuses(bash(server, f"{ASSIGNMENTS}\n{block}"))
    assert len(found) == block.count("curl ")
    asked_for = block.count("X-Mock-Fault: error=RATE_LIMIT_EXCEEDED")
    assert [status for status in found if status >= 400] == [429] * asked_for


ERRORS = error_rows()
NAMES = [f"{provider}-{row[0].strip('`')}" for provider, row in ERRORS]


def described(server: Server) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = requests.get(f"{server.url}/_mock/providers", timeout=5).json()[
        "providers"
    ]
    return listed


def test_every_error_of_the_catalogues_is_in_the_readme(server: Server) -> None:
    listed = [(provider, row[0].strip("`"), row[2]) for provider, row in ERRORS]
    told = {*BY_PROVIDER, *(provider for provider, _, _ in listed)}
    known = [
        (provider["id"], row["name"], row["proof"])
        for provider in described(server)
        for row in provider["errors"]
        if provider["id"] in told
    ]
    assert listed == known


@pytest.mark.sample(6)
@pytest.mark.parametrize(("provider", "row"), ERRORS, ids=NAMES)
def test_error_is_shown_from_the_fixtures(server: Server, provider: str, row: list[str]) -> None:
    name, answer, _, command, _ = row
    spec = find_providers().providers[provider].errors[name.strip("`")].spec
    if command == "by rule only":
        assert not spec.by_state
        return
    output = bash(server, f"{ASSIGNMENTS}\n{command.strip('`')}")
    entry = entry_of(server, output)
    assert (entry["provider"], entry["error"], entry["fault"]) == (provider, name.strip("`"), None)
    status, _, code = answer.partition(" ")
    assert statuses(output)[-1:] == [int(status)]
    assert code.strip("`") in output


@pytest.mark.sample(16)
@pytest.mark.parametrize(("provider", "row"), ERRORS, ids=NAMES)
def test_error_is_injected_by_the_rule(server: Server, provider: str, row: list[str]) -> None:
    name, answer, _, _, rule = row
    headers = {"Content-Type": "application/json"}
    added = requests.post(
        f"{server.state}/faults", data=rule.strip("`"), headers=headers, timeout=5
    )
    assert added.status_code == 201, added.text
    call = next(each for each in EVERY_CALL if each.provider == provider)
    response = call.send(server.url)
    assert response.headers["X-Mock-Fault"] == added.json()["id"]
    status, _, code = answer.partition(" ")
    assert response.status_code == int(status)
    assert code.strip("`") in response.text
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["error"] == name.strip("`")


def test_settings_table_is_what_the_help_says() -> None:
    told = " ".join(run("serve", "--help").stdout.split())
    listed = [row for row in rows(section("Settings")) if row[0].startswith("`--")]
    shown = []
    for option, variable, default, text in ([cell.strip("`") for cell in row] for row in listed):
        given = "" if default == "none" else f" [default: {default}]"
        shown.append(f"{option} {text.replace('`', '')}{given} [{variable}]")
    assert [each for each in shown if each not in told] == []
    places = [told.index(each) for each in shown]
    assert places == sorted(places)
    options = {row[0].strip("`").split()[0] for row in listed}
    assert options | {"--config", "--help"} == set(
        re.findall(r"(?<= )--[a-z-]+(?= [A-Z]| refuse)", told)
    )


def test_switches_table_is_the_codes() -> None:
    listed = [row for row in rows(section("Settings")) if not row[0].startswith("`--")]
    told = {*BY_PROVIDER, *(row[0].strip("`").partition(".")[0] for row in listed)}
    shown = [
        [
            f"`{provider.id}.{switch.name}`",
            f"`MOCKSERVER_{provider.id.upper()}_{switch.name.upper()}`",
            ", ".join(f"`{str(choice).lower()}`" for choice in switch.choices),
            switch.help,
        ]
        for provider in find_providers().providers.values()
        for switch in provider.switches
        if provider.id in told
    ]
    assert listed == shown


def test_fault_table_is_the_codes() -> None:
    types = find_faults()
    listed = [row for row in rows(section("Faults")) if row[0].strip("`") in types]
    shown = [
        [
            f"`{name}`",
            ", ".join(f"`{setting}`" for setting in unit.schema.fields) or "none",
            " ".join((inspect.getdoc(unit) or "").replace("``", "`").split()),
        ]
        for name, unit in types.items()
    ]
    assert listed == shown


def test_scenario_table_is_the_files(server: Server) -> None:
    scenarios = requests.get(f"{server.state}/scenarios", timeout=5).json()["scenarios"]
    names = [each["name"] for each in scenarios]
    table = section("Faults").partition("| scenario |")[2]
    listed = [row for row in rows(table) if row[0].strip("`") in names]
    assert listed == [[f"`{each['name']}`", each["description"]] for each in scenarios]


def test_operations_table_is_the_codes(server: Server) -> None:
    listed = {
        (row[0].strip("`"), row[1].strip("`"), path)
        for row in rows(section("The four calls"))
        for path in re.findall(r"/[^`,]+", row[2])
    }
    told = {*BY_PROVIDER, *(provider for provider, _, _ in listed)}
    known = {
        (provider["id"], operation["name"], path)
        for provider in described(server)
        for operation in provider["operations"]
        if provider["id"] in told
        for path in (operation["path"], *operation["aliases"])
    }
    assert listed == known


def test_configuration_example_is_accepted(start_server: Start, tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", section("Settings"), re.DOTALL)
    file = tmp_path / "mockserver.toml"
    file.write_text(example, encoding="utf-8")
    port = tomllib.loads(example)["port"]
    elsewhere = run("serve", "--config", str(file), "--host", "203.0.113.1")  # no machine's own
    assert f"cannot listen on 203.0.113.1 port {port}" in elsewhere.stderr
    server = start_server("--config", str(file))
    assert len(requests.get(f"{server.state}/faults", timeout=5).json()["faults"]) == 1
    requests.delete(f"{server.state}/faults", timeout=5).raise_for_status()
    assert list(D7_RECEIPT.send(server.url).json()) == ["message"]


def test_scenario_example_is_accepted(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", section("Faults"), re.DOTALL)
    for file in (ROOT / "fixtures").glob("*.json"):
        shutil.copy(file, tmp_path)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "mine.toml").write_text(example, encoding="utf-8")
    client = new_client(StillClock(), fixtures=tmp_path)
    answer = client.post(f"{STATE}/scenarios/mine")
    assert (answer.status_code, len(answer.json["faults"])) == (200, 2)


MY_TESTS = """
import requests


def test_one(mock, mock_url):
    rule = {"fault": {"type": "outage"}, "match": {"provider": "d7"}}
    requests.post(f"{mock}/faults", json=rule, timeout=5).raise_for_status()


def test_two(mock, mock_url):
    assert requests.get(f"{mock}/faults", timeout=5).json() == {"faults": []}
    assert requests.get(f"{mock_url}/d7/nowhere", timeout=5).status_code == 404
"""


@pytest.mark.slow
def test_fixtures_of_pytest_work(tmp_path: Path) -> None:
    fixtures, example = re.findall(r"```python\n(.*?)```", section("In tests"), re.DOTALL)
    (tmp_path / "conftest.py").write_text(fixtures, encoding="utf-8")
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(MY_TESTS, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "3 passed" in run.stdout


def test_ci_runs_the_readmes_own_test_command() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    [_, command] = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    for part in command.split(" && "):
        assert part in ci


def test_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = run("--version").stdout.split()[-1]
    assert f"## {version}" in changelog


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
