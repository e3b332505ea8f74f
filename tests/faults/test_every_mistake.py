"""Everything that is wrong is told at once: of a rule, of a file, of all files."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.calls import D7, D7_RECEIPT
from tests.commands import run
from tests.conftest import ROOT, STATE

RULES = f"{STATE}/faults"
WRONG: dict[str, Any] = {
    "colour": "red",
    "match": {"provider": "d8", "operation": "raed", "account": ["boss", "main", "chief"],
              "customer": "nobody", "body": {"a": 1, "/b~2": 1}, "diretcion": "inbound"},
    "fault": {"type": "error", "error": "NOPE", "retry_after": -1, "ms": 5},
    "when": "later",
    "schedule": {"skip": -1, "times": 0, "evry": 2, "from": "PT9S", "until": "PT5S"},
    "seed": "x",
}  # fmt: skip
TOLD = [
    "colour: unknown key",
    "match.diretcion: unknown key",
    "schedule.evry: unknown key",
    "match.customer: expected a phone number, came 'nobody'",
    "match.body: expected JSON pointers such as /status or /a~1b, came 'a'",
    "match.body: expected JSON pointers such as /status or /a~1b, came '/b~2'",
    "when: expected one of before, after, came 'later'",
    "schedule.skip: expected a whole number from 0",
    "schedule.times: expected a whole number from 1",
    "seed: expected a whole number from",
    "schedule.until: expected a time after PT9S",
    "fault.ms: unknown key",
    "fault.retry_after: expected a whole number from 0",
    "no such provider: 'd8'",
    "no such operation: 'raed'",
    "no such account: 'boss'",
    "no such account: 'chief'",
    "no such error of d7 or kaleyra or kirim or nxcloud: 'NOPE'",
]
"""All that is wrong with that rule: each is a line of ``validate``."""


def to_toml(value: Any) -> str:
    if isinstance(value, dict):
        inner = (f"{json.dumps(name)} = {to_toml(each)}" for name, each in value.items())
        return f"{{{', '.join(inner)}}}"
    return json.dumps(value)


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures"))


def validate(fixtures: Path, folder: Path) -> list[str]:
    done = run("validate", "--fixtures", str(fixtures), cwd=folder)
    assert (done.returncode, done.stderr) == (2, "")
    return done.stdout.splitlines()


def test_all_mistakes_of_all_rules_are_told_with_file_and_place(
    fixtures: Path, tmp_path: Path
) -> None:
    (tmp_path / "mockserver.toml").write_text(f"fault = [{to_toml(WRONG)}, 5, {to_toml(WRONG)}]\n")
    lines = validate(fixtures, tmp_path)
    for place in (0, 2):
        start = f"mockserver.toml: fault[{place}]: "
        own = [line.removeprefix(start) for line in lines if line.startswith(start)]
        assert len(own) == len(TOLD)
        assert [told for told in TOLD if not any(line.startswith(told) for line in own)] == []
    assert [line for line in lines if line.startswith("mockserver.toml: fault[1]: expected an obj")]
    assert len(lines) == 2 * len(TOLD) + 1


def test_mistakes_of_a_file_do_not_hide_those_of_its_rules(fixtures: Path, tmp_path: Path) -> None:
    (fixtures / "scenarios" / "mine.toml").write_text(
        "colour = 'red'\n"
        "[[rule]]\nfault = {type = 'meteor'}\n"
        "[[step]]\nat = 'soon'\nprovider = 'd7'\nform = 1\n"
        "[[step.rule]]\nmatch = {provider = 'd7', account = 'boss'}\nfault = {type = 'drip'}\n"
        "[[step.rule]]\nmatch = {provider = 'd7'}\nfault = {type = 'reset', after_bytes = -1}\n"
        "[[step]]\nprovider = 3\n[[step.rule]]\nfault = {type = 'hung'}\n"
    )
    start = f"{fixtures / 'scenarios' / 'mine.toml'}: "
    lines = [line.removeprefix(start) for line in validate(fixtures, tmp_path)]
    expected = [
        "colour: unknown key",
        "description: missing",
        "rule[0]: no such fault type: 'meteor'",
        "step[0].at: expected a time",
        "step[0].form: unknown key",
        "step[0].rule[0].match.provider: the step says it",
        "step[0].rule[0]: fault.bytes_per_second: give either",
        "step[0].rule[0]: no such account: 'boss'",
        "step[0].rule[1].match.provider: the step says it",
        "step[0].rule[1]: fault.after_bytes: expected",
        "step[1].provider: expected a text",
        "step[1].rule[0]: no such fault type: 'hung'",
    ]
    assert len(lines) == len(expected), lines
    assert [each for each in expected if not any(line.startswith(each) for line in lines)] == []


def test_shape_of_a_fixture_does_not_hide_its_contradictions(
    fixtures: Path, tmp_path: Path
) -> None:
    file = fixtures / "kirim.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["colour"] = "red"
    content["accounts"][1]["label"] = content["accounts"][0]["label"]
    content["accounts"][1]["condition"] = "bored"
    content["conversations"][0]["account"] = "nobody"
    content["conversations"][1]["business_number"] = "+1"
    content["conversations"][1]["messages"][0] |= {"direction": "up", "sticker": {}, "age": 8}
    file.write_text(json.dumps(content), encoding="utf-8")
    (fixtures / "d7.json").write_text('{"accounts": [], "conversations": 3}')
    lines = [line.removeprefix(str(fixtures)) for line in validate(fixtures, tmp_path)]
    expected = [
        "/d7.json: conversations: expected a list",
        "/kirim.json: colour: unknown key",
        "/kirim.json: accounts[1].label: duplicate",
        "/kirim.json: accounts[1].condition: expected one of",
        "/kirim.json: conversations[0].account: no account is labelled 'nobody'",
        "/kirim.json: conversations[1].business_number: '+1' is none",
        "/kirim.json: conversations[1].messages[0].direction: expected one of",
        "/kirim.json: conversations[1].messages[0].sticker: does not belong",
        "/kirim.json: conversations[1].messages[0].age: expected",
    ]
    assert [each for each in expected if not any(line.startswith(each) for line in lines)] == []
    ours = [line for line in lines if line.startswith(("/kirim", "/d7"))]
    repeated = [line for line in ours if "accounts[1]" not in line and "duplicate" in line]
    assert repeated == []


def test_refusal_of_a_rule_tells_all_that_is_wrong(client: Any) -> None:
    rule = {"fault": {"type": "latency", "ms": -1}, "schedule": {"skip": -1}, "seed": "x"}
    error = client.post(RULES, json=rule).json["error"]
    assert error["code"] == "bad_rule"
    for told in ("fault.ms: expected", "schedule.skip: expected", "seed: expected"):
        assert told in error["message"]
    assert "latency: The answer comes late" in error["hint"]
    assert "the keys here are every, from" in client.post(RULES, json=WRONG).json["error"]["hint"]
    assert client.get(RULES).json == {"faults": []}


def test_refusal_of_a_header_tells_all_that_is_wrong(client: Any) -> None:
    asked = {"X-Mock-Fault": "truncate=-1;colour=red;kep=1"}
    message = client.post(D7_RECEIPT.path, headers=D7 | asked).json["error"]["message"]
    for told in ("fault.keep: expected", "fault.colour: unknown", "fault.kep: unknown"):
        assert told in message


def test_thousands_of_mistakes_are_told_in_short(client: Any) -> None:
    rule = {"fault": {"type": "reset"}} | {f"key {number}": 1 for number in range(20_000)}
    error = client.post(RULES, json=rule).json["error"]
    assert error["message"].startswith("key 0: unknown key; key 1: unknown key")
    assert error["message"].endswith("; and more")
    assert len(error["message"]) + len(error["hint"]) < 2_000


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"falut": {"type": "reset"}}, ["falut: unknown key"]),
        ({"fault": {"type": "latency", "mss": 1}}, ["fault.mss: unknown key"]),
        ({"colour": 1}, ["colour: unknown key", "fault: missing"]),
    ],
)
def test_typo_is_not_told_twice(client: Any, rule: dict[str, Any], told: list[str]) -> None:
    assert client.post(RULES, json=rule).json["error"]["message"].split("; ") == told


def test_deep_and_wrong_rule_is_told_both(client: Any) -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    rule = {"fault": {"type": "status", "status": 99, "body": deep}, "seed": 10**30}
    message = client.post(RULES, json=rule).json["error"]["message"]
    assert "fault.status: expected a whole number from 200" in message
    assert "levels of JSON" in message
    assert "seed: expected a whole number" in message


def test_mistakes_beyond_a_thousand_are_counted(tmp_path: Path) -> None:
    headers = "".join(f'"h {number}" = "x"\n' for number in range(1_005))
    file = tmp_path / "mockserver.toml"
    file.write_text(f'[[fault]]\n[fault.fault]\ntype = "reset"\n[fault.match.header]\n{headers}')
    done = run("validate", "--config", str(file))
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 1_001
    assert "and 5 more mistakes" in done.stdout
