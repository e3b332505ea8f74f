"""A sandbox has at most so many rules, and adding one costs the same with any number of others."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.pipeline.plan import MOST_RULES
from tests.calls import D7, D7_RECEIPT
from tests.commands import run, started
from tests.conftest import ROOT, STATE, StillClock, new_client
from tests.work import count_work

RULES = f"{STATE}/faults"
LATE: dict[str, Any] = {"fault": {"type": "latency", "ms": 0}, "seed": 1}
SCENARIO = "flaky-network"


def put(client: Any, count: int, path: str = RULES) -> Any:
    return client.put(path, json={"faults": [LATE] * count})


def count_rules(client: Any, path: str = RULES) -> int:
    return len(client.get(path).json["faults"])


def assert_full(answer: Any) -> None:
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (429, "too_many_rules")
    assert "2000" in error["message"]
    assert error["hint"]


def test_2000_rules_are_taken_and_one_more_is_not(client: Any) -> None:
    assert MOST_RULES == 2_000
    assert put(client, MOST_RULES).status_code == 200
    assert_full(client.post(RULES, json=LATE))
    assert count_rules(client) == MOST_RULES
    [first] = client.get(RULES).json["faults"][:1]
    client.delete(f"{RULES}/{first['id']}")
    assert client.post(RULES, json=LATE).status_code == 201
    assert_full(client.post(RULES, json=LATE))


def test_list_of_too_many_changes_nothing(client: Any) -> None:
    client.post(RULES, json=LATE)
    assert_full(put(client, MOST_RULES + 1))
    assert count_rules(client) == 1


def test_scenario_is_added_only_where_there_is_room(client: Any) -> None:
    put(client, MOST_RULES - 1)
    scenario = f"{STATE}/scenarios/{SCENARIO}"
    assert_full(client.post(scenario, json={"add": True}))
    assert count_rules(client) == MOST_RULES - 1
    assert client.post(scenario).status_code == 200
    assert count_rules(client) < 10


def test_each_sandbox_has_a_limit_of_its_own(make_client: Callable[..., Any]) -> None:
    client = make_client()
    put(client, MOST_RULES)
    client.post("/_mock/sandboxes", json={"id": "other"})
    assert client.post("/_mock/sandboxes/other/faults", json=LATE).status_code == 201


def test_sandbox_is_not_made_with_too_many(make_client: Callable[..., Any]) -> None:
    client = make_client()
    body = {"id": "crowded", "faults": [LATE] * MOST_RULES}
    assert_full(client.post("/_mock/sandboxes", json=body | {"scenario": SCENARIO}))
    assert client.get("/_mock/sandboxes/crowded").status_code == 404
    assert client.post("/_mock/sandboxes", json=body).status_code == 201
    assert client.delete("/_mock/sandboxes/crowded").status_code == 204


def test_snapshot_with_too_many_makes_no_sandbox(make_client: Callable[..., Any]) -> None:
    client = make_client()
    client.post("/_mock/sandboxes", json={"id": "kept"})
    put(client, MOST_RULES, "/_mock/sandboxes/kept/faults")
    snapshot = client.get("/_mock/sandboxes/kept/snapshot").json
    body = {"id": "again", "snapshot": snapshot}
    assert client.post("/_mock/sandboxes", json=body).status_code == 201
    assert count_rules(client, "/_mock/sandboxes/again/faults") == MOST_RULES
    assert_full(client.post("/_mock/sandboxes/again/faults", json=LATE))
    rule_id, rule = snapshot["tables"]["rules"][0]
    number = snapshot["ids"]["rule"] = snapshot["ids"]["rule"] + 1
    snapshot["tables"]["rules"].append([rule_id + "X", rule | {"number": number, "twin": 5_000}])
    assert_full(client.post("/_mock/sandboxes", json={"id": "more", "snapshot": snapshot}))


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures"))


def test_files_with_too_many_are_refused_at_start(fixtures: Path, tmp_path: Path) -> None:
    rules = "[[%s]]\nfault = {type = 'reset'}\n"
    (fixtures / "scenarios" / "mine.toml").write_text(
        "description = 'x'\n" + rules % "rule" * (MOST_RULES + 1)
    )
    (tmp_path / "mockserver.toml").write_text(
        f"scenario = '{SCENARIO}'\n" + rules % "fault" * MOST_RULES
    )
    done = run("validate", "--fixtures", str(fixtures), cwd=tmp_path)
    assert done.returncode == 2
    scenario, configuration = done.stdout.splitlines()
    assert scenario.startswith(f"{fixtures}/scenarios/mine.toml: 0 rules are there and 2001 more")
    assert configuration.startswith("mockserver.toml: fault: 0 rules are there and 200")
    assert "2000 is the most" in configuration


@pytest.mark.slow
def test_rules_that_are_kept_leave_no_room_for_too_many_of_the_configuration(
    tmp_path: Path,
) -> None:
    data = tmp_path / "state"
    client = new_client(StillClock(), data=data)
    assert put(client, MOST_RULES).status_code == 200
    client.application.sandboxes.close()
    (tmp_path / "mockserver.toml").write_text("[[fault]]\nfault = {type = 'reset'}\n")
    done = started("serve", "--port", "0", "--data", str(data), cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert f"{data}: beside the rules that are kept there: 2000 rules are there" in done.stderr


def test_more_rules_of_an_older_server_are_kept(tmp_path: Path) -> None:
    """They could be made then: the file is read, but none is added."""
    data = tmp_path / "state"
    client = new_client(StillClock(), data=data)
    rule = client.post(RULES, json=LATE).json
    client.application.sandboxes.close()
    *before, last = [line.partition("\t")[0] for line in data.read_text().splitlines()]  # no sums
    [changes] = json.loads(last).values()
    more = []
    for number in range(2, MOST_RULES + 2):
        for kind, table, name, value in changes:
            if name == rule["id"]:
                numbered = {"number": number, "twin": number} if table == "rules" else {}
                more.append([kind, table, f"rule_{number}", value | numbered])
    more.append(["put", "ids", "rule", {"n": MOST_RULES + 1}])
    data.write_text("\n".join([*before, last, json.dumps({"default": more}), ""]))
    client = new_client(StillClock(), data=data)
    assert count_rules(client) == MOST_RULES + 1
    assert_full(client.post(RULES, json=LATE))
    client.application.sandboxes.close()


# Work


DIFFERENT = [{"match": {"message_id": f"wamid.{each}"}, **LATE} for each in range(400)]
EQUAL = [LATE] * 400


@pytest.mark.parametrize("rules", [DIFFERENT, EQUAL], ids=["different", "equal"])
def test_adding_one_costs_the_same_with_any_number_of_others(
    make_client: Callable[..., Any], rules: list[Any]
) -> None:
    faults = make_client().application.sandboxes.default.faults
    faults.add(LATE)
    early = count_work(lambda: faults.add(rules[0]))
    for rule in rules:
        faults.add(rule)
    late = count_work(lambda: faults.add(rules[0]))
    assert late <= early + 20


def test_removing_one_costs_the_same_with_any_number_of_others(
    make_client: Callable[..., Any],
) -> None:
    faults = make_client().application.sandboxes.default.faults
    first = faults.add(LATE)["id"]
    early = count_work(lambda: faults.remove(first))
    second = faults.add(LATE)["id"]
    for rule in DIFFERENT:
        faults.add(rule)
    late = count_work(lambda: faults.remove(second))
    assert late <= early + 20


@pytest.mark.parametrize("rules", [DIFFERENT, EQUAL], ids=["different", "equal"])
def test_list_twice_as_long_is_twice_the_work(
    make_client: Callable[..., Any], rules: list[Any]
) -> None:
    faults = make_client().application.sandboxes.default.faults
    faults.replace([LATE])
    once = count_work(lambda: faults.replace(rules[:200]))
    faults.replace([LATE])
    twice = count_work(lambda: faults.replace(rules))
    assert twice < 2.2 * once


def test_rules_strike_in_order_however_they_came_and_went(client: Any) -> None:
    """Those that are found by what they name, and those that must be tried."""
    matches = [{"provider": "d7"}, {}, {"account": "main"}, {"account": ["main"]},
               {"operation": "mark_as_read"}] * 2  # fmt: skip
    added = [
        client.post(RULES, json={"match": match, "fault": {"type": "latency", "ms": place}}).json
        for place, match in enumerate(matches)
    ]
    for place in (0, 3, 6):
        client.delete(f"{RULES}/{added[place]['id']}")
    client.post(D7_RECEIPT.path, headers=D7)
    [entry] = client.get(f"{STATE}/requests").json["requests"]
    struck = [hit["fault"]["ms"] for hit in entry["injected"]]
    assert struck == [1, 2, 4, 5, 7, 8, 9]
    assert [each["fault"]["ms"] for each in client.get(RULES).json["faults"]] == struck


def test_rules_of_a_restored_state_are_followed_on(make_client: Callable[..., Any]) -> None:
    client = make_client()
    kept = client.post(RULES, json={"match": {"provider": "d7"}, **LATE}).json["id"]
    client.post(f"{STATE}/snapshot")
    client.delete(RULES)
    client.post(RULES, json={"match": {"provider": "d7"}, **LATE})
    client.post(f"{STATE}/restore")
    assert client.post(D7_RECEIPT.path, headers=D7).headers["X-Mock-Fault"] == kept
    assert client.delete(f"{RULES}/{kept}").status_code == 204
    assert "X-Mock-Fault" not in client.post(D7_RECEIPT.path, headers=D7).headers
