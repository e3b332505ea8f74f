"""KirimChat tells of its limits in headers, and keeps them where that is switched on."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.calls import KIRIM, KIRIM_KEY, WAMID
from tests.conftest import STATE, StillClock
from tests.faults.receipts import BODY, PATH, add, call, is_read, newest

LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def limits(answer: Any) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(name) for name in LIMITS)


def test_rate_limit_headers_tell_what_is_left_and_when_all_is_back(
    client: Any, clock: StillClock
) -> None:
    assert limits(call(client)) == ("60", "59", "1795240801")
    assert limits(call(client)) == ("60", "58", "1795240802")
    clock.advance(1_000)
    assert limits(call(client)) == ("60", "58", "1795240803")
    clock.advance(60_000)
    assert limits(call(client)) == ("60", "59", "1795240862")


@pytest.mark.parametrize(
    ("path", "key", "message_id", "status"),
    [
        (PATH, KIRIM_KEY, WAMID, 200),
        (PATH, KIRIM_KEY, "", 400),
        (PATH, KIRIM_KEY, "wamid.nobody", 404),
        ("/v1/999999/messages", KIRIM_KEY, WAMID, 404),
        ("/v1/109912345678904/messages", "kdv_live_NotConn1qOr69ALEKLNnc01x", WAMID, 422),
        (PATH, "kdv_live_ExpRd0wIuqOr69ALEKLNexp1", WAMID, 401),
        ("/kirim/nowhere", KIRIM_KEY, WAMID, 404),
    ],
)
def test_rate_limit_headers_stand_on_2xx_and_4xx(
    client: Any, path: str, key: str, message_id: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post(path, headers=headers, json={**BODY, "message_id": message_id})
    assert answer.status_code == status
    assert answer.headers["X-RateLimit-Limit"] == "60"
    assert 58 < int(answer.headers["X-RateLimit-Remaining"]) <= 60
    assert 1_795_240_800 <= int(answer.headers["X-RateLimit-Reset"]) <= 1_795_240_801


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}], ids=str)
def test_rate_limit_of_an_unknown_key_is_a_full_one(client: Any, headers: dict[str, str]) -> None:
    for _ in range(2):
        answer = client.post(PATH, headers=headers, json=BODY)
        assert answer.status_code == 401
        assert limits(answer) == ("60", "60", "1795240800")
    assert limits(client.get(PATH, headers=headers)) == ("600", "600", "1795240800")


def test_rate_limit_headers_are_not_on_a_natural_5xx(client: Any) -> None:
    late = {"provider": "kirim", "from": "+628000000001", "text": "old", "age": "P8D"}
    message = client.post(f"{STATE}/messages", json=late).json
    answer = client.post(PATH, headers=KIRIM, json={**BODY, "message_id": message["id"]})
    assert (answer.status_code, limits(answer)) == (502, (None, None, None))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "header", ["error=INTERNAL_ERROR", "error=SERVICE_UNAVAILABLE", "gateway", "status=500"]
)
def test_rate_limit_headers_are_not_on_an_injected_5xx(client: Any, header: str, when: str) -> None:
    answer = call(client, X_Mock_Fault=f"{header};when={when}")
    assert answer.status_code >= 500
    assert limits(answer) == (None, None, None)


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Bearer kdv_live_RateLim1qOr69ALEKLNrl01x"},
        {"X-Mock-Fault": "error=RATE_LIMIT_EXCEEDED"},
        {"X-Mock-Fault": "error=RATE_LIMIT_EXCEEDED;when=after"},
    ],
    ids=str,
)
def test_rate_limit_headers_of_a_429_leave_nothing(client: Any, header: dict[str, str]) -> None:
    answer = client.post(PATH, headers=KIRIM | header, json=BODY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert limits(answer) == ("60", "0", "1795240860")


@pytest.mark.parametrize(
    ("algorithm", "told"),
    [
        ("token_bucket", [("2", "1", "1795240803"), ("2", "0", "1795240805")]),
        ("fixed_window", [("2", "1", "1795240805"), ("2", "0", "1795240805")]),
    ],
)
def test_rate_limit_headers_are_those_of_the_rule_that_limits(
    client: Any, algorithm: str, told: list[tuple[str, str, str]]
) -> None:
    add(client, {"type": "rate_limit", "limit": 2, "per": 5, "algorithm": algorithm})
    answers = [call(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [limits(answer) for answer in answers] == [*told, told[-1]]


def test_rate_limit_headers_are_those_of_the_tightest_rule(client: Any) -> None:
    for limit in (3, 100):
        add(client, {"type": "rate_limit", "limit": limit, "per": 10})
    assert [limits(call(client))[:2] for _ in range(3)] == [("3", "2"), ("3", "1"), ("3", "0")]


def test_injected_error_takes_nothing_from_the_limit(client: Any) -> None:
    told = [limits(call(client))[1]]
    told.append(limits(call(client, X_Mock_Fault="error=INVALID_REQUEST"))[1])
    told.append(limits(call(client))[1])
    assert told == ["59", "59", "58"]


def test_rate_limit_headers_stand_on_an_injected_4xx(client: Any) -> None:
    answer = call(client, X_Mock_Fault="error=EXPIRED_API_KEY")
    assert answer.status_code == 401
    assert answer.headers["X-RateLimit-Limit"] == "60"


def test_reads_have_their_own_limit(client: Any) -> None:
    call(client)
    answer = client.get(PATH, headers=KIRIM)
    assert answer.status_code == 405
    assert limits(answer)[:2] in {("600", "600"), ("600", "599")}


def test_limit_is_reported_but_not_enforced_at_first(client: Any) -> None:
    answers = [call(client) for _ in range(62)]
    assert {answer.status_code for answer in answers} == {200}
    assert [limits(answer)[1] for answer in answers[-3:]] == ["0", "0", "0"]


@pytest.fixture
def limited(make_client: Callable[..., Any]) -> Any:
    """A client with the limit enforced and 60 calls made."""
    client = make_client(switches={"kirim": {"enforce_rate_limits": True}})
    assert {call(client).status_code for _ in range(60)} == {200}
    return client


def test_call_over_the_limit_is_answered_as_documented(limited: Any) -> None:
    answer = call(limited)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert limits(answer) == ("60", "0", "1795240860")
    error = answer.json["error"]
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
    assert "X-Mock-Fault" not in answer.headers
    assert newest(limited)["error"] == "RATE_LIMIT_EXCEEDED"


def test_limit_recovers_by_the_clock(limited: Any, clock: StillClock) -> None:
    came = []
    for milliseconds in (0, 999, 1, 0, 1_000, 0):
        clock.advance(milliseconds)
        came.append(call(limited).status_code)
    assert came == [429, 429, 200, 429, 200, 429]
    clock.advance(60_000)
    assert [call(limited).status_code for _ in range(61)] == [200] * 60 + [429]


def test_calls_that_were_refused_take_nothing_from_the_limit(
    limited: Any, clock: StillClock
) -> None:
    for _ in range(30):
        assert call(limited).status_code == 429
    clock.advance(1_000)
    assert call(limited).status_code == 200


def test_refused_call_over_the_limit_leaves_the_work_undone(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"kirim": {"enforce_rate_limits": True}})
    for _ in range(60):
        client.post(PATH, headers=KIRIM, json={**BODY, "message_id": "wamid.nobody"})
    assert call(client).status_code == 429
    assert not is_read(client)


def test_organisations_have_limits_of_their_own(limited: Any) -> None:
    assert call(limited).status_code == 429
    headers = {"Authorization": "Bearer kdv_live_0therOrgqOr69ALEKLNoth1x"}
    path = "/v1/109912345678903/messages"
    answer = limited.post(path, headers=headers, json=BODY)
    assert (answer.status_code, limits(answer)[1]) == (404, "59")


def test_numbers_of_an_organisation_share_its_limit(limited: Any) -> None:
    answer = limited.post("/v1/109912345678901/messages", headers=KIRIM, json=BODY)
    assert answer.status_code == 429


def test_reset_gives_the_whole_limit_back(limited: Any) -> None:
    assert call(limited).status_code == 429
    limited.post(f"{STATE}/reset")
    assert limits(call(limited)) == ("60", "59", "1795240801")
