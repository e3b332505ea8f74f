"""Fixtures are read whole and refused with file, JSON path and reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.sandbox.seed import read_seeds
from tests.calls import KIRIM_NUMBER_ID
from tests.commands import run
from tests.conftest import NOW, ROOT
from tests.derived import PROVIDERS, seeds

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures"))


def mistakes_in(fixtures: Path) -> list[str]:
    done = run("validate", "--fixtures", str(fixtures), cwd=fixtures)
    assert (done.returncode, done.stderr) == (2, "")
    return done.stdout.splitlines()


def mistakes_after(fixtures: Path, change: Change) -> list[str]:
    file = fixtures / "kirim.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    return mistakes_in(fixtures)


def first(content: dict[str, Any]) -> Any:
    return content["conversations"][0]["messages"][0]


def numbers(content: dict[str, Any], account: int) -> Any:
    return content["accounts"][account]["numbers"]


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        (lambda c: c.update(acounts=[]), "acounts", "unknown key; there are accounts, "),
        (lambda c: c.pop("accounts"), "accounts", "missing"),
        (
            lambda c: first(c).update(colour="red"),
            "conversations[0].messages[0].colour",
            "unknown key",
        ),
        (lambda c: first(c).update(age="P1Y"), "conversations[0].messages[0].age", "came 'P1Y'"),
        (lambda c: first(c).update(age=8), "conversations[0].messages[0].age", "came 8"),
        (lambda c: first(c).update(direction="up"), "messages[0].direction", "came 'up'"),
        (lambda c: first(c).update(type="fax"), "messages[0].type", "came 'fax'"),
        (lambda c: first(c).update(text={}), "messages[0].text.body", "missing"),
        (lambda c: first(c).update(sticker={}), "messages[0].sticker", "does not belong"),
        (
            lambda c: first(c).update(id=c["conversations"][1]["messages"][0]["id"]),
            "conversations[1].messages[0].id",
            "duplicate",
        ),
        (
            lambda c: c["conversations"][2].update(account="nobody"),
            "conversations[2].account",
            "no account is labelled 'nobody'; there are main",
        ),
        (
            lambda c: c["conversations"][2].update(business_number="+1"),
            "conversations[2].business_number",
            "none of the account's numbers",
        ),
        (
            lambda c: c["accounts"][0].update(api_kee="x"),
            "accounts[0].api_kee",
            "there are api_key",
        ),
        (
            lambda c: c["accounts"][1].update(label="main"),
            "accounts[1].label",
            "duplicate: 'main' stands at accounts[0].label already",
        ),
        (
            lambda c: c["accounts"][1].update(condition="bored"),
            "accounts[1].condition",
            "expected one of good, expired, rate_limited, came 'bored'",
        ),
        (
            lambda c: numbers(c, 2)[0].update(number=numbers(c, 0)[1]["number"]),
            "accounts[2].numbers[0].number",
            "duplicate: '+628111222444' stands at accounts[0].numbers[1].number already",
        ),
        (
            lambda c: numbers(c, 0)[1].update(phone_number_id=KIRIM_NUMBER_ID),
            "accounts[0].numbers[1].phone_number_id",
            f"duplicate: '{KIRIM_NUMBER_ID}' stands at accounts[0].numbers[0]."
            "phone_number_id already",
        ),
        (
            lambda c: c["accounts"][1].update(api_key=c["accounts"][0]["api_key"]),
            "accounts[1].api_key",
            "duplicate",
        ),
        (lambda c: c["accounts"][1].update(api_key=""), "accounts[1].api_key", "empty"),
        (lambda c: c["accounts"][1].pop("api_key"), "accounts[1].api_key", "missing"),
        (lambda c: c["accounts"][1].update(label=""), "accounts[1].label", "empty"),
        (lambda c: numbers(c, 1)[0].update(number=""), "accounts[1].numbers[0].number", "empty"),
        (
            lambda c: numbers(c, 1)[0].update(phone_number_id=""),
            "accounts[1].numbers[0].phone_number_id",
            "empty",
        ),
        (lambda c: c["accounts"][1].update(numbers=[]), "accounts[1].numbers", "minimum length 1"),
        (lambda c: c["accounts"][1].pop("numbers"), "accounts[1].numbers", "missing"),
        (lambda c: first(c).update(text={"body": "\ud800"}), "", "surrogate"),
        (
            lambda c: c["accounts"][0]["numbers"][0].update(state="lost"),
            "accounts[0].numbers[0].state",
            "came 'lost'",
        ),
    ],
)
def test_wrong_fixture_is_refused_with_file_path_and_reason(
    fixtures: Path, change: Change, path: str, reason: str
) -> None:
    mistake = mistakes_after(fixtures, change)[0]
    assert mistake.startswith(str(fixtures / "kirim.json"))
    assert path in mistake
    assert reason in mistake


def test_every_mistake_is_found_at_once(fixtures: Path) -> None:
    (fixtures / "d7.json").write_text("{", encoding="utf-8")
    (fixtures / "kaleyra.json").unlink()
    (fixtures / "d8.json").write_text("{}", encoding="utf-8")
    mistakes = mistakes_after(fixtures, lambda c: first(c).update(age="soon", id=""))
    found = "\n".join(mistakes)
    for told in ("d7.json: cannot be read as JSON", "kaleyra.json: missing", "'d8'", "soon", ".id"):
        assert told in found
    assert len(mistakes) == 5


def test_wrong_report_is_refused(fixtures: Path) -> None:
    file = fixtures / "d7.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["reports"][1]["body"]["messages"][0]["status"] = "lost"
    file.write_text(json.dumps(content), encoding="utf-8")
    [mistake] = mistakes_in(fixtures)
    assert "reports[1].body.messages[0].status" in mistake


def test_repeated_report_is_refused(fixtures: Path) -> None:
    file = fixtures / "d7.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    content["reports"][2]["id"] = content["reports"][0]["id"]
    file.write_text(json.dumps(content), encoding="utf-8")
    [mistake] = mistakes_in(fixtures)
    assert mistake.startswith(f"{file}: reports[2].id: duplicate: ")
    assert mistake.endswith(" stands at reports[0].id already")


def test_ages_are_relative_to_the_start(client: Any, clock: Any) -> None:
    assert clock.now() == NOW
    messages = client.get("/_mock/sandboxes/default/messages").json["messages"]
    assert all(each["received_at"] < "2026-11-21T06:00:00Z" for each in messages)
    assert any(each["received_at"] > "2026-11-21T00:00:00Z" for each in messages)


@pytest.mark.parametrize(
    ("age", "received_at"),
    [
        ("P8D", "2026-11-13T06:00:00Z"),
        ("P1W", "2026-11-14T06:00:00Z"),
        ("PT1H30M", "2026-11-21T04:30:00Z"),
        ("P1DT0.5S", "2026-11-20T05:59:59.500Z"),
        ("PT0S", "2026-11-21T06:00:00Z"),
    ],
)
def test_durations_are_iso_8601(client: Any, age: str, received_at: str) -> None:
    body = {"provider": "d7", "from": "+15551234", "age": age}
    answer = client.post("/_mock/sandboxes/default/messages", json=body)
    assert answer.json["received_at"] == received_at


@pytest.mark.parametrize("age", ["P", "PT", "8D", "P1M", "P-1D", "PT1.2345S", "", "P99999999999D"])
def test_what_is_no_duration_is_refused(client: Any, age: str) -> None:
    body = {"provider": "d7", "from": "+15551234", "age": age}
    answer = client.post("/_mock/sandboxes/default/messages", json=body)
    assert answer.status_code == 400
    assert "age" in answer.json["error"]["message"]


def test_packaged_fixtures_are_taken_unjudged_as_they_are_when_judged() -> None:
    assert read_seeds(PROVIDERS, ROOT / "fixtures", judged=True) == (seeds(), [])


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.pop("accounts"),
        lambda c: c.update(accounts=[7]),
        lambda c: first(c).update(age="P1Y"),
        lambda c: first(c).pop("text"),
        lambda c: c.update(conversations=None),
    ],
)
def test_packaged_fixture_that_somebody_spoilt_is_told(fixtures: Path, change: Change) -> None:
    file = fixtures / "kirim.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")
    unjudged, judged = (read_seeds(PROVIDERS, fixtures, judged=each) for each in (True, False))
    assert judged[1] != []
    assert unjudged == judged
