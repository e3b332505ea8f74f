"""What the client makes of the shapes that the interface documents, and what it asks with.

A stand-in for the administration answers with documents as the contract has them, so that the
client is judged by that, and not by what a server of today happens to say.
"""

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockserver.client import Mock, Sandbox
from mockserver.client.values import count_seconds, write_duration

EXPLANATION: dict[str, Any] = {
    "request": "req_1",
    "summary": "the signature was made of an upper-case digest",
    "provider": "nxcloud",
    "operation": "mark_as_read",
    "account": "main",
    "checks": [
        {"name": "headers", "result": "passed"},
        {"name": "signature", "result": "failed", "expected": "ab…", "came": "AB…"},
        {"name": "permission", "result": "not_reached"},
    ],
    "findings": [{"code": "signed_uppercase", "text": "the digest is in upper case"}],
    "advice": ["send it in lower case"],
    "fault": None,
}
CLOCK = {"now": "2026-11-21T06:01:01Z", "running": False, "rate": 1.0, "next_job": None}
MATCHED = (200, {"ok": True, "matched": ["req_1"]})
FAILED = (
    409,
    {
        "ok": False,
        "message": "expected 1 call, came none",
        "nearest": [
            {"request": "req_1", "differs": [{"field": "status", "expected": 200, "came": 401}]},
            {"request": "req_2", "differs": []},
        ],
        "undecidable": ["req_3"],
    },
)
VERDICTS = [
    {"name": "duplicate", "ok": False, "text": "done twice", "requests": ["req_1", "req_2"]},
    {"name": "back_off", "ok": True, "text": "the intervals grow", "requests": []},
]


UNKNOWN = (404, {"error": {"code": "not_found", "message": "no such path", "hint": "look"}})


class StandIn(http.server.BaseHTTPRequestHandler):
    """Answers what ``answers`` has for a path after the sandbox's, and keeps what came."""

    answers: dict[str, tuple[int, Any]] = {}
    seen: list[tuple[str, str, Any]] = []

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        path = self.path.removeprefix("/_mock/sandboxes/mine")
        self.seen.append((self.command, path, json.loads(self.rfile.read(length) or "null")))
        status, document = self.answers.get(path.partition("?")[0], UNKNOWN)
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("X-Mock-Request-Id", "req_0")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_: Any) -> None:
        """Not into the tests' output."""


@pytest.fixture
def answers() -> dict[str, tuple[int, Any]]:
    return {
        "": (200, {"id": "mine", "seed": 1, "providers": {}}),
        "/requests/last/explain": (200, EXPLANATION),
        "/requests/req_1/explain": (200, EXPLANATION),
        "/clock": (200, CLOCK),
        "/verdicts": (200, {"verdicts": VERDICTS}),
    }


@pytest.fixture
def world(answers: dict[str, tuple[int, Any]]) -> Iterator[Sandbox]:
    handler = type("Answering", (StandIn,), {"answers": answers, "seen": StandIn.seen})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        with Mock(f"http://127.0.0.1:{server.server_port}") as mock:
            found = mock.find("mine")
            StandIn.seen.clear()
            yield found
        server.shutdown()


def sent() -> Any:
    return StandIn.seen[-1]


def test_explanation_is_printed_and_returned(world: Sandbox, capsys: Any) -> None:
    assert world.explain() == EXPLANATION["summary"]
    assert capsys.readouterr().out == f"{EXPLANATION['summary']}\n"
    world.explain("req_1")
    assert sent()[1] == "/requests/req_1/explain"


def test_explanation_is_told_in_full(world: Sandbox) -> None:
    found = world.explanation()
    assert str(found).splitlines() == [
        "req_1: the signature was made of an upper-case digest",
        "  passed      headers",
        "  failed      signature, expected ab…, came AB…",
        "  not reached permission",
        "  found: the digest is in upper case (signed_uppercase)",
        "  advice: send it in lower case",
    ]
    assert (found.document, found.findings[0]["code"]) == (EXPLANATION, "signed_uppercase")


def test_what_steers_a_terminal_is_not_printed(
    world: Sandbox, answers: dict[str, tuple[int, Any]], capsys: Any
) -> None:
    answers["/requests/last/explain"] = (200, EXPLANATION | {"summary": "came \x1b[2J"})
    world.explain()
    assert capsys.readouterr().out == "came \\u001b[2J\n"


@pytest.mark.parametrize(
    ("asked", "wish"),
    [
        ({}, {"match": {}}),
        ({"match": {"status": 1}, "count": 1}, {"match": {"status": 1}, "count": {"exactly": 1}}),
        ({"count": {"at_most": 2}}, {"match": {}, "count": {"at_most": 2}}),
        ({"within": timedelta(milliseconds=250)}, {"match": {}, "within": "PT0.25S"}),
        ({"never": True, "within": 0.1}, {"match": {}, "never": True, "within": "PT0.1S"}),
        ({"since": "req_7"}, {"match": {}, "since": "req_7"}),
    ],
    ids=str,
)  # fmt: skip
def test_expectation_is_asked_as_documented(
    world: Sandbox, answers: dict[str, tuple[int, Any]], asked: Any, wish: Any
) -> None:
    answers["/verify"] = MATCHED
    assert world.verify(**asked) == ["req_1"]
    assert sent() == ("POST", "/verify", wish)


