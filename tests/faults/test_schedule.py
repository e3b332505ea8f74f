"""When and how often a rule strikes: the schedule, the draws, and the replacing of all rules."""

import logging
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.calls import D7, D7_RECEIPT
from tests.conftest import STATE, StillClock, new_client

D7_PATH = D7_RECEIPT.path
RULES = f"{STATE}/faults"
NOTHING = {"type": "latency", "ms": 0}
HALF = {"probability": 0.5}


def add(client: Any, **rule: Any) -> dict[str, Any]:
    answer = client.post(RULES, json={"fault": NOTHING, **rule})
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json
    return added


def struck(client: Any, calls: int) -> str:
    """``F`` for each call that was struck, ``.`` for each that was not."""
    answers = [client.post(D7_PATH, headers=D7) for _ in range(calls)]
    return "".join("F" if "X-Mock-Fault" in each.headers else "." for each in answers)


def struck_by(client: Any, rule: dict[str, Any], calls: int) -> str:
    """The same of one rule among others."""
    for _ in range(calls):
        client.post(D7_PATH, headers=D7)
    entries = client.get(f"/_mock/sandboxes/default/requests?limit={calls}").json["requests"]
    hits = [[hit["rule"] for hit in entry.get("injected", [])] for entry in entries]
    return "".join("F" if rule["id"] in each else "." for each in hits)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"skip": 0}, "FFFFFFFFFF"),
        ({"skip": 3}, "...FFFFFFF"),
        ({"times": 1}, "F........."),
        ({"times": None}, "FFFFFFFFFF"),
        ({"every": 1}, "FFFFFFFFFF"),
        ({"every": 3}, "..F..F..F."),
        ({"every": 11}, ".........."),
        ({"skip": 2, "every": 2}, "...F.F.F.F"),
        ({"every": 3, "times": 2}, "..F..F...."),
        ({"skip": 1, "every": 2, "times": 3}, "..F.F.F..."),
        ({"skip": 4, "times": 2}, "....FF...."),
        ({"sequence": "F.FF..R"}, "F.FF..F.FF"),
        ({"sequence": "F.FF.."}, "F.FF......"),
        ({"sequence": "F.FF"}, "F.FF......"),
        ({"sequence": "FR"}, "FFFFFFFFFF"),
        ({"sequence": "F"}, "F........."),
        ({"sequence": ".F"}, ".F........"),
        ({"sequence": "FF.R", "times": 3}, "FF.F......"),
        ({"sequence": ".FR", "skip": 3}, "....F.F.F."),
        ({"sequence": "F.R", "probability": 1}, "F.F.F.F.F."),
        ({"sequence": "F.R", "probability": 0}, ".........."),
        ({"every": 2, "probability": 0}, ".........."),
    ],
    ids=str,
)
def test_schedule_strikes_exactly_these_calls(
    client: Any, schedule: dict[str, Any], expected: str
) -> None:
    add(client, schedule=schedule)
    assert struck(client, 10) == expected


def test_only_matching_calls_are_counted(client: Any) -> None:
    add(client, match={"provider": "d7"}, schedule={"every": 2})
    came = ""
    for _ in range(4):
        client.get("/kirim/nowhere")
        came += struck(client, 1)
    assert came == ".F.F"


def test_times_count_what_was_struck_and_not_what_was_drawn(client: Any) -> None:
    add(client, schedule={"probability": 0.3, "times": 5}, seed=1)
    came = struck(client, 60)
    assert came.count("F") == 5
    assert came.index("F.") < 40


def test_probability_lets_pass_some_of_those_that_the_schedule_has(client: Any) -> None:
    add(client, schedule={"sequence": "F.R", "probability": 0.5}, seed=4)
    came = struck(client, 200)
    assert came[1::2] == "." * 100
    assert 30 <= came[0::2].count("F") <= 70  # 50 expected, four standard deviations are 20


