"""What is refused as a rule, whatever way it comes, and what the refusal teaches."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.calls import BY_PROVIDER, KIRIM
from tests.commands import Done, run
from tests.conftest import ROOT, STATE, StillClock, new_client

CALL = BY_PROVIDER["kirim"]
RULES = f"{STATE}/faults"
LATE: dict[str, Any] = {"type": "latency", "ms": 1}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "text for a number": (
        {"fault": {"type": "latency", "ms": "250"}},
        "fault.ms: expected a number from 0 to 3600000, came '250'",
    ),
    "half a call": (
        {"fault": {"type": "rate_limit", "limit": 2.5}},
        "fault.limit: expected a whole number from 1 to 1000000, came 2.5",
    ),
    "half a byte": ({"fault": {"type": "reset", "after_bytes": 2.5}}, "fault.after_bytes"),
    "half a second to wait": (
        {"fault": {"type": "error", "error": "RATE_LIMIT_EXCEEDED", "retry_after": 1.5}},
        "fault.retry_after: expected a whole number from 0 to 86400, came 1.5",
    ),
    "no type": ({"fault": {}}, "fault.type: missing"),
    "an unknown flavour": (
        {"fault": {"type": "gateway", "flavour": "varnish"}},
        "fault.flavour: expected one of nginx, cloudflare, alb, came 'varnish'",
    ),
    "a setting of another distribution": (
        {
            "fault": {
                "type": "latency",
                "distribution": "uniform",
                "min_ms": 1,
                "max_ms": 2,
                "ms": 3,
            }
        },
        "fault.ms: does not belong here: the distribution uniform takes min_ms and max_ms, came 3",
    ),
    "jitter of a distribution": (
        {
            "fault": {
                "type": "latency",
                "distribution": "normal",
                "mean_ms": 1,
                "sd_ms": 2,
                "jitter_ms": 3,
            }
        },
        "fault.jitter_ms: does not belong here",
    ),
    "a distribution without its settings": (
        {"fault": {"type": "latency", "distribution": "lognormal", "median_ms": 3}},
        "fault.sigma: missing: the distribution lognormal takes median_ms and sigma",
    ),
    "a window that ends before it begins": (
        {"fault": LATE, "schedule": {"from": "PT10S", "until": "PT5S"}},
        "schedule.until: expected a time after PT10S, when it begins, came 'PT5S'",
    ),
    "a window without length": (
        {"fault": LATE, "schedule": {"from": "PT10S", "until": "2026-11-21T06:00:10Z"}},
        "schedule.until",
    ),
    "seconds as such": (
        {"fault": LATE, "schedule": {"from": "5s"}},
        "schedule.from: expected a time such as 2026-11-21T06:00:00Z, or a duration of weeks, days,"
        " hours, minutes and seconds such as PT5S, came '5s'",
    ),
    "a sequence that never strikes": ({"fault": LATE, "schedule": {"sequence": "...R"}}, "one F"),
    "no ordinals": ({"fault": LATE, "schedule": {"ordinals": []}}, "schedule.ordinals"),
    "a path without its slash": (
        {"fault": LATE, "match": {"path": "v1/messages"}},
        "match.path: expected a path from its first / on",
    ),
    "a path with a query": ({"fault": LATE, "match": {"path": "/v1?a=b"}}, "match.path"),
    "a number without digits": (
        {"fault": LATE, "match": {"customer": "abc"}},
        "match.customer: expected a phone number, came 'abc'",
    ),
    "an empty number": ({"fault": LATE, "match": {"business_number": ""}}, "match.business_number"),
    "an empty id": ({"fault": LATE, "match": {"message_id": ""}}, "match.message_id"),
    "a pointer with a wrong escape": ({"fault": LATE, "match": {"body": {"/a~2": 1}}}, "/a~2"),
    "a header's name that is none": ({"fault": LATE, "match": {"header": {"a b": "1"}}}, "a b"),
    "an error of no provider with that operation": (
        {"fault": {"type": "error", "error": "LOW_BALANCE"}, "match": {"operation": "get_status"}},
        "no such error of d7's get_status: 'LOW_BALANCE'",
    ),
    "an error of no provider with that account": (
        {
            "fault": {"type": "error", "error": "INSUFFICIENT_CREDIT"},
            "match": {"account": "rate_limited"},
        },
        "no such error of kirim: 'INSUFFICIENT_CREDIT'",
    ),
    "a header that the server sets": (
        {"fault": {"type": "status", "status": 500, "headers": {"X-Mock-Fault": "mine"}}},
        "the server sets X-Mock-Fault itself",
    ),
    "deep matching": ({"fault": LATE, "match": {"body": {"/x": nested(300)}}}, "32 levels"),
    "a deep answer": ({"fault": {"type": "status", "status": 500, "body": nested(300)}}, "levels"),
    "results beside the rule": ({"fault": LATE, "hits": 0}, "hits: unknown key"),
    "a typo beside what is missing": ({"falut": LATE}, "falut: unknown key"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_rule_is_refused_with_a_reason_that_teaches(client: Any, name: str) -> None:
    rule, told = REFUSED[name]
    answer = client.post(RULES, json=rule)
    assert answer.status_code == 400
    assert told in answer.json["error"]["message"]
    assert client.get(RULES).json == {"faults": []}
    assert client.post(CALL.path, data=CALL.body, headers=KIRIM).status_code == 200


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ({"fault": {"type": "latncy"}}, "latency"),
        ({"fault": LATE, "match": {"operation": "mark_as_rad"}}, "mark_as_read"),
        ({"fault": LATE, "match": {"provder": "d7"}}, "provider"),
        ({"fault": LATE, "schedule": {"evry": 2}}, "every"),
        ({"fault": {"type": "error", "error": "LOW_BALLANCE"}}, "LOW_BALANCE"),
        ({"fault": {"type": "gateway", "flavor": "alb"}}, "flavour"),
    ],
)
def test_refusal_guesses_what_was_meant(client: Any, rule: dict[str, Any], meant: str) -> None:
    assert f"did you mean {meant}?" in client.post(RULES, json=rule).json["error"]["hint"]


def test_wrong_setting_is_answered_with_the_manual_of_the_type(client: Any) -> None:
    rule = {"fault": {"type": "truncate", "keep": -1}}
    hint = client.post(RULES, json=rule).json["error"]["hint"]
    assert "keep is a number of bytes, or below 1 a share of the body" in hint


def test_wrong_rule_of_a_list_is_told(client: Any) -> None:
    rules = [{"fault": LATE}, {"fault": LATE, "schedule": {"skip": -1}}]
    answer = client.put(RULES, json={"faults": rules})
    assert answer.json["error"]["message"].startswith("faults[1]: schedule.skip: expected")


def test_what_is_listed_can_be_put_back(client: Any) -> None:
    for rule in ({"fault": LATE, "seed": 7}, {"fault": {"type": "reset"}, "when": "after"}):
        assert client.post(RULES, json=rule).status_code == 201
    before = client.get(RULES).json
    client.post(f"{STATE}/reset")
    answer = client.put(RULES, json=before)
    assert answer.status_code == 200

    def without_ids(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{key: value for key, value in rule.items() if key != "id"} for rule in rules]

    assert without_ids(answer.json["faults"]) == without_ids(before["faults"])


def test_list_with_something_beside_is_refused(client: Any) -> None:
    answer = client.put(RULES, json={"faults": [], "rules": [{"fault": LATE}]})
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_rule")


def test_one_rule_can_be_asked_for(client: Any) -> None:
    rule = client.post(RULES, json={"fault": LATE}).json
    assert client.get(f"{RULES}/{rule['id']}").json == rule
    answer = client.get(f"{RULES}/rule_x")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "rule_not_found")


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("gateway=503;flavour=alb", {"type": "gateway", "status": 503, "flavour": "alb"}),
        ("gateway;flavour=cloudflare", {"type": "gateway", "status": 502, "flavour": "cloudflare"}),
        ("rate_limit=1;per=5;algorithm=fixed_window", None),
        ("latency;distribution=uniform;min_ms=2;max_ms=4", {"type": "latency", "ms": 3.0}),
        ("latency=2;between=headers and body", {"type": "latency", "ms": 2.0,
                                                "between": "headers and body"}),
        ("error=RATE_LIMIT_EXCEEDED;retry_after=7", {"type": "error", "retry_after": 7,
                                                     "error": "RATE_LIMIT_EXCEEDED"}),
    ],
)  # fmt: skip
def test_request_gives_further_settings_of_its_fault(
    client: Any, header: str, fault: dict[str, Any] | None
) -> None:
    headers = KIRIM | {"X-Mock-Fault": header}
    assert client.post(CALL.path, data=CALL.body, headers=headers).status_code != 400
    [entry] = client.get(f"{STATE}/requests").json["requests"]
    assert [hit["fault"] for hit in entry.get("injected", [])] == ([fault] if fault else [])


def test_object_is_sent_as_json_under_any_content_type(client: Any) -> None:
    headers = {"content-type": "application/problem+json"}
    fault = {"type": "status", "status": 500, "headers": headers, "body": {"title": "nö"}}
    assert client.post(RULES, json={"fault": fault}).status_code == 201
    answer = client.post(CALL.path, data=CALL.body, headers=KIRIM)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.data) == {"title": "nö"}


def test_deep_body_is_like_no_value_of_a_rule(client: Any) -> None:
    rule = {"fault": {"type": "status", "status": 418}, "match": {"body": {"": 1}}}
    assert client.post(RULES, json=rule).status_code == 201
    answer = client.post(CALL.path, data=b"[" * 1_000 + b"]" * 1_000, headers=KIRIM)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "invalid_request")


def test_path_is_the_same_however_it_is_escaped(client: Any) -> None:
    kaleyra = BY_PROVIDER["kaleyra"]
    assert "/+91" in kaleyra.path
    rule = {"fault": {"type": "status", "status": 418}, "match": {"path": kaleyra.path}}
    assert client.post(RULES, json=rule).status_code == 201
    for path in (kaleyra.path, kaleyra.path.replace("+", "%2B"), f"/kaleyra{kaleyra.path}"):
        assert client.post(path, data=kaleyra.body, headers=kaleyra.headers).status_code == 418


def test_scenarios_cost_the_server_no_random_number(tmp_path: Path) -> None:
    """Otherwise one more file would change every id and every seed that is chosen."""
    fixtures = tmp_path / "fixtures"
    scenarios = fixtures / "scenarios"
    scenarios.mkdir(parents=True)
    for file in (ROOT / "fixtures").glob("*.json"):
        (fixtures / file.name).write_bytes(file.read_bytes())
    rules = []
    for content in (None, 'description = "one more"\n[[rule]]\nfault = {type = "reset"}\n'):
        if content:
            (scenarios / "more.toml").write_text(content)
        client = new_client(StillClock(), fixtures=fixtures)
        rules.append(client.post(RULES, json={"fault": LATE}).json)
    assert rules[0] == rules[1]


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], Path]:
    """A folder of fixtures with one scenario of the given content beside."""

    def write(content: str) -> Path:
        (tmp_path / "own" / "scenarios").mkdir(parents=True)
        for file in (ROOT / "fixtures").glob("*.json"):
            (tmp_path / "own" / file.name).write_bytes(file.read_bytes())
        (tmp_path / "own" / "scenarios" / "mine.toml").write_text(content, encoding="utf-8")
        return tmp_path / "own"

    return write


def test_rule_of_a_step_says_what_the_step_leaves_open(own: Callable[[str], Path]) -> None:
    folder = own(
        'description = "x"\n[[step]]\nat = "PT5S"\n[[step.rule]]\n'
        'match = {provider = "kirim"}\nschedule = {until = "PT9S"}\nfault = {type = "reset"}'
    )
    client = new_client(StillClock(), fixtures=folder)
    [rule] = client.post(f"{STATE}/scenarios/mine").json["faults"]
    assert rule["match"] == {"provider": "kirim"}
    assert (rule["schedule"]["from"], rule["schedule"]["until"]) == ("PT5S", "PT9S")


def test_own_scenarios_stand_beside_the_packaged_ones(own: Callable[[str], Path]) -> None:
    folder = own('description = "mine"\n[[rule]]\nfault = {type = "reset"}\n')
    client = new_client(StillClock(), fixtures=folder)
    names = [each["name"] for each in client.get(f"{STATE}/scenarios").json["scenarios"]]
    assert len(names) == 9
    assert {"mine", "flaky-network"} < set(names)


WRONG_SCENARIOS = {
    "nothing happens": ('description = "mine"', "rule", "[[rule]] or [[step]]"),
    "an unknown key": (
        'description = "x"\n[[rules]]',
        "rules",
        "there are description, rule, step",
    ),
    "a step's unknown key": (
        'description = "x"\n[[step]]\nform = "PT1S"\n[[step.rule]]\nfault = {type = "reset"}',
        "step[0].form",
        "there are at, provider, rule, until",
    ),
    "a step for another provider": (
        'description = "x"\n[[step]]\nprovider = "d7"\n[[step.rule]]\n'
        'match = {provider = "kirim"}\nfault = {type = "reset"}',
        "step[0].rule[0].match.provider",
        "the step says it",
    ),
    "a rule's own time within a step": (
        'description = "x"\n[[step]]\nat = "PT1S"\n[[step.rule]]\n'
        'schedule = {from = "PT5S"}\nfault = {type = "reset"}',
        "step[0].rule[0].schedule.from",
        "the step says it",
    ),
    "a step that ends before it begins": (
        'description = "x"\n[[step]]\nat = "PT9S"\nuntil = "PT5S"\n[[step.rule]]\n'
        'fault = {type = "reset"}',
        "step[0].rule[0]",
        "expected a time after PT9S",
    ),
    "a number for a time": (
        'description = "x"\n[[step]]\nat = 10\n[[step.rule]]\nfault = {type = "reset"}',
        "step[0].at",
        "came 10",
    ),
    "a number that no JSON holds": (
        'description = "x"\n[[rule]]\nfault = {type = "status", status = 500, body = {a = inf}}',
        "rule[0]",
        "expected a number",
    ),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", WRONG_SCENARIOS)
def test_wrong_scenario_is_refused_with_file_and_place(
    own: Callable[[str], Path], name: str
) -> None:
    content, path, told = WRONG_SCENARIOS[name]
    folder = own(content)
    done = run("validate", "--fixtures", str(folder), cwd=folder)
    [mistake] = done.stdout.splitlines()
    file = folder / "scenarios" / "mine.toml"
    assert mistake.startswith(f"{file}: {path}: ")
    assert told in mistake.removeprefix(f"{file}: {path}: ")


CONFIGURATIONS = {
    "a number of more than 64 bits": "fault = {type = 'status', status = 500, body = {a = 1%s}}"
    % ("0" * 30),
    "no number": "fault = {type = 'status', status = 500, body = {a = nan}}",
    "a typo": "falut = {type = 'reset'}",
    "a time that is over before it begins": "fault = {type = 'reset'}\n"
    "schedule = {from = 2026-11-21T07:00:00Z, until = 2026-11-21T06:00:00Z}",
}


def validate(folder: Path, **variables: str) -> Done:
    return run("validate", cwd=folder, **variables)


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_wrong_rule_of_the_configuration_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "mockserver.toml").write_text(f"[[fault]]\n{CONFIGURATIONS[name]}\n")
    done = validate(tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("mockserver.toml: fault[0]: ")


def test_times_of_toml_are_times_of_a_rule(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text(
        "[[fault]]\nfault = {type = 'status', status = 500, body = {day = 2026-11-21}}\n"
        "match = {body = {'/day' = 2026-11-21}}\n"
        "schedule = {from = 2026-11-21T06:00:00Z, until = 2026-11-21T07:00:00+01:00}\n"
        "[[fault]]\nfault = {type = 'reset'}\nschedule = {from = 2026-11-21T06:00:00Z}\n"
    )
    done = validate(tmp_path)
    assert done.returncode == 2  # 07:00 at +01:00 is 06:00
    assert done.stdout.startswith(
        "mockserver.toml: fault[0]: schedule.until: expected a time after"
    )
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("variables", "content", "told"),
    [
        ({"MOCKSERVER_SCENARIO": "nope"}, "", "MOCKSERVER_SCENARIO: no such scenario: 'nope'"),
        ({}, 'scenario = "nope"', "mockserver.toml: scenario: no such scenario: 'nope'"),
        ({}, 'scenario = "slow-providr"', "did you mean slow-provider?"),
    ],
)
def test_unknown_scenario_is_told_with_where_it_stands(
    tmp_path: Path, variables: dict[str, str], content: str, told: str
) -> None:
    (tmp_path / "mockserver.toml").write_text(content)
    done = validate(tmp_path, **variables)
    assert done.returncode == 2
    assert told in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_validate_tells_what_it_has_read(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text("[[fault]]\nfault = {type = 'reset'}\n")
    done = validate(tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "mockserver.toml: no mistakes, fault rules: 1"