def test_failed_expectation_is_an_assertion_that_explains(
    world: Sandbox, answers: dict[str, tuple[int, Any]]
) -> None:
    answers["/verify"] = FAILED
    with pytest.raises(AssertionError) as failed:
        world.verify({"status": 200})
    assert str(failed.value).splitlines() == [
        "expected 1 call, came none",
        "  req_1: status: expected 200, came 401",
        "  cannot be judged, as parts of them were not kept: req_3",
        f"  req_1: {EXPLANATION['summary']}",
    ]


def test_several_expectations_are_judged_together(
    world: Sandbox, answers: dict[str, tuple[int, Any]]
) -> None:
    wishes = [{"match": {"status": 200}}, {"match": {"status": 401}, "within": "PT1S"}]
    answers["/verify"] = (200, {"ok": True, "results": [MATCHED[1], MATCHED[1]]})
    assert world.verify_all(wishes, order=True) == [["req_1"], ["req_1"]]
    assert sent()[2] == {"expectations": wishes, "order": True}
    answers["/verify"] = (409, {"ok": False, "results": [MATCHED[1], FAILED[1]]})
    with pytest.raises(AssertionError, match="expected 1 call, came none"):
        world.verify_all(wishes)


def test_verdict_that_is_bad_is_an_assertion(world: Sandbox) -> None:
    assert [name for name, each in world.verdicts().items() if each.ok] == ["back_off"]
    world.assert_verdicts("back_off")
    told = f"duplicate: done twice\n  req_1: {EXPLANATION['summary']}"
    for judge in (world.assert_no_duplicates, world.assert_verdicts):
        with pytest.raises(AssertionError) as failed:
            judge()
        assert str(failed.value) == told
    with pytest.raises(LookupError, match="no such verdict: nope; there are duplicate, back_off"):
        world.assert_verdicts("nope")


@pytest.mark.parametrize(
    ("name", "arguments", "wish"),
    [
        ("set", ("2026-11-21T06:00:00Z",), {"now": "2026-11-21T06:00:00Z"}),
        ("set", (datetime(2026, 11, 21, 6, tzinfo=UTC),), {"now": "2026-11-21T06:00:00Z"}),
        ("advance", ("PT61S",), {"advance": "PT61S"}),
        ("advance", (61,), {"advance": "PT61S"}),
        ("rate", (60,), {"rate": 60}),
        ("run", (), {"run": True}),
        ("reset", (), {"reset": True}),
        ("skew", (timedelta(seconds=-61),), {"skew": "-PT61S"}),
    ],
)
def test_clock_is_set_as_documented(
    world: Sandbox, name: str, arguments: tuple[Any, ...], wish: Any
) -> None:
    assert getattr(world.clock, name)(*arguments) == datetime(2026, 11, 21, 6, 1, 1, tzinfo=UTC)
    assert sent() == ("PUT", "/clock", wish)


def test_clock_tells_its_time(world: Sandbox) -> None:
    assert world.clock.now() == datetime(2026, 11, 21, 6, 1, 1, tzinfo=UTC)
    assert world.clock.describe() == CLOCK
    with pytest.raises(ValueError, match="expected an instant with a time zone"):
        world.clock.set(datetime(2026, 11, 21))


@pytest.mark.parametrize(
    ("value", "text", "seconds"),
    [
        ("PT1H2M3.5S", "PT1H2M3.5S", 3723.5),
        (0, "PT0S", 0),
        (0.0004, "PT0S", 0.0004),
        (100, "PT100S", 100),
        (timedelta(days=1), "PT86400S", 86400),
    ],
)
def test_duration_is_written_and_counted(value: Any, text: str, seconds: float) -> None:
    assert (write_duration(value), count_seconds(value)) == (text, seconds)


@pytest.mark.parametrize(
    ("filters", "query"),
    [
        ({"status": 404, "committed": False}, "status=404&committed=false"),
        ({"within": 5, "since": ""}, "within=PT5S&since="),
        ({"because": "no such & more", "limit": 1}, "because=no%20such%20%26%20more&limit=1"),
    ],
    ids=str,
)  # fmt: skip
def test_filters_are_written_as_the_administration_reads_them(
    world: Sandbox, answers: dict[str, tuple[int, Any]], filters: Any, query: str
) -> None:
    answers["/requests"] = (200, {"requests": []})
    assert world.requests(**filters) == []
    assert sent()[1] == f"/requests?{query}"