@pytest.mark.parametrize(
    ("schedule", "at_0_s", "at_10_s", "at_20_s"),
    [
        ({"from": "PT10S"}, ".", "F", "F"),
        ({"until": "PT10S"}, "F", ".", "."),
        ({"from": "PT10S", "until": "PT20S"}, ".", "F", "."),
        ({"from": "PT0S", "until": "PT20.001S"}, "F", "F", "F"),
        ({"from": "PT10.001S"}, ".", ".", "F"),
        ({"from": "2026-11-21T06:00:10Z"}, ".", "F", "F"),
        ({"from": "2026-11-21T13:00:10+07:00"}, ".", "F", "F"),
        ({"until": "2026-11-21T06:00:10Z"}, "F", ".", "."),
        ({"from": "2026-11-21T06:00:10.001Z"}, ".", ".", "F"),
        ({"from": "2026-11-20T06:00:00Z", "until": "PT20S"}, "F", "F", "."),
        ({"from": "PT10S", "until": "2026-11-21T06:00:20Z"}, ".", "F", "."),
        ({"from": "P1D"}, ".", ".", "."),
        ({"until": "2026-11-21T05:59:59Z"}, ".", ".", "."),
    ],
    ids=str,
)
def test_window_opens_and_closes_by_the_clock(
    client: Any,
    clock: StillClock,
    schedule: dict[str, str],
    at_0_s: str,
    at_10_s: str,
    at_20_s: str,
) -> None:
    add(client, schedule=schedule)
    came = []
    for _ in range(3):
        came.append(struck(client, 1))
        clock.advance(10_000)
    assert came == [at_0_s, at_10_s, at_20_s]


def test_duration_counts_from_when_the_rule_was_made(client: Any, clock: StillClock) -> None:
    clock.advance(3_600_000)
    add(client, schedule={"from": "PT1M", "until": "PT2M"})
    came = struck(client, 1)
    for milliseconds in (59_999, 1, 59_999, 1):
        clock.advance(milliseconds)
        came += struck(client, 1)
    assert came == "..FF."


def test_calls_outside_the_window_are_not_counted(client: Any, clock: StillClock) -> None:
    add(client, schedule={"from": "PT10S", "sequence": "F.F"})
    assert struck(client, 5) == "....."
    clock.advance(10_000)
    assert struck(client, 5) == "F.F.."


def test_window_repeats_its_draws_whenever_it_opens(
    make_client: Callable[..., Any], clock: StillClock
) -> None:
    runs = set()
    for before in (0, 7):
        client = make_client()
        add(client, schedule={"from": "PT10S", **HALF}, seed=9)
        assert "F" not in struck(client, before)
        clock.advance(10_000)
        runs.add(struck(client, 40))
    assert len(runs) == 1
    assert 8 <= runs.pop().count("F") <= 32


