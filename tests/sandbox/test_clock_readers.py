"""What goes by a sandbox's clock, and what by the machine's: each seen by moving the former."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.clocks import move
from tests.conftest import NOW, STATE, StillClock
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    STATUS,
    Document,
    account_of,
    entries,
    listed,
    make,
    messages,
    receipt,
    show,
    succeeded,
    write,
)

LATER = "2027-03-01T00:00:00Z"
SECOND = 1_000


@pytest.fixture
def world(client: Any) -> Document:
    return make(client, id="mine")


def call(client: Any, world: Document, provider: str, message: str, **headers: str) -> Any:
    """A receipt by a client whose own clock is the machine's."""
    sent = receipt(provider, account_of(world, provider), message)
    return sent.with_headers(**headers).by(client)


def put_rule(client: Any, fault: Document, **rule: Any) -> str:
    answer = client.post(f"{ALL}/mine/faults", json={"fault": fault, **rule})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


# By the sandbox's clock


def test_messages_age(client: Any, world: Document) -> None:
    message = write(client, "mine", "kirim")
    move(client, "mine", advance="P7D")
    assert call(client, world, "kirim", message).status_code == 200
    late = write(client, "mine", "kirim")
    move(client, "mine", advance="P7DT0.001S")
    answer = call(client, world, "kirim", late)
    assert (answer.status_code, answer.json["error"]["code"]) == (502, "whatsapp_upstream_error")
    move(client, "mine", now="2026-11-28T06:00:00Z")
    assert call(client, world, "kirim", late).status_code == 200


@pytest.mark.parametrize("provider", PROVIDERS)
def test_message_comes_and_is_read_at_the_time_there(
    client: Any, world: Document, provider: str
) -> None:
    move(client, "mine", now=LATER)
    message = write(client, "mine", provider, age="PT1H")
    move(client, "mine", advance="PT0.5S")
    assert succeeded(provider, call(client, world, provider, message))
    told = show(client, "mine", f"/messages/{message}")
    assert told["received_at"] == "2027-02-28T23:00:00Z"
    assert told["read_at"] == "2027-03-01T00:00:00.500Z"


def test_typing_bubble_ends_by_the_time_there(client: Any, world: Document) -> None:
    move(client, "mine", now=LATER)
    message = write(client, "mine", "kirim")
    sent = receipt("kirim", account_of(world, "kirim"), message)
    typing = b'{"typing_indicator": {"type": "text"}, ' + sent.body[1:]
    client.post(sent.path, headers=sent.headers, data=typing)
    assert show(client, "mine", f"/messages/{message}")["typing_until"] == "2027-03-01T00:00:25Z"


def test_idempotency_key_is_kept_for_a_day_there(client: Any, world: Document) -> None:
    message, replayed = write(client, "mine", "kirim"), []
    for advance in ("PT0S", "PT23H59M59S", "PT1S", "PT1S"):
        move(client, "mine", advance=advance)
        answer = call(client, world, "kirim", message, Idempotency_Key="k")
        replayed.append(answer.headers["Idempotent-Replayed"])
    assert replayed == ["false", "true", "false", "true"]


