"""Many threads at once: a lock for each sandbox keeps its counting exact."""

import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import orjson
import pytest
import requests
from werkzeug.serving import make_server

from mockserver import create_app
from mockserver.pipeline.keys import ANSWERS
from mockserver.web.flask_app import App
from tests.calls import BY_PROVIDER, JSON, KIRIM_RECEIPT, WAMID, ValidCall
from tests.conftest import StillClock
from tests.faults.receipts import lines
from tests.web.wsgi import Seen, ask, environ_of, make_environ

THREADS = 8
EACH = 40
CALLS = THREADS * EACH
Work = Callable[[int], Any]


@pytest.fixture(autouse=True)
def _often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture
def app(clock: StillClock) -> App:
    return create_app(clock=clock, seed=1)


@pytest.fixture
def foreign(app: App) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


def together(*works: Work, each: int = EACH) -> list[Any]:
    """What each of the works gives, done so many times by each of eight threads at once."""
    barrier = Barrier(THREADS)

    def do(thread: int) -> list[Any]:
        barrier.wait(timeout=10)
        return [works[(thread + n) % len(works)](thread * each + n) for n in range(each)]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(itertools.chain(*pool.map(do, range(THREADS))))


def administrate(app: App, method: str, path: str, content: Any = None) -> Any:
    body = b"" if content is None else orjson.dumps(content)
    seen = ask(app, make_environ(method, f"/_mock/sandboxes{path}", JSON, body))
    assert seen.status[0] == "2", seen.body
    return orjson.loads(seen.body or b"null")


def add(app: App, fault: dict[str, Any], **rule: Any) -> None:
    administrate(app, "POST", "/default/faults", {"fault": fault, **rule})


def receipt(app: App, call: ValidCall = KIRIM_RECEIPT, prefix: str = "") -> Seen:
    return ask(app, environ_of(call, prefix) | {ANSWERS: []})


def journal(app: App, sandbox: str = "default") -> list[Any]:
    entries: list[Any] = administrate(app, "GET", f"/{sandbox}/requests?limit=4000")["requests"]
    return entries


def test_rules_count_every_call_once(app: App) -> None:
    add(app, {"type": "error", "error": "INTERNAL_ERROR"}, schedule={"times": 37})
    add(app, {"type": "gateway"}, schedule={"every": 7})
    statuses = Counter(seen.status[:3] for seen in together(lambda _: receipt(app)))
    first, second = (rule["hits"] for rule in administrate(app, "GET", "/default/faults")["faults"])
    assert first == statuses["500"] == 37
    assert second == statuses["502"]
    assert sum(statuses.values()) == CALLS
    # Of the calls that every seventh is, those that the first rule had are struck by it alone.
    assert second == CALLS // 7 - sum(n % 7 == 0 for n in range(1, 38))


def test_ordinals_and_ids_are_given_once(app: App) -> None:
    add(app, {"type": "latency", "ms": 0})
    ids = [seen.header("X-Mock-Request-Id") for seen in together(lambda _: receipt(app))]
    told = lines(app.test_client())
    entries = journal(app)
    assert [line["ordinal"] for line in told] == list(range(1, CALLS + 1))
    assert [line["request"] for line in told] == [entry["id"] for entry in entries]
    assert sorted(entry["id"] for entry in entries) == sorted(set(ids))


@pytest.mark.parametrize("algorithm", ["token_bucket", "fixed_window"])
def test_limit_lets_exactly_as_many_pass(app: App, algorithm: str) -> None:
    add(app, {"type": "rate_limit", "limit": 100, "algorithm": algorithm})
    statuses = Counter(seen.status[:3] for seen in together(lambda _: receipt(app)))
    assert statuses == {"200": 100, "429": CALLS - 100}


def test_message_is_read_by_one_call_alone(app: App) -> None:
    together(lambda _: receipt(app))
    changed = [entry for entry in journal(app) if entry["changes"]]
    assert [each["message"] for each in changed[0]["changes"]] == [WAMID]
    assert changed == journal(app)[:1]


def test_key_is_replayed_by_all_calls_but_one(app: App) -> None:
    key = {"Idempotency-Key": "order 77"}
    seen = together(lambda _: ask(app, environ_of(KIRIM_RECEIPT, **key)))
    assert Counter(each.header("Idempotent-Replayed") for each in seen)["false"] == 1
    assert len({each.body for each in seen}) == 1


def test_messages_are_written_and_read_beside_each_other(app: App) -> None:
    def write(n: int) -> Any:
        message = {"provider": "kirim", "from": f"+62899900{n:04d}", "id": f"wamid.{n}"}
        return administrate(app, "POST", "/default/messages", message)

    def read(n: int) -> Any:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": f"wamid.{n}"}
        call = make_environ("POST", KIRIM_RECEIPT.path, KIRIM_RECEIPT.headers, orjson.dumps(body))
        return ask(app, call).status

    before = app.sandboxes.default.messages.count()
    together(write)
    assert app.sandboxes.default.messages.count() == before + CALLS
    assert set(together(read)) == {"200 OK"}
    stored = [app.sandboxes.default.messages.get("kirim", f"wamid.{n}") for n in range(CALLS)]
    assert all(each is not None and each.read_at is not None for each in stored)
    assert len({each.sequence for each in stored if each is not None}) == CALLS