@pytest.mark.sample(14)
@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ({"skip": 1.5}, "schedule.skip"),
        ({"skip": "2"}, "schedule.skip"),
        ({"skip": True}, "schedule.skip"),
        ({"skip": None}, "schedule.skip"),
        ({"times": -1}, "schedule.times"),
        ({"times": "1"}, "schedule.times"),
        ({"every": 0}, "schedule.every"),
        ({"every": -1}, "schedule.every"),
        ({"every": None}, "schedule.every"),
        ({"every": 2.5}, "schedule.every"),
        ({"probability": -0.1}, "schedule.probability"),
        ({"probability": 1.1}, "schedule.probability"),
        ({"probability": "often"}, "schedule.probability"),
        ({"probability": None}, "schedule.probability"),
        ({"probability": True}, "schedule.probability"),
        ({"sequence": ""}, "schedule.sequence"),
        ({"sequence": "R"}, "schedule.sequence"),
        ({"sequence": "F.RF"}, "schedule.sequence"),
        ({"sequence": "F.RR"}, "schedule.sequence"),
        ({"sequence": "f."}, "schedule.sequence"),
        ({"sequence": "F.\n"}, "schedule.sequence"),
        ({"sequence": ["F"]}, "schedule.sequence"),
        ({"from": "soon"}, "schedule.from"),
        ({"from": ""}, "schedule.from"),
        ({"from": "10"}, "schedule.from"),
        ({"from": 10}, "schedule.from"),
        ({"from": "P"}, "schedule.from"),
        ({"from": "PT"}, "schedule.from"),
        ({"from": "P1M"}, "schedule.from"),
        ({"from": "-PT10S"}, "schedule.from"),
        ({"from": "2026-11-21T06:00:00"}, "schedule.from"),
        ({"from": "2026-13-21T06:00:00Z"}, "schedule.from"),
        ({"until": "tomorrow"}, "schedule.until"),
        ({"until": "2026-11-21"}, "schedule.until"),
        ({"till": "PT1S"}, "schedule.till"),
        ([], "schedule"),
    ],
    ids=str,
)
def test_wrong_schedule_is_refused_and_nothing_is_stored(
    client: Any, schedule: Any, told: str
) -> None:
    answer = client.post(RULES, json={"fault": NOTHING, "schedule": schedule})
    assert answer.status_code == 400, answer.text
    assert answer.json["error"]["code"] == "bad_rule"
    assert told in answer.json["error"]["message"]
    assert client.get(RULES).json == {"faults": []}


def test_unknown_key_is_refused_with_all_that_exist(client: Any) -> None:
    answer = client.post(RULES, json={"fault": NOTHING, "schedule": {"evry": 2}})
    hint = answer.json["error"]["hint"]
    known = ("skip", "times", "every", "probability", "from", "until", "sequence")
    assert [key for key in known if key not in hint] == []


@pytest.mark.parametrize("schedule", [{"every": 3}, {"sequence": "F.R"}, {"from": "PT1S"}])
def test_schedule_is_shown_as_it_was_given(client: Any, schedule: dict[str, Any]) -> None:
    shown = add(client, schedule=schedule)["schedule"]
    assert shown == {"skip": 0, "times": None, "probability": 1.0, **schedule}


CALLS = 10_000
SEEDS = (0, 1, 2, 42, -7, 2**53)


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[bool]]:
    """By name of the rule, which of 10,000 calls each rule struck."""
    client = new_client(StillClock())
    rules = {f"half of {seed}": (0.5, seed) for seed in SEEDS}
    rules |= {f"tenth of {seed}": (0.1, seed) for seed in SEEDS}
    rules |= {"twin": (0.5, 42), "third": (0.3, 42)}
    ids = {}
    for name, (share, seed) in rules.items():
        rule = add(client, name=name, schedule={"probability": share}, seed=seed)
        ids[rule["id"]] = name
    for _ in range(CALLS):
        client.post(D7_PATH, headers=D7)
    hits: dict[str, list[bool]] = {name: [False] * CALLS for name in rules}
    entries = client.get("/_mock/sandboxes/default/requests").json["requests"]
    for place, entry in enumerate(entries):
        for hit in entry.get("injected", []):
            hits[ids[hit["rule"]]][place] = True
    return hits


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_share_of_the_draws_is_the_probability(drawn: dict[str, list[bool]], seed: int) -> None:
    assert 4_800 <= sum(drawn[f"half of {seed}"]) <= 5_200  # standard deviation 50
    assert 880 <= sum(drawn[f"tenth of {seed}"]) <= 1_120  # standard deviation 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_draw_says_nothing_of_the_next_one(drawn: dict[str, list[bool]], seed: int) -> None:
    hits = drawn[f"half of {seed}"]
    both = sum(first and second for first, second in pairwise(hits))
    assert 2_276 <= both <= 2_724  # 2,500 expected, standard deviation 56


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ("half of 42", "twin", 2_327, 2_673),  # 2,500 expected, standard deviation 43
        ("half of 42", "third", 1_358, 1_642),  # 1,500 expected, standard deviation 36
        ("half of 42", "tenth of 42", 413, 587),  # 500 expected, standard deviation 22
        ("half of 0", "half of 1", 2_327, 2_673),
        ("half of -7", "half of 9007199254740992", 2_327, 2_673),
    ],
)
def test_two_rules_draw_independently(
    drawn: dict[str, list[bool]], first: str, second: str, low: int, high: int
) -> None:
    both = sum(map(all, zip(drawn[first], drawn[second], strict=True)))
    assert low <= both <= high


