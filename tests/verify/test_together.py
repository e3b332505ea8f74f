"""Several expectations, and the order that is asked for."""

from typing import Any

import pytest

from tests.verify.expecting import call, verify


def step(wanted: str, **more: Any) -> dict[str, Any]:
    return {"match": {"header": {"X-Step": wanted}}, **more}


def make_calls(client: Any, steps: str) -> list[str]:
    return [call(client, headers={"X-Step": each}) for each in steps]


def test_each_has_a_result_of_its_own(client: Any) -> None:
    [first, second] = make_calls(client, "ab")
    told = verify(client, {"expectations": [step("a", name="one"), step("c"), {}]})
    assert told["results"][0] == {"name": "one", "ok": True, "matched": [first]}
    assert told["results"][1]["ok"] is False
    assert told["results"][2] == {"ok": True, "matched": [first, second]}


def test_all_have_to_hold(client: Any) -> None:
    make_calls(client, "ab")
    assert verify(client, {"expectations": [step("a"), step("b")]})["ok"]
    assert not verify(client, {"expectations": [step("a"), step("b", never=True)]})["ok"]


TWICE = {"count": {"exactly": 2}}
ORDERS: dict[str, tuple[str, list[dict[str, Any]], bool]] = {
    "in order": ("abc", [step("a"), step("b"), step("c")], True),
    "with others between": ("axbxxc", [step("a"), step("b"), step("c")], True),
    "out of order": ("ba", [step("a"), step("b")], False),
    "again in order": ("bab", [step("a"), step("b")], True),
    "one call for two": ("a", [step("a"), step("a")], False),
    "two calls for two": ("aa", [step("a"), step("a")], True),
    "one that is about all comes first": ("ab", [{}, step("b")], True),
    "one that is about all takes the first": ("ba", [{}, step("b")], False),
    "twice before": ("aab", [step("a", **TWICE), step("b")], True),
    "twice around": ("aba", [step("a", **TWICE), step("b")], False),
    "twice after": ("baa", [step("b"), step("a", **TWICE)], True),
    "never has no place": ("ab", [step("a"), step("c", never=True), step("b")], True),
    "at most has no place": ("ba", [step("b", count={"at_most": 1}), step("a")], True),
}


@pytest.mark.parametrize(("calls", "expectations", "ok"), ORDERS.values(), ids=ORDERS)
def test_each_takes_the_first_calls_after_the_one_before(
    client: Any, calls: str, expectations: list[dict[str, Any]], ok: bool
) -> None:
    make_calls(client, calls)
    assert verify(client, {"expectations": expectations, "order": True})["ok"] is ok


def test_without_order_none_is_asked_for(client: Any) -> None:
    make_calls(client, "ba")
    assert verify(client, {"expectations": [step("a"), step("b")], "order": False})["ok"]


def test_out_of_order_is_told_where_it_happens(client: Any) -> None:
    [second, first] = make_calls(client, "ba")
    told = verify(client, {"expectations": [step("a"), step("b")], "order": True})["results"]
    assert told[0] == {"ok": True, "matched": [first]}
    assert (told[1]["ok"], told[1]["matched"]) == (False, [second])
    assert f"had to come after {first}" in told[1]["message"]


def test_one_expectation_may_ask_for_order_too(client: Any) -> None:
    make_calls(client, "a")
    assert verify(client, {**step("a"), "order": True})["ok"]


def test_each_may_begin_elsewhere(client: Any) -> None:
    [first, second] = make_calls(client, "aa")
    told = verify(client, {"expectations": [step("a", since=first), step("a"), {}]})
    assert [each["matched"] for each in told["results"]] == [
        [second], [first, second], [first, second],
    ]  # fmt: skip