def test_providers_own_limit_recovers(client: Any) -> None:
    world = make(client, id="mine", switches={"kirim": {"enforce_rate_limits": True}})
    message = write(client, "mine", "kirim")
    statuses = [call(client, world, "kirim", message).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    move(client, "mine", advance="PT0.999S")
    assert call(client, world, "kirim", message).status_code == 429
    move(client, "mine", advance="PT0.001S")
    statuses = [call(client, world, "kirim", message).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_limit_stays_used_up_while_the_clock_stands_and_when_it_goes_back(
    client: Any, clock: StillClock, world: Document
) -> None:
    move(client, "mine", advance="PT1S")
    move(client, "mine", rate=0.001)
    put_rule(client, {"type": "rate_limit", "limit": 1, "per": 60})
    message = write(client, "mine", "d7")
    assert call(client, world, "d7", message).status_code == 200
    move(client, "mine", now="2026-11-21T06:00:00Z")
    clock.advance(120_000)
    assert call(client, world, "d7", message).status_code == 429


@pytest.mark.parametrize("algorithm", ["token_bucket", "fixed_window"])
def test_limit_of_a_rule_recovers(client: Any, world: Document, algorithm: str) -> None:
    put_rule(client, {"type": "rate_limit", "limit": 1, "per": 60, "algorithm": algorithm})
    message, statuses = write(client, "mine", "d7"), []
    for advance in ("PT0S", "PT59.999S", "PT0.001S"):
        move(client, "mine", advance=advance)
        statuses.append(call(client, world, "d7", message).status_code)
    assert statuses == [200, 429, 200]


def test_schedule_of_a_rule(client: Any, world: Document) -> None:
    put_rule(client, {"type": "status", "status": 418}, schedule={"from": "PT1H", "until": "PT2H"})
    message, statuses = write(client, "mine", "d7"), []
    for advance in ("PT0S", "PT59M59.999S", "PT0.001S", "PT59M59.999S", "PT0.001S"):
        move(client, "mine", advance=advance)
        statuses.append(call(client, world, "d7", message).status_code)
    assert statuses == [200, 200, 418, 418, 200]


def test_rule_counts_from_when_it_was_made_there(client: Any, world: Document) -> None:
    move(client, "mine", now=LATER)
    put_rule(client, {"type": "status", "status": 418}, schedule={"from": "PT5S"})
    assert move(client, "mine", advance="PT1S")["next_job"] == "2027-03-01T00:00:05Z"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_credentials_expire_on_a_timeline(client: Any, provider: str) -> None:
    world = make(client, id="mine", scenario="expired-credentials")
    message, came = write(client, "mine", provider), []
    for advance in ("PT4.999S", "PT0.001S", "PT24.999S", "PT0.001S"):
        move(client, "mine", advance=advance)
        came.append(succeeded(provider, call(client, world, provider, message)))
    assert came == [True, False, False, True]


def test_ids_that_embed_time(client: Any, world: Document) -> None:
    move(client, "mine", now=LATER)
    ticks = uuid.UUID(write(client, "mine", "d7")).time - 0x01B21DD213814000
    assert (
        datetime.fromtimestamp(ticks // 10_000_000, UTC).isoformat() == "2027-03-01T00:00:00+00:00"
    )


def test_journal_and_transcript(client: Any, clock: StillClock, world: Document) -> None:
    put_rule(client, {"type": "latency", "ms": 0})
    move(client, "mine", now=LATER)
    clock.advance(SECOND)
    call(client, world, "d7", "x")
    [entry] = entries(client, "mine")
    assert (entry["at"], entry["machine_at"]) == (LATER, "2026-11-21T06:00:01Z")
    assert f'"at": "{LATER}"' in client.get(f"{ALL}/mine/faults/transcript").text
    move(client, "mine", reset=True)
    call(client, world, "d7", "x")
    assert {entries(client, "mine")[1][name] for name in ("at", "machine_at")} == {
        "2026-11-21T06:00:01Z"
    }


@pytest.mark.parametrize(("advance", "linked"), [("PT9M59S", True), ("PT10M", False)])
def test_retry_is_one_for_ten_minutes(
    client: Any, world: Document, advance: str, linked: bool
) -> None:
    message = write(client, "mine", "d7")
    fault = {"type": "status", "status": 500}
    put_rule(client, fault, schedule={"times": 1})
    lost = call(client, world, "d7", message)
    move(client, "mine", advance=advance)
    call(client, world, "d7", message)
    expected = lost.headers["X-Mock-Request-Id"] if linked else None
    assert entries(client, "mine")[-1]["retry_of"] == expected


# By the machine's


def test_time_to_live_and_what_is_told_of_sandboxes(client: Any, clock: StillClock) -> None:
    world = make(client, id="mine", ttl="PT10M")
    move(client, "mine", advance="P1D")
    assert call(client, world, "d7", "x").status_code == 404
    clock.advance(9 * 60 * SECOND)
    assert world["created_at"] == listed(client)["mine"]["created_at"] == "2026-11-21T06:00:00Z"
    assert show(client, "mine")["last_call_at"] == "2026-11-21T06:00:00Z"
    clock.advance(60 * SECOND)
    assert list(listed(client)) == ["default"]


@pytest.mark.parametrize("how", [{"advance": "P1D"}, {"now": "1999-12-31T00:00:00Z"}], ids=str)
def test_signature_of_a_client_with_a_real_clock(
    client: Any, world: Document, how: Document
) -> None:
    message = write(client, "mine", "nxcloud")
    move(client, "mine", **how)
    assert succeeded("nxcloud", call(client, world, "nxcloud", message))


@pytest.mark.parametrize(
    ("skew", "code"),
    [("PT60S", 0), ("PT60.001S", 1004), ("PT61S", 1004), ("-PT60S", 0), ("-PT61S", 1004)],
)
@pytest.mark.parametrize("advance", ["PT0S", "P1D"])
def test_signature_judged_by_a_clock_that_is_wrong(
    client: Any, world: Document, skew: str, code: int, advance: str
) -> None:
    message = write(client, "mine", "nxcloud")
    move(client, "mine", advance=advance)
    move(client, "mine", skew=skew)
    assert call(client, world, "nxcloud", message).json["code"] == code
    move(client, "mine", skew="PT0S")
    assert call(client, world, "nxcloud", message).json["code"] == 0


def test_skew_is_what_a_client_with_that_clock_sees(client: Any, world: Document) -> None:
    message = write(client, "mine", "nxcloud")
    move(client, "mine", skew="PT1H")
    sent = receipt("nxcloud", account_of(world, "nxcloud"), message, now=NOW + 3_600_000)
    assert succeeded("nxcloud", sent.by(client))


def test_instant_at_which_a_limit_is_full_again(client: Any, world: Document) -> None:
    """A client waits for it by its own clock."""
    message, resets = write(client, "mine", "kirim"), []
    for how in ({"advance": "PT0S"}, {"now": LATER}, {"skew": "PT1H"}):
        move(client, "mine", **how)
        answer = call(client, world, "kirim", message)
        assert answer.status_code == STATUS["kirim"]
        resets.append(int(answer.headers["X-RateLimit-Reset"]) - NOW // SECOND)
    assert resets == [1, 1, 3_602]


def test_default_is_left_alone(client: Any, world: Document) -> None:
    move(client, "mine", advance="P1D")
    before = messages(client)
    assert client.get(f"{STATE}/clock").json["now"] == "2026-11-21T06:00:00Z"
    assert messages(client) == before