Prepare = Callable[[Any], object]


def one_more_removed(client: Any) -> None:
    gone = add(client, schedule=HALF, seed=42)
    client.delete(f"{RULES}/{gone['id']}")


BESIDE: dict[str, Prepare] = {
    "another fault": lambda client: add(client, fault={"type": "latency", "ms": 0.001}),
    "another match": lambda client: add(client, match={"provider": "d7"}, schedule=HALF, seed=42),
    "another probability": lambda client: add(client, schedule={"probability": 0.4}, seed=42),
    "another seed": lambda client: add(client, schedule=HALF, seed=7),
    "no seed": lambda client: add(client, schedule=HALF),
    "other calls": lambda client: client.get("/kirim/nowhere"),
    "calls to this one": lambda client: struck(client, 5),
    "one more, removed": one_more_removed,
    "cleared": lambda client: (add(client, schedule=HALF, seed=42), client.delete(RULES)),
    "reset": lambda client: (
        add(client, schedule=HALF, seed=42),
        client.post("/_mock/sandboxes/default/reset"),
    ),
    "replaced": lambda client: (
        client.put(RULES, json={"faults": [{"fault": NOTHING, "schedule": HALF, "seed": 42}]}),
        client.put(RULES, json={"faults": []}),
    ),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize("beside", BESIDE)
def test_draws_are_the_same_whatever_was_before(
    make_client: Callable[..., Any], beside: str
) -> None:
    alone, busy = make_client(), make_client()
    BESIDE[beside](busy)
    runs = []
    for client in (alone, busy):
        rule = add(client, schedule=HALF, seed=42)
        runs.append(struck_by(client, rule, 40))
    assert runs[0] == runs[1]
    assert 8 <= runs[0].count("F") <= 32


def test_draws_are_the_same_whatever_comes_between(make_client: Callable[..., Any]) -> None:
    alone, busy = make_client(), make_client()
    expected = struck_by(alone, add(alone, match={"provider": "d7"}, schedule=HALF, seed=42), 40)
    rule = add(busy, match={"provider": "d7"}, schedule=HALF, seed=42)
    came = ""
    for place in range(40):
        busy.get("/kirim/nowhere")
        add(busy, match={"provider": "kirim"}, schedule=HALF, seed=place)
        came += struck_by(busy, rule, 1)
    assert came == expected


def test_terminal_fault_of_an_earlier_rule_costs_a_later_one_no_draw(
    make_client: Callable[..., Any],
) -> None:
    error = {"type": "error", "error": "INSUFFICIENT_CREDIT"}
    alone, busy = make_client(), make_client()
    expected = struck_by(alone, add(alone, fault=error, schedule=HALF, seed=42), 40)
    add(busy, fault={"type": "status", "status": 500}, schedule={"times": 10})
    rule = add(busy, fault=error, schedule=HALF, seed=42)
    assert struck_by(busy, rule, 40) == "." * 10 + expected[10:]


def test_replacing_makes_the_list_anew(client: Any, clock: StillClock) -> None:
    old = add(client, schedule={"times": 1})
    assert struck(client, 2) == "F."
    clock.advance(60_000)
    rules = [
        {"name": "first", "fault": NOTHING, "schedule": {"times": 1}},
        {"name": "second", "fault": NOTHING, "schedule": {"from": "PT10S"}, "seed": 3},
    ]
    answer = client.put(RULES, json={"faults": rules})
    assert answer.status_code == 200
    assert [(rule["name"], rule["hits"]) for rule in answer.json["faults"]] == [
        ("first", 0),
        ("second", 0),
    ]
    assert client.get(RULES).json == answer.json
    assert old["id"] not in [rule["id"] for rule in answer.json["faults"]]
    assert struck(client, 2) == "F."


def test_replacing_by_the_same_rules_repeats_their_draws(client: Any) -> None:
    rules = [{"fault": NOTHING, "schedule": HALF, "seed": 42} for _ in range(2)]
    runs = []
    for _ in range(3):
        first, _ = client.put(RULES, json={"faults": rules}).json["faults"]
        runs.append(struck_by(client, first, 40))
    assert runs[0] == runs[1] == runs[2]


def test_replacing_by_nothing_clears(client: Any) -> None:
    add(client)
    assert client.put(RULES, json={"faults": []}).json == {"faults": []}
    assert struck(client, 2) == ".."


@pytest.mark.sample(8)
@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": {"type": "meteor"}},
        {"fault": {"type": "error", "error": "NOPE"}},
        {"fault": NOTHING, "match": {"provider": "d8"}},
        {"fault": NOTHING, "schedule": {"every": 0}},
        {},
        "reset",
        None,
        [],
    ],
    ids=str,
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_replacing_is_all_or_nothing(client: Any, wrong: Any, place: int) -> None:
    add(client, name="kept", schedule={"every": 2})
    assert struck(client, 1) == "."
    rules: list[Any] = [{"fault": NOTHING}, {"fault": NOTHING}]
    rules.insert(place, wrong)
    before = client.get(RULES).json
    answer = client.put(RULES, json={"faults": rules})
    assert answer.status_code == 400, answer.text
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    assert client.get(RULES).json == before
    assert struck(client, 3) == "F.F"


