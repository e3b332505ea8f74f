"""Starting with a scenario, and how the files of scenarios are read."""

import shutil
from pathlib import Path

import pytest
import requests

from tests.calls import BY_PROVIDER
from tests.commands import Done
from tests.commands import run as mockserver
from tests.conftest import Start
from tests.faults.scenarios import FIXTURES, KIRIM_CALL, NAMES, apply, attempt

# At start


def assert_stopped(done: Done, *said: str) -> None:
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert all(part in done.stderr for part in said), done.stderr


def test_server_starts_with_a_scenario_of_the_option(start_server: Start) -> None:
    server = start_server("--scenario", "bad-gateway")
    assert [KIRIM_CALL.send(server.url).status_code for _ in range(4)] == [502, 200, 200, 502]


@pytest.mark.slow
def test_server_starts_with_a_scenario_of_the_environment(start_server: Start) -> None:
    server = start_server(MOCKSERVER_SCENARIO="bad-gateway")
    assert [KIRIM_CALL.send(server.url).status_code for _ in range(2)] == [502, 200]


@pytest.mark.slow
def test_option_wins_over_the_environment(start_server: Start) -> None:
    server = start_server("--scenario", "lost-answers", MOCKSERVER_SCENARIO="bad-gateway")
    assert attempt(server, KIRIM_CALL) == "broken"


def test_server_starts_with_a_scenario_and_rules_of_the_file(
    start_server: Start, tmp_path: Path
) -> None:
    file = tmp_path / "mock.toml"
    file.write_text(
        'scenario = "bad-gateway"\n[[fault]]\nname = "mine"\n'
        'match = {provider = "d7"}\nfault = {type = "status", status = 418}\n'
    )
    server = start_server("--config", str(file))
    assert [KIRIM_CALL.send(server.url).status_code for _ in range(2)] == [502, 200]
    assert BY_PROVIDER["d7"].send(server.url).status_code == 418


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--scenario", "meteor"], {}),
        ([], {"MOCKSERVER_SCENARIO": "meteor"}),
    ],
    ids=["option", "environment"],
)
def test_server_does_not_start_with_an_unknown_scenario(
    arguments: list[str], variables: dict[str, str]
) -> None:
    done = mockserver("serve", "--port", "0", *arguments, **variables)
    assert_stopped(done, "scenario", "meteor", *NAMES)


# Own files, good and bad


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    copy = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, copy)
    return copy


def test_own_scenario_is_listed_and_applied(start_server: Start, fixtures: Path) -> None:
    text = 'description = "Tea only"\n[[rule]]\nfault = {type = "status", status = 418}\n'
    (fixtures / "scenarios" / "tea-time.toml").write_text(text)
    assert mockserver("validate", "--fixtures", str(fixtures)).returncode == 0
    server = start_server("--fixtures", str(fixtures))
    listed = requests.get(f"{server.state}/scenarios", timeout=5).json()["scenarios"]
    assert {"name": "tea-time", "description": "Tea only"}.items() <= listed[-1].items()
    assert len(listed) == 9
    apply(server, "tea-time")
    assert KIRIM_CALL.send(server.url).status_code == 418


@pytest.mark.slow
def test_packaged_scenarios_are_there_when_the_folder_has_none(
    start_server: Start, fixtures: Path
) -> None:
    shutil.rmtree(fixtures / "scenarios")
    server = start_server("--fixtures", str(fixtures), "--scenario", "bad-gateway")
    assert KIRIM_CALL.send(server.url).status_code == 502


def test_scenario_of_rules_alone_and_steps_alone_keep_their_order(
    start_server: Start, fixtures: Path
) -> None:
    (fixtures / "scenarios" / "mixed.toml").write_text(
        'description = "Both"\n[[rule]]\nname = "a"\nfault = {type = "latency", ms = 0}\n'
        '[[step]]\nat = "PT1H"\nprovider = "d7"\n'
        '[[step.rule]]\nname = "b"\nfault = {type = "empty"}\n'
        '[[step.rule]]\nname = "c"\nmatch = {account = "main"}\nfault = {type = "reset"}\n'
        "schedule = {times = 2}\n"
    )
    server = start_server("--fixtures", str(fixtures), "--scenario", "mixed")
    rules = requests.get(f"{server.state}/faults", timeout=5).json()["faults"]
    assert [rule["name"] for rule in rules] == ["a", "b", "c"]
    assert [rule["match"] for rule in rules[1:]] == [
        {"provider": "d7"},
        {"provider": "d7", "account": "main"},
    ]
    assert (rules[2]["schedule"]["from"], rules[2]["schedule"]["times"]) == ("PT1H", 2)