def test_administration_goes_on_beside_calls(app: App) -> None:
    patch = {"condition": "good"}

    def change_rules(n: int) -> None:
        add(app, {"type": "latency", "ms": 0}, name=str(n))
        administrate(app, "PUT", "/default/faults", {"faults": []})

    statuses = together(
        lambda _: receipt(app).status,
        lambda _: administrate(app, "PATCH", "/default/accounts/kirim/main", patch) and "200 OK",
        change_rules,
        lambda _: administrate(app, "GET", "/default/messages") and "200 OK",
    )
    assert set(statuses) - {None} == {"200 OK"}
    assert len(journal(app)) == CALLS // 4
    assert administrate(app, "GET", "")["unattributed"] == 0


def test_sandboxes_do_not_mix(app: App) -> None:
    made = [administrate(app, "POST", "", {"id": f"s{n}", "fixtures": "default"}) for n in range(4)]
    keys = [
        next(each for each in one["providers"]["kirim"]["accounts"] if each["label"] == "main")
        for one in made
    ]

    def call(n: int) -> Seen:
        account = keys[n % 4]
        path = f"/v1/{account['numbers'][0]['phone_number_id']}/messages"
        sent = {**KIRIM_RECEIPT.headers, "Authorization": f"Bearer {account['api_key']}"}
        return ask(app, make_environ("POST", path, sent, KIRIM_RECEIPT.body))

    together(call)
    for one in made:
        entries = journal(app, one["id"])
        assert len(entries) == CALLS // 4
        assert len({entry["id"] for entry in entries}) == CALLS // 4
    assert journal(app) == []
    assert administrate(app, "GET", "")["unattributed"] == 0


def test_sandboxes_come_and_go_beside_calls(app: App) -> None:
    calls = [(BY_PROVIDER[provider], provider) for provider in sorted(BY_PROVIDER)]

    def live(n: int) -> list[str]:
        """Make one, call it by its path, delete it, and call it again."""
        made = administrate(app, "POST", "", {"id": f"s{n}", "credentials": "any"})
        call, provider = calls[n % len(calls)]
        prefix = f"/~{made['code']}/{provider}"
        answers = [receipt(app, call, prefix)]
        administrate(app, "DELETE", f"/s{n}")
        answers.append(receipt(app, call, prefix))
        return [orjson.loads(each.body)["error"]["code"] for each in answers[1:]]

    told = together(live, each=5)
    assert told == [["sandbox_not_found"]] * (THREADS * 5)
    assert [each["id"] for each in administrate(app, "GET", "")["sandboxes"]] == ["default"]
    assert len(journal(app)) == THREADS * 5  # the calls that found nothing


def test_server_with_threads_counts_exactly(app: App, foreign: str) -> None:
    add(app, {"type": "error", "error": "INTERNAL_ERROR"}, schedule={"times": 11})
    sessions = [requests.Session() for _ in range(THREADS)]

    def call(n: int) -> int:
        session = sessions[n // 10]
        url = f"{foreign}{KIRIM_RECEIPT.path}"
        return session.post(
            url, data=KIRIM_RECEIPT.body, headers=KIRIM_RECEIPT.headers, timeout=10
        ).status_code

    statuses = Counter(together(call, each=10))
    for session in sessions:
        session.close()
    assert statuses == {500: 11, 200: THREADS * 10 - 11}
    assert len(journal(app)) == THREADS * 10


# A sandbox that is deleted just when a call has found it


class Late:
    """A lock that somebody else gets first, once."""

    def __init__(self, lock: Any, first: Callable[[], object]) -> None:
        self._lock = lock
        self._first: Callable[[], object] | None = first

    def __enter__(self) -> None:
        first, self._first = self._first, None
        if first is not None:
            first()
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()


@pytest.mark.parametrize("path", [f"/kirim{KIRIM_RECEIPT.path}", "/nowhere"])
def test_sandbox_that_goes_before_its_call_is_not_written_to(app: App, path: str) -> None:
    made = administrate(app, "POST", "", {"id": "brief"})
    sandbox = app.sandboxes.find("brief")
    assert sandbox is not None
    ids = dict(sandbox.rows("ids"))
    sandbox.lock = Late(sandbox.lock, lambda: app.sandboxes.delete(sandbox))
    seen = ask(app, make_environ("POST", f"/~{made['code']}{path}", KIRIM_RECEIPT.headers))
    assert orjson.loads(seen.body)["error"]["code"] == "sandbox_not_found"
    assert dict(sandbox.rows("ids")) == ids
    assert [entry["unattributed"] is not None for entry in journal(app)] == [True]
