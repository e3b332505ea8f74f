"""What a rule is doing, and how often it can strike yet."""

from typing import Any

import pytest

from tests.calls import D7, D7_RECEIPT
from tests.conftest import STATE, StillClock

RULES = f"{STATE}/faults"


def add(client: Any, **schedule: Any) -> str:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 0}}
    answer = client.post(RULES, json=rule | {"schedule": schedule})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def call(client: Any, times: int = 1) -> None:
    for _ in range(times):
        client.post(D7_RECEIPT.path, headers=D7)


def state(client: Any, rule_id: str) -> tuple[str, int | None]:
    rule = client.get(f"{RULES}/{rule_id}").json
    assert rule in client.get(RULES).json["faults"]
    return rule["phase"], rule["left"]


@pytest.mark.parametrize(
    ("schedule", "states"),
    [
        ({}, [("active", None)] * 3),
        ({"times": 2}, [("active", 2), ("active", 1), ("spent", 0), ("spent", 0)]),
        ({"skip": 2, "times": 1}, [("waiting", 1), ("waiting", 1), ("active", 1), ("spent", 0)]),
        ({"skip": 1}, [("waiting", None), ("active", None), ("active", None)]),
        ({"sequence": "F.F"}, [("active", 2), ("active", 1), ("active", 1), ("spent", 0)]),
        ({"sequence": "F.FR"}, [("active", None)] * 5),
        ({"sequence": "F.FR", "times": 2}, [("active", 2), ("active", 1), ("active", 1),
                                            ("spent", 0)]),
        ({"sequence": "FFF", "times": 1}, [("active", 1), ("spent", 0)]),
        ({"sequence": ".F.F", "every": 2}, [("active", 2), ("active", 2), ("active", 1),
                                            ("active", 1), ("spent", 0)]),
        ({"sequence": "F.F.F", "every": 2}, [("spent", 0), ("spent", 0)]),
        ({"ordinals": [3, 1, 1]}, [("active", 2), ("active", 1), ("active", 1), ("spent", 0)]),
        ({"ordinals": [1, 2, 4], "every": 2}, [("active", 2), ("active", 2), ("active", 1),
                                               ("active", 1), ("spent", 0)]),
        ({"ordinals": [1, 2, 3], "sequence": "F.R"}, [("active", 2), ("active", 1), ("active", 1),
                                                      ("spent", 0)]),
        ({"ordinals": [1, 2], "skip": 1}, [("waiting", 2), ("active", 2), ("active", 1),
                                           ("spent", 0)]),
    ],
    ids=str,
)  # fmt: skip
def test_phase_and_what_is_left_follow_the_calls(
    client: Any, schedule: dict[str, Any], states: list[tuple[str, int | None]]
) -> None:
    rule_id = add(client, **schedule)
    seen = []
    for _ in states:
        seen.append(state(client, rule_id))
        call(client)
    assert seen == states


@pytest.mark.parametrize("schedule", [{"ordinals": [2, 4, 5]}, {"ordinals": [1, 2, 4], "every": 2},
                                      {"sequence": ".F.FR", "ordinals": [1, 2, 4, 6]},
                                      {"sequence": "FF.FF", "every": 2, "skip": 1}])  # fmt: skip
def test_what_is_left_is_what_strikes_then(client: Any, schedule: dict[str, Any]) -> None:
    rule_id = add(client, **schedule)
    for _ in range(8):
        _, left = state(client, rule_id)
        before = client.get(f"{RULES}/{rule_id}").json["hits"]
        call(client)
        struck = client.get(f"{RULES}/{rule_id}").json["hits"] - before
        assert state(client, rule_id)[1] == (left or 0) - struck
    assert state(client, rule_id) == ("spent", 0)


def test_window_is_waited_for_and_then_over(client: Any, clock: StillClock) -> None:
    rule_id = add(client, **{"from": "PT10S", "until": "PT20S", "times": 3})
    call(client)
    assert state(client, rule_id) == ("waiting", 3)
    clock.advance(10_000)
    assert state(client, rule_id) == ("active", 3)
    call(client)
    assert state(client, rule_id) == ("active", 2)
    clock.advance(10_000)
    call(client)
    assert state(client, rule_id) == ("over", 0)


def test_spent_rule_is_spent_until_its_window_ends(client: Any, clock: StillClock) -> None:
    rule_id = add(client, until="PT5S", times=1)
    call(client)
    assert state(client, rule_id) == ("spent", 0)
    clock.advance(5_000)
    assert state(client, rule_id) == ("over", 0)
