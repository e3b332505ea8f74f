"""Scenarios: each played by a small client that copes with it, and how their files are read."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import BY_PROVIDER, CALLS, WAMID, ValidCall
from tests.commands import Done
from tests.commands import run as mockserver
from tests.conftest import Server, Start, StillClock

STATE = "/_mock/sandboxes/default"
FIXTURES = Path(__file__).parents[2] / "fixtures"
PROVIDERS = ("d7", "kaleyra", "nxcloud", "kirim")
KIRIM_CALL = BY_PROVIDER["kirim"]
NAMES = [
    "bad-gateway",
    "expired-credentials",
    "flaky-network",
    "lost-answers",
    "outage-and-recovery",
    "provider-failover",
    "rate-limited",
    "slow-provider",
]


# A client on the wire


def apply(server: Server, name: str) -> None:
    requests.post(f"{server.state}/scenarios/{name}", timeout=5).raise_for_status()


def attempt(server: Server, call: ValidCall, patience: float = 5) -> str:
    """The status, or what became of the connection."""
    headers = call.headers | call.signature()
    url = f"{server.url}{call.path}"
    try:
        answer = requests.request(
            call.method, url, headers=headers, data=call.body, timeout=patience
        )
    except requests.exceptions.ReadTimeout:
        return "timeout"
    except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return "broken"
    return str(answer.status_code)


def attempts_until_through(send: Callable[[], str], most: int = 4) -> list[str]:
    """The outcomes of a call that is sent again until it is answered with success."""
    outcomes: list[str] = []
    while len(outcomes) < most and outcomes[-1:] not in (["200"], ["202"]):
        outcomes.append(send())
    return outcomes


def journal(server: Server) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = requests.get(f"{server.state}/requests", timeout=5).json()[
        "requests"
    ]
    return entries


# A client in process: what would come over the wire is read off the journal


def start_scenario(client: Any, name: str) -> None:
    assert client.post(f"{STATE}/scenarios/{name}").status_code == 200


def entries_of(client: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = client.get(f"{STATE}/requests").json["requests"]
    return entries


def send(client: Any, clock: StillClock, call: ValidCall) -> Any:
    """The answer, from a server that can delay and break it, so that no thread has to wait."""
    return client.open(
        call.path,
        method=call.method,
        headers=call.headers | call.signature(now=clock.now()),
        data=call.body,
        environ_overrides={"mockserver.delivery": []},
    )


def outcome(client: Any, clock: StillClock, call: ValidCall, patience_ms: int = 60_000) -> str:
    """The status, or ``reset`` or ``timeout``; the time that it takes passes."""
    answer = send(client, clock, call)
    entry = client.get(f"{STATE}/requests?limit=1").json["requests"][0]
    took = min(round(entry.get("injected_ms", 0)), patience_ms)
    clock.advance(took)
    if took == patience_ms:
        return "timeout"
    if any(hit["fault"]["type"] == "outage" for hit in entry.get("injected", [])):
        return "reset"
    return str(answer.status_code)


# The scenarios


def test_flaky_network(server: Server) -> None:
    """A client passes that sends a receipt again when the connection broke.

    Resets, answers that are cut short and bytes that are no HTTP are all the same to it: it does
    not know what became of the call, and a receipt may be sent twice.
    """
    apply(server, "flaky-network")
    receipts = [attempts_until_through(lambda: attempt(server, KIRIM_CALL)) for _ in range(14)]
    assert [receipt[-1] for receipt in receipts] == ["200"] * 14
    assert {each for receipt in receipts for each in receipt[:-1]} == {"broken"}
    struck = {hit["fault"]["type"] for entry in journal(server) for hit in entry["injected"]}
    assert struck == {"latency", "reset", "truncate", "garbage"}


def test_slow_provider(client: Any, clock: StillClock) -> None:
    """A client passes that waits for 3 s, more than the usual 0.8 s, and then sends again.

    The work of a call that it gave up on is done: the second receipt must change nothing.
    """
    start_scenario(client, "slow-provider")
    receipts = [
        attempts_until_through(lambda: outcome(client, clock, KIRIM_CALL, patience_ms=3_000))
        for _ in range(200)
    ]
    assert [receipt[-1] for receipt in receipts] == ["200"] * 200
    delays = [entry["injected_ms"] for entry in entries_of(client)]
    assert 0.4 < sum(delay > 800 for delay in delays) / len(delays) < 0.6
    assert 0.02 < sum(delay > 3_000 for delay in delays) / len(delays) < 0.1
    message = client.get(f"{STATE}/messages/{WAMID}").json
    assert message["read_at"] == "2026-11-21T06:00:00Z"


def test_outage_and_recovery(client: Any, clock: StillClock) -> None:
    """A client passes that waits twice as long after each failure, and gives up after a minute.

    It takes a page of HTML with 503 for a failure as good as a reset, and does not parse it.
    """
    start_scenario(client, "outage-and-recovery")
    assert outcome(client, clock, KIRIM_CALL) == "200"
    clock.advance(6_000)
    outcomes, pause = [outcome(client, clock, KIRIM_CALL)], 1_000
    while outcomes[-1] != "200" and pause <= 32_000:
        clock.advance(pause)
        outcomes.append(outcome(client, clock, KIRIM_CALL))
        pause *= 2
    assert outcomes == ["reset", "reset", "reset", "reset", "503", "200"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_rate_limited(client: Any, clock: StillClock, provider: str) -> None:
    """A client passes that waits as long as ``Retry-After`` says, and then sends again."""
    start_scenario(client, "rate-limited")
    call = BY_PROVIDER[provider]
    statuses = []
    for _ in range(7):
        answer = send(client, clock, call)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            assert answer.headers["Retry-After"] == "2"
            clock.advance(2_000)
            statuses.append(send(client, clock, call).status_code)
    good = call.success
    assert statuses == [good, good, good, good, good, 429, good, 429, good]


def test_lost_answers(server: Server) -> None:
    """A client passes that sends the same again after a reset: no call does harm when repeated.

    The first had done the work, and the second leaves it as it is.
    """
    apply(server, "lost-answers")
    for call in CALLS:
        assert attempt(server, call) == "broken"
        message = requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json()
        assert attempt(server, call) == str(call.success)
    assert message["read_at"] is not None
    assert requests.get(f"{server.state}/messages/{WAMID}", timeout=5).json() == message
    entries = journal(server)
    assert [entry["committed"] for entry in entries] == [True] * 12
    assert [each["retry_of"] for each in entries[1::2]] == [each["id"] for each in entries[::2]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_bad_gateway(client: Any, clock: StillClock, provider: str) -> None:
    """A client passes that looks at status and content type before it parses JSON.

    A page of HTML with 502 comes from something in front of the API: it sends again.
    """
    start_scenario(client, "bad-gateway")
    good = str(BY_PROVIDER[provider].success)
    pages = []

    def try_once() -> str:
        answer = send(client, clock, BY_PROVIDER[provider])
        if answer.content_type == "application/json":
            assert answer.json
        else:
            pages.append((answer.status_code, answer.content_type, answer.text[:6]))
        return str(answer.status_code)

    receipts = [attempts_until_through(try_once) for _ in range(4)]
    assert receipts == [["502", good], [good], ["502", good], [good]]
    assert pages == [(502, "text/html", "<html>")] * 2


def test_provider_failover(server: Server) -> None:
    """A client passes that sends a receipt over the next provider when one fails or is slow.

    It waits for 0.2 s, and takes a reset, a 429 and silence alike as a reason to go on.
    """
    apply(server, "provider-failover")
    receipts = []
    for _ in range(3):
        outcomes: list[str] = []
        for provider in PROVIDERS:
            outcomes.append(attempt(server, BY_PROVIDER[provider], patience=0.2))
            if outcomes[-1] in ("200", "202"):
                break
        receipts.append(outcomes)
    assert receipts[:2] == [["broken", "202"], ["broken", "202"]]
    assert receipts[2] == ["broken", "429", "timeout", "200"]


@pytest.mark.parametrize(
    ("provider", "status", "code"),
    [
        ("d7", 401, "ACCESS_TOKEN_EXPIRED"),
        ("kaleyra", 401, "RBC001"),
        ("nxcloud", 200, "1005"),
        ("kirim", 401, "expired_api_key"),
    ],
)
def test_expired_credentials(
    client: Any, clock: StillClock, provider: str, status: int, code: str
) -> None:
    """A client passes that keeps its receipts and sends nothing more once it was refused.

    To send again at once helps nothing: it waits for new credentials. NXCloud tells with a code
    in an answer with status 200.
    """
    start_scenario(client, "expired-credentials")
    call = BY_PROVIDER[provider]
    waiting, refusals = 3, []
    for pause in (0, 5_000, 25_000):
        clock.advance(pause)
        while waiting and pause != 0:
            answer = send(client, clock, call)
            if code in answer.text:
                refusals.append(answer.status_code)
                break
            waiting -= 1
        if pause == 0:
            assert send(client, clock, call).status_code == call.success
    assert (waiting, refusals) == (0, [status])
    assert len(entries_of(client)) == 5


def test_every_scenario_of_the_fixtures_is_played_here() -> None:
    assert sorted(file.stem for file in FIXTURES.glob("scenarios/*")) == NAMES
    assert {f"test_{name.replace('-', '_')}" for name in NAMES} <= globals().keys()


# The timeline, and applying again


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [
        (5_000, "reset"),
        (19_999, "reset"),
        (20_000, "503"),
        (24_999, "503"),
        (25_000, "200"),
    ],
)
@pytest.mark.parametrize("provider", ["d7", "nxcloud", "kirim"])
def test_step_begins_and_ends_at_its_time(
    client: Any, clock: StillClock, provider: str, at_ms: int, expected: str
) -> None:
    start_scenario(client, "outage-and-recovery")
    clock.advance(at_ms)
    assert outcome(client, clock, BY_PROVIDER[provider]) == expected


def test_first_step_slows_down_within_its_bounds(client: Any, clock: StillClock) -> None:
    start_scenario(client, "outage-and-recovery")
    for _ in range(20):
        send(client, clock, KIRIM_CALL)
    delays = [entry["injected_ms"] for entry in entries_of(client)]
    assert all(50 <= delay <= 350 for delay in delays)
    assert len(set(delays)) > 10
    clock.advance(25_000)
    assert "X-Mock-Fault" not in send(client, clock, KIRIM_CALL).headers


def test_timeline_starts_when_the_scenario_is_applied(client: Any, clock: StillClock) -> None:
    start_scenario(client, "expired-credentials")
    clock.advance(10_000)
    assert send(client, clock, KIRIM_CALL).status_code == 401
    start_scenario(client, "expired-credentials")
    assert send(client, clock, KIRIM_CALL).status_code == 200
    clock.advance(5_000)
    assert send(client, clock, KIRIM_CALL).status_code == 401


def test_scenario_takes_the_place_of_the_rules_that_are_there(client: Any) -> None:
    fault = {"type": "status", "status": 500}
    assert client.post(f"{STATE}/faults", json={"fault": fault}).status_code == 201
    answer = client.post(f"{STATE}/scenarios/lost-answers")
    [rule] = answer.json["faults"]
    assert (rule["fault"], rule["when"]) == ({"type": "reset"}, "after")
    assert client.get(f"{STATE}/faults").json == answer.json


@pytest.mark.parametrize("name", ["flaky-network", "slow-provider"])
def test_scenario_applied_again_does_the_same_again(
    client: Any, clock: StillClock, name: str
) -> None:
    runs = []
    for _ in range(2):
        start_scenario(client, name)
        for _ in range(30):
            send(client, clock, KIRIM_CALL)
        hits = [entry["injected"] for entry in entries_of(client)[-30:]]
        runs.append([[hit["fault"] for hit in each] for each in hits])
    assert runs[0] == runs[1]


# Which scenarios there are


def test_scenarios_are_listed_with_description_and_rules(server: Server) -> None:
    listed = requests.get(f"{server.state}/scenarios", timeout=5).json()["scenarios"]
    assert [scenario["name"] for scenario in listed] == NAMES
    assert all(scenario.keys() == {"name", "description", "rules"} for scenario in listed)
    by_name = {scenario["name"]: scenario for scenario in listed}
    limited = by_name["rate-limited"]
    assert limited["description"] == (
        "Five calls in ten seconds for each account of each provider, then 429 with Retry-After"
    )
    assert limited["rules"] == [{"fault": {"type": "rate_limit", "limit": 5, "per": 10}}]
    assert {"d7", "kaleyra", "nxcloud", "kirim"} == {
        rule["match"]["provider"] for rule in by_name["expired-credentials"]["rules"]
    }


def test_unknown_scenario_is_refused_with_the_list(server: Server) -> None:
    apply(server, "lost-answers")
    before = requests.get(f"{server.state}/faults", timeout=5).json()
    answer = requests.post(f"{server.state}/scenarios/meteor", timeout=5)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "scenario_not_found")
    assert "meteor" in error["message"]
    assert all(name in error["hint"] for name in NAMES)
    assert requests.get(f"{server.state}/faults", timeout=5).json() == before


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
    "an unknown key": (f'{GOOD}colour = "red"\n', "colour", ""),
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
