"""What was refused before it was a call, as the journal, the log and an explanation tell it."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from mockserver import create_app
from mockserver.app import refuse_for
from mockserver.config import Settings
from mockserver.pipeline.refusal import Refusal
from mockserver.pipeline.transfer import Line
from mockserver.web.flask_app import App
from tests.calls import KIRIM_KEY
from tests.conftest import STATE, StillClock

ALL = "/_mock/sandboxes"
TUNNEL = Refusal(
    reason="api.example.com is no provider's host, and nothing here reaches the real world",
    hint="--pass api.example.com lets calls to it through",
    status=403,
    method="CONNECT",
    target="api.example.com:443",
    headers={"host": "api.example.com:443", "user-agent": "curl/8.5.0"},
    host="api.example.com",
    peer="127.0.0.1",
)
SILENT = Refusal("what came is no HTTP/1.1", "use http:// here, not https://")


@pytest.fixture
def app() -> App:
    return create_app(clock=StillClock(), seed=1)


@pytest.fixture
def refuse(app: App) -> Callable[[Refusal], Any]:
    return refuse_for(app)


Refuse = Callable[[Refusal], Any]


def ask(app: App, path: str) -> Any:
    answer = app.test_client().get(path)
    assert answer.status_code == 200, answer.text
    return answer.json


def entries(app: App, sandbox: str = "default") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(app, f"{ALL}/{sandbox}/requests")["requests"]
    return found


def test_entry_has_the_reason_the_hint_and_the_host(app: App, refuse: Refuse) -> None:
    refuse(TUNNEL)
    [entry] = entries(app)
    assert (entry["because"], entry["hint"]) == (TUNNEL.reason, TUNNEL.hint)
    assert (entry["host"], entry["peer"]) == ("api.example.com", "127.0.0.1")
    assert entry["request"] == {
        "method": "CONNECT",
        "path": "api.example.com:443",
        "headers": TUNNEL.headers,
        "body": "",
    }
    assert entry["response"]["status"] == 403
    names = ("provider", "operation", "account", "error", "fault", "retry_of")
    assert [entry[each] for each in names] == [None] * 6
    assert entry["committed"] is False
    assert entry["unattributed"].startswith("it was refused before it was a call")
    assert ask(app, ALL)["unattributed"] == 1


def test_entry_of_what_was_not_answered_has_no_status(app: App, refuse: Refuse) -> None:
    refuse(SILENT)
    [entry] = entries(app)
    assert entry["response"]["status"] is None
    assert (entry["request"]["method"], entry["request"]["path"]) == ("", "")
    assert "host" not in entry


def test_refusal_falls_into_the_sandbox_that_it_names(app: App, refuse: Refuse) -> None:
    code = app.test_client().post(ALL, json={"id": "mine"}).json["code"]
    refuse(TUNNEL._replace(code=code))
    assert entries(app) == []
    [entry] = entries(app, "mine")
    assert (entry["host"], entry["unattributed"]) == ("api.example.com", None)
    told = ask(app, f"{ALL}/mine/requests/last/explain")
    assert told["recognised_by"]["sandbox"]["by"] == "proxy_user"
    assert ask(app, ALL)["unattributed"] == 0


def test_refusal_with_an_unknown_code_is_nobodys(app: App, refuse: Refuse) -> None:
    refuse(TUNNEL._replace(code="12345678" * 1_000))
    [entry] = entries(app)
    assert "no sandbox has the code 1234567812345678" in entry["unattributed"]
    assert len(entry["unattributed"]) < 100


def test_server_tells_what_became_of_the_answer(app: App, refuse: Refuse) -> None:
    refuse(TUNNEL).finish(99, Line("server"))
    [entry] = entries(app)
    assert (entry["sent_bytes"], entry["closed_by"]) == (99, "server")


@pytest.mark.parametrize("refusal", [TUNNEL, SILENT], ids=["tunnel", "silent"])
def test_explanation_gives_the_reason_and_advises_the_hint(
    app: App, refuse: Refuse, refusal: Refusal
) -> None:
    refuse(refusal)
    told = ask(app, f"{STATE}/requests/last/explain")
    assert refusal.reason in told["summary"]
    assert told["advice"] == [refusal.hint]
    assert told["findings"] == [{"code": "refused", "text": refusal.reason}]
    assert (told["provider"], told["checks"], told["status"]) == (None, [], refusal.status)
    assert told["recognised_by"]["sandbox"]["by"] == "unattributed"


@pytest.mark.parametrize("name", ["reason", "hint", "method", "target", "host", "peer", "headers"])
def test_secrets_are_seen_nowhere(
    app: App, refuse: Refuse, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    secret = {"x-any": KIRIM_KEY} if name == "headers" else f"with {KIRIM_KEY} in it"
    with caplog.at_level(logging.INFO, "mockserver.calls"):
        refuse(TUNNEL._replace(**{name: secret}))
    [record] = caplog.records
    shown = [
        json.dumps(entries(app)),
        json.dumps(ask(app, f"{STATE}/requests/last/explain")),
        record.getMessage(),
        json.dumps(record.call),  # type: ignore[attr-defined]
    ]
    assert [each for each in shown if KIRIM_KEY in each] == []


def test_proxy_password_is_masked(app: App, refuse: Refuse) -> None:
    refuse(TUNNEL._replace(headers={"proxy-authorization": "Basic MTIzNDU2Nzg6c2VjcmV0"}))
    assert "MTIzNDU2Nzg6c2VjcmV0" not in json.dumps(entries(app))


LONG = "x" * 100_000
LONG_ONES: dict[str, dict[str, Any]] = {
    **{name: {name: LONG} for name in ("reason", "hint", "method", "target", "host", "peer")},
    "headers": {"headers": {f"x-{number}": "x" * 60 for number in range(1_000)}},
    "header": {"headers": {"x-long": LONG}},
    "controls": {"target": "\x01" * 100_000, "hint": "\x01" * 100_000},
    "all": dict.fromkeys(("reason", "hint", "method", "target", "host", "peer"), LONG),
}


@pytest.mark.parametrize("parts", LONG_ONES.values(), ids=LONG_ONES)
def test_whatever_is_long_is_bounded(
    app: App, refuse: Refuse, caplog: pytest.LogCaptureFixture, parts: dict[str, Any]
) -> None:
    with caplog.at_level(logging.INFO, "mockserver.calls"):
        refuse(TUNNEL._replace(**parts))
    [entry] = entries(app)
    assert len(json.dumps(entry)) <= 32_768
    [record] = caplog.records
    assert len(record.getMessage()) < 3_000
    ask(app, f"{STATE}/requests/last/explain")


def test_what_is_no_text_is_written_down_all_the_same(app: App, refuse: Refuse) -> None:
    odd = b"\xff\xfe".decode("ascii", "surrogateescape")
    refuse(TUNNEL._replace(target=odd, host=odd, headers={odd: odd}))
    [entry] = entries(app)
    assert entry["host"] == "\\udcff\\udcfe"


def test_log_has_a_line_for_each(
    app: App, refuse: Refuse, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "mockserver.calls"):
        for refusal in (TUNNEL, SILENT, TUNNEL._replace(target="a\nb")):
            refuse(refusal)
    ids = [entry["id"] for entry in entries(app)]
    first, second, third = [record.getMessage() for record in caplog.records]
    assert first == (
        f"{ids[0]} refused CONNECT api.example.com:443 (host api.example.com, from 127.0.0.1) "
        f"-> 403: {TUNNEL.reason}; {TUNNEL.hint}"
    )
    assert second == f"{ids[1]} refused -> no answer: {SILENT.reason}; {SILENT.hint}"
    assert "\n" not in third
    assert [record.levelname for record in caplog.records] == ["INFO"] * 3


def test_journal_keeps_the_newest_of_many() -> None:
    app = create_app(Settings(journal=5), clock=StillClock(), seed=1)
    refuse = refuse_for(app)
    for number in range(20):
        refuse(TUNNEL._replace(target=str(number)))
    assert [entry["request"]["path"] for entry in entries(app)] == ["15", "16", "17", "18", "19"]


def test_no_verdict_takes_refusals_for_calls(app: App, refuse: Refuse) -> None:
    for _ in range(20):
        refuse(TUNNEL)
    verdicts = ask(app, f"{STATE}/verdicts")["verdicts"]
    assert [each["name"] for each in verdicts if not each["ok"]] == []