GOOD = 'description = "x"\n'
STEP = f'{GOOD}[[step]]\nat = "PT1S"\n'
EMPTY = 'fault = {type = "empty"}\n'
WRONG = {
    "an unknown key": (f'{GOOD}colour = "red"\n[[rule]]\n{EMPTY}', "colour", ""),
    "an unknown key of a rule": (f"{GOOD}[[rule]]\nwehn = 1\n{EMPTY}", "rule[0]", "wehn"),
    "an unknown key of a step": (f"{STEP}wehn = 1\n[[step.rule]]\n{EMPTY}", "step[0].wehn", ""),
    "an unknown fault": (
        f'{GOOD}[[rule]]\n{EMPTY}[[rule]]\nfault = {{type = "meteor"}}\n',
        "rule[1]",
        "truncate",
    ),
    "an unknown error": (
        f'{GOOD}[[rule]]\nfault = {{type = "error", error = "NOPE"}}\n',
        "rule[0]",
        "NOPE",
    ),
    "an error that the provider does not have": (
        f'{STEP}provider = "d7"\n'
        '[[step.rule]]\nfault = {type = "error", error = "EXPIRED_API_KEY"}\n',
        "step[0].rule[0]",
        "ACCESS_TOKEN_EXPIRED",
    ),
    "an unknown provider": (
        f'{STEP}provider = "d8"\n[[step.rule]]\n{EMPTY}',
        "step[0].rule[0]",
        "kaleyra",
    ),
    "an unknown account": (
        f'{GOOD}[[rule]]\nmatch = {{account = "boss"}}\n{EMPTY}',
        "rule[0]",
        "boss",
    ),
    "a wrong time of a step": (
        f'{GOOD}[[step]]\nat = "5 minutes"\n[[step.rule]]\n{EMPTY}',
        "step[0].at",
        "5 minutes",
    ),
    "a wrong duration of a step": (
        f'{STEP}until = "P1M"\n[[step.rule]]\n{EMPTY}',
        "step[0].until",
        "P1M",
    ),
    "a wrong duration of a rule": (
        f'{GOOD}[[rule]]\nschedule = {{from = "soon"}}\n{EMPTY}',
        "rule[0]",
        "schedule.from",
    ),
    "a wrong setting": (
        f'{GOOD}[[rule]]\nfault = {{type = "latency", ms = "slow"}}\n',
        "rule[0]",
        "fault.ms",
    ),
    "a step without rules": (STEP, "step[0].rule", ""),
    "no description": (f"[[rule]]\n{EMPTY}", "description", ""),
    "a rule that is no table": (f"{GOOD}rule = 5\n", "rule", ""),
    "a match that is no table": (f'{STEP}[[step.rule]]\nmatch = "d7"\n{EMPTY}', "step[0]", ""),
    "a schedule that is no table": (f"{STEP}[[step.rule]]\nschedule = 3\n{EMPTY}", "step[0]", ""),
    "no TOML": ("description = \n", "", "TOML"),
    "no text": ("\0", "", "TOML"),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize(("text", "path", "told"), WRONG.values(), ids=WRONG)
def test_wrong_scenario_is_reported_with_file_and_path(
    fixtures: Path, text: str, path: str, told: str
) -> None:
    file = fixtures / "scenarios" / "mine.toml"
    file.write_text(text)
    done = mockserver("validate", "--fixtures", str(fixtures))
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
    [line] = done.stdout.splitlines()
    assert line.startswith(f"{file}: {path}")
    assert told in line


@pytest.mark.sample(1)
@pytest.mark.parametrize("mistake", ["an unknown key", "an unknown error", "no TOML"])
def test_server_does_not_start_with_a_wrong_scenario(fixtures: Path, mistake: str) -> None:
    text, path, told = WRONG[mistake]
    file = fixtures / "scenarios" / "mine.toml"
    file.write_text(text)
    done = mockserver("serve", "--port", "0", "--fixtures", str(fixtures))
    assert_stopped(done, f"mockserver: {file}: {path}", told)


def test_validate_prints_the_mistakes_of_all_files(fixtures: Path) -> None:
    for name, mistake in (("a", "an unknown key"), ("b", "an unknown error"), ("c", "no TOML")):
        (fixtures / "scenarios" / f"{name}.toml").write_text(WRONG[mistake][0])
    (fixtures / "d7.json").write_text("{")
    done = mockserver("validate", "--fixtures", str(fixtures))
    assert done.returncode == 2
    named = [Path(line.split(": ")[0]).name for line in done.stdout.splitlines()]
    assert sorted(named) == ["a.toml", "b.toml", "c.toml", "d7.json"]


def test_file_that_is_not_utf_8_is_reported(fixtures: Path) -> None:
    file = fixtures / "scenarios" / "mine.toml"
    file.write_bytes(b'description = "\xff"\n')
    done = mockserver("validate", "--fixtures", str(fixtures))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert done.stdout.startswith(f"{file}: ")
