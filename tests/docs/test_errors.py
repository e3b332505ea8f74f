"""docs/errors.md has every error of the catalogues, and each is shown in both ways as written."""

import pytest
import requests

from mockserver.registry import find_providers
from tests.calls import BY_PROVIDER
from tests.conftest import Server
from tests.derived import call_answering
from tests.docs.pages import ASSIGNMENTS, PAGES, section, table
from tests.docs.shell import bash, entry_of, statuses

PAGE = "docs/errors.md"
ERRORS = [
    (provider.id, row)
    for provider in find_providers().providers.values()
    if f"\n## {provider.title}\n" in PAGES[PAGE]
    for row in table(section(PAGE, provider.title), "error", "answer")
]
NAMES = [f"{provider}-{row[0].strip('`')}" for provider, row in ERRORS]


def test_every_error_of_the_catalogues_is_told() -> None:
    listed = [(provider, row[0].strip("`"), row[2]) for provider, row in ERRORS]
    told = {*BY_PROVIDER, *(provider for provider, _, _ in listed)}
    known = [
        (id, name, error.spec.proof)
        for id, provider in find_providers().providers.items()
        for name, error in provider.errors.__members__.items()
        if id in told
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
    output = bash(server, f"{ASSIGNMENTS}{command.strip('`')}")
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
    response = call_answering(provider, name.strip("`")).send(server.url)
    assert response.headers["X-Mock-Fault"] == added.json()["id"]
    status, _, code = answer.partition(" ")
    assert response.status_code == int(status)
    assert code.strip("`") in response.text
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["error"] == name.strip("`")