@pytest.mark.parametrize("body", [{}, {"faults": None}, {"faults": {}}, {"rules": []}], ids=str)
def test_replacing_without_a_list_is_refused(client: Any, body: Any) -> None:
    kept = add(client)
    answer = client.put(RULES, json=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_rule")
    assert [rule["id"] for rule in client.get(RULES).json["faults"]] == [kept["id"]]


@pytest.mark.parametrize("seed", [0, -1, 9_007_199_254_740_992, -9_007_199_254_740_992])
def test_seed_is_any_number_that_json_keeps(client: Any, seed: int) -> None:
    assert add(client, seed=seed)["seed"] == seed


@pytest.mark.parametrize(
    "seed", [9_007_199_254_740_993, -9_007_199_254_740_993, 10**30, 1.5, "1", True, [1]]
)
def test_other_seed_is_refused(client: Any, seed: Any) -> None:
    answer = client.post(RULES, json={"fault": NOTHING, "seed": seed})
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_rule")
    assert "seed" in answer.json["error"]["message"]
    assert client.get(RULES).json == {"faults": []}


@pytest.mark.parametrize("given", [{}, {"seed": None}])
def test_seed_that_was_picked_is_logged_and_shown(
    client: Any, caplog: pytest.LogCaptureFixture, given: dict[str, Any]
) -> None:
    with caplog.at_level(logging.INFO, logger="mockserver.faults"):
        rule = add(client, schedule=HALF, **given)
    assert rule["id"] in caplog.text
    assert str(rule["seed"]) in caplog.text
    assert [each["seed"] for each in client.get(RULES).json["faults"]] == [rule["seed"]]


def test_seed_that_was_picked_repeats_the_run(make_client: Callable[..., Any]) -> None:
    first, again = make_client(), make_client()
    rule = add(first, schedule=HALF)
    came = struck(first, 40)
    add(again, schedule=HALF, seed=rule["seed"])
    assert struck(again, 40) == came


def test_seeds_that_are_picked_differ(client: Any) -> None:
    assert len({add(client)["seed"] for _ in range(5)}) == 5


def test_seed_that_was_given_is_not_logged(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="mockserver.faults"):
        add(client, schedule=HALF, seed=424_242)
    assert "424242" not in caplog.text
