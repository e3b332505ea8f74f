"""The tables of the pages are what the code is, row by row."""

import inspect
import re
from typing import Any

import pytest
import requests

from mockserver import pytest_plugin
from mockserver.faults.unit import find_faults
from mockserver.registry import find_providers
from tests.calls import BY_PROVIDER
from tests.commands import run
from tests.conftest import ROOT, Server
from tests.docs.pages import PAGES, names, table
from tests.docs.shell import PRINTED

PROVIDERS = PAGES["docs/providers.md"]
ADMINISTRATION = PAGES["docs/administration.md"]
EVENTS = PAGES["docs/events.md"]
FAULTS = PAGES["docs/faults.md"]
SETTINGS = PAGES["docs/settings.md"]
VERDICTS = PAGES["docs/verdicts.md"]


def refused(server: Server, path: str, body: Any = None) -> str:
    """What a refusal says can be sent: what follows ``are`` in its hint, sorted."""
    method = "GET" if body is None else "POST"
    answer = requests.request(method, f"{server.url}/_mock/sandboxes{path}", json=body, timeout=5)
    assert answer.status_code == 400
    hint: str = answer.json()["error"]["hint"]
    return ", ".join(sorted(hint.partition(" are ")[2].split(", ")))


def test_operations(server: Server) -> None:
    listed = {
        (row[0].strip("`"), row[1].strip("`"), path)
        for row in table(PROVIDERS, "provider", "operation")
        for path in re.findall(r"/[^`,]+", row[2])
    }
    told = {*BY_PROVIDER, *(provider for provider, _, _ in listed)}
    described = requests.get(f"{server.url}/_mock/providers", timeout=5).json()["providers"]
    known = {
        (provider["id"], operation["name"], path)
        for provider in described
        for operation in provider["operations"]
        if provider["id"] in told
        for path in (operation["path"], *operation["aliases"])
    }
    assert listed == known


def test_what_is_not_emulated() -> None:
    listed = table(PROVIDERS, "provider", "documented, and not emulated yet")
    for provider, documented in listed:
        known = find_providers().providers[provider.strip("`")].not_emulated
        assert documented.split(", ") == [f"`{each.method} {each.path}`" for each in known]
    assert {*names(listed)} >= {*BY_PROVIDER}


def test_ways_of_addressing(server: Server) -> None:
    """Each leads to KirimChat, which does not know the key."""
    made = requests.post(f"{server.url}/_mock/sandboxes", timeout=5).json()
    printed = table(PROVIDERS, "way", "example")
    ways = [row[1].strip("`").replace("76242381", made["code"]) for row in printed]
    assert len(ways) == 4
    for way in ways:
        name, _, host = way.partition("Host: ")
        headers = {"Authorization": "Bearer kdv_"} | ({"Host": host} if host else {})
        url = (name or ways[0]).replace(PRINTED, server.url)
        answer = requests.post(url, headers=headers, timeout=5)
        assert answer.json()["error"]["code"] == "invalid_api_key"
    requests.delete(f"{server.url}/_mock/sandboxes/{made['id']}", timeout=5).raise_for_status()


def test_what_was_decided_names_what_exists() -> None:
    titles = {provider.title.split()[0] for provider in find_providers().providers.values()}
    rows = table(PROVIDERS, "provider", "question")
    assert {row[0] for row in rows} - {"all"} <= titles
    named = {name for row in rows for name in re.findall(r"`([a-z0-9]+\.\w+)`", row[2])}
    assert named
    assert named <= {*names(table(SETTINGS, "switch"))}


def test_filters(server: Server) -> None:
    for what in ("requests", "messages", "reports"):
        listed = names(table(ADMINISTRATION, f"filter of `…/{what}`"))
        assert refused(server, f"/default/{what}?nope=1") == ", ".join(sorted(listed))


def test_events(server: Server) -> None:
    filters = names(table(EVENTS, "filter of `…/events`"))
    assert refused(server, "/default/events?nope=1") == ", ".join(sorted(filters))
    kinds = names(table(EVENTS, "event", "when"))
    told = requests.get(f"{server.state}/events?event=nope", timeout=5).json()["error"]["hint"]
    assert told == f"there are {', '.join(kinds[:-1])}"
    assert kinds[-1] == "dropped"


def test_verdicts(server: Server) -> None:
    listed = requests.get(f"{server.state}/verdicts", timeout=5).json()["verdicts"]
    assert names(table(VERDICTS, "verdict")) == [each["name"] for each in listed]
    thresholds = names(table(VERDICTS, "threshold, of one asking"))
    assert refused(server, "/default/verdicts?nope=1") == ", ".join(sorted(thresholds))


def test_paths_of_the_administration(server: Server) -> None:
    hint = requests.get(f"{server.url}/_mock/nowhere", timeout=5).json()["error"]["hint"]
    rows = table(ADMINISTRATION, "path", "methods")
    assert names(rows) == re.findall(r"/_mock[^\s,]+", hint)
    for path, methods, _ in rows:
        answer = requests.request("PURGE", server.url + path.strip("`"), timeout=5)
        assert answer.headers["Allow"] == methods.replace("`", "")


def test_keys_of_a_sandbox(server: Server) -> None:
    listed = names(table(PAGES["docs/sandboxes.md"], "key"))
    assert refused(server, "", {"nope": 1}) == ", ".join(sorted(listed))


@pytest.mark.parametrize("part", ["", "match", "schedule"])
def test_parts_of_a_rule(server: Server, part: str) -> None:
    listed = names(table(FAULTS, f"key of `{part}`" if part else "part"))
    rule = {part: {"nope": 1}} if part else {"nope": 1}
    known = refused(server, "/default/faults", {"fault": {"type": "outage"}} | rule)
    assert known == ", ".join(sorted(listed))


def test_parts_of_an_expectation(server: Server) -> None:
    verification = PAGES["docs/verification.md"]
    listed = names(table(verification, "key of an expectation"))
    assert refused(server, "/default/verify", {"nope": 1}) == ", ".join(sorted(listed))
    listed = names(table(verification, "key of its `match` beside those of a rule"))
    listed += names(table(FAULTS, "key of `match`"))
    known = refused(server, "/default/verify", {"match": {"nope": 1}})
    assert known == ", ".join(sorted(listed))


def test_fault_types() -> None:
    shown = [
        [
            f"`{name}`",
            ", ".join(f"`{setting}`" for setting in unit.schema.fields) or "none",
            " ".join((inspect.getdoc(unit) or "").replace("``", "`").split()),
        ]
        for name, unit in find_faults().items()
    ]
    assert table(FAULTS, "type", "settings") == shown


def test_scenarios(server: Server) -> None:
    scenarios = requests.get(f"{server.state}/scenarios", timeout=5).json()["scenarios"]
    shown = [[f"`{each['name']}`", each["description"]] for each in scenarios]
    assert table(FAULTS, "scenario") == shown


def test_settings() -> None:
    told = " ".join(run("serve", "--help").stdout.split()).replace(
        "- ", "-"
    )  # a line may end there
    listed = table(SETTINGS, "option", "variable")
    shown = []
    for option, variable, default, text in ([cell.strip("`") for cell in row] for row in listed):
        given = "" if default == "none" else f" [default: {default}]"
        shown.append(f"{option} {text.replace('`', '')}{given} [{variable}]")
    assert [each for each in shown if each not in told] == []
    places = [told.index(each) for each in shown]
    assert places == sorted(places)
    options = {name.split()[0] for name in names(listed)}
    assert options | {"--config", "--help"} == set(
        re.findall(r"(?<= )--[a-z-]+(?= [A-Z]| refuse| stop| tell)", told)
    )


def test_switches() -> None:
    listed = table(SETTINGS, "switch", "variable")
    told = {*BY_PROVIDER, *(name.partition(".")[0] for name in names(listed))}
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


def commands_in(help_text: str) -> list[str]:
    listed = help_text.partition("\nCommands:\n")[2]
    return re.findall(r"^  ([\w-]+)  ", listed, re.MULTILINE)


def test_commands() -> None:
    rows = table(PAGES["docs/commands.md"], "command")
    for name, text in rows:
        assert text in " ".join(run(*name.strip("`").split(), "--help").stdout.split())
    known = set()
    for name in commands_in(run("--help").stdout):
        under = commands_in(run(name, "--help").stdout)
        known |= {f"{name} {each}" for each in under} or {name}
    assert {*names(rows)} == known
    assert len(rows) == len(known)


def test_fixtures_markers_and_options_of_pytest() -> None:
    page = PAGES["docs/testing.md"]
    assert names(table(page, "fixture")) == ["mockserver", "sandbox"]
    markers = [marker.partition(":")[0] for marker in pytest_plugin.MARKERS]
    assert sorted(names(table(page, "marker"))) == sorted(markers)
    parser = pytest.Parser(_ispytest=True)
    pytest_plugin.pytest_addoption(parser)
    [group] = [each for each in parser._groups if each.name == "mockserver"]
    options = {name for option in group.options for name in option.names()}
    assert {name.split()[0] for name in names(table(page, "option of pytest"))} == options


def test_measurements_name_their_scripts() -> None:
    scripts = {row[2].strip("`") for row in table(PAGES["docs/measurements.md"], "measure")}
    assert [name for name in scripts if not (ROOT / "bench" / name).is_file()] == []
