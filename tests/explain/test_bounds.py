"""What an outsider can make long, deep or many costs an explanation little."""

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from mockserver.api import Parts, Slip, Variant
from mockserver.api.diagnosis.near import COMPARED, SCANNED, find_near
from mockserver.api.diagnosis.signature_search import (
    EACH,
    PAIRS_UP_TO,
    WORK,
    Keyed,
    Wanted,
    search_slips,
)
from tests.calls import JSON, KIRIM, NX_RECEIPT, RECEIPT
from tests.conftest import STATE
from tests.explain.asking import codes
from tests.nxcloud_signature import signed

NX = "/api/wa/markMessageAsRead"


def refuse(client: Any, body: bytes, now: int, over: bytes = b"other", **how: Any) -> Any:
    """A call with a wrong signature, and its explanation."""
    headers = {**JSON, **signed(over, now=now, **how)}
    client.post(NX, data=body, headers=headers)
    return client.get(f"{STATE}/requests/last/explain").json


class Counted:
    """Ids that count how many of them are looked at."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.seen = 0

    def __call__(self) -> Iterator[str]:
        for place in range(self._count):
            self.seen += 1
            yield f"unlike-{place:030d}"


@pytest.mark.parametrize("came", ["x", "Q" * 40, "Q" * 200, "Q" * 201, "%25" * 60])
def test_near_ids_are_looked_for_among_the_newest(came: str) -> None:
    asked: list[str] = []

    def is_known(each: str) -> bool:
        asked.append(each)
        return False

    known = Counted(SCANNED + 5_000)
    assert find_near(came, is_known, known) is None
    assert known.seen <= SCANNED + COMPARED + 2
    assert len(asked) <= 200 * 140 + 100


@pytest.mark.parametrize("size", [100, PAIRS_UP_TO - 1, 1_000_000])
def test_search_for_mistakes_ends(size: int) -> None:
    """Also where every part has many variants."""
    some = (Slip("code", "text"),)
    heads = [Variant(b"h"), *(Variant(b"h%d" % each, some) for each in range(300))]
    bodies = [Variant(b"b" * size), *(Variant(b"b%d" % n + b"b" * size, some) for n in range(300))]
    digested = 0

    class Digest:
        def update(self, data: bytes) -> None:
            nonlocal digested
            digested += len(data)

        def copy(self) -> "Digest":
            return self

        def hexdigest(self) -> str:
            return "0" * 32

    result = search_slips(
        Parts(heads, bodies, [Variant(b"t")], [Keyed(Digest)]), Wanted("1" * 32, "md5", ()), size
    )
    assert result.slips == ()
    assert digested <= WORK + 2_000_000
    assert result.given_up == (size < PAIRS_UP_TO or digested > WORK - 2_000_000)
    assert result.tried <= WORK // EACH


@pytest.mark.parametrize("depth", [500, 900, 5_000, 30_000])
def test_deep_bodies_are_explained(client: Any, clock: Any, depth: int) -> None:
    body = b"[" * depth + b"]" * depth
    assert codes(refuse(client, body, clock.now(), body + b"\n")) == ["trailing_newline"]


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b"", b"{", b'{"a": 1e400}', b'"\\ud800"', b"NaN"])
def test_odd_bodies_are_explained(client: Any, clock: Any, body: bytes) -> None:
    assert codes(refuse(client, body, clock.now())) == ["nothing_found"]


def test_long_bodies_of_the_newest_failed_calls_are_kept(client: Any, clock: Any) -> None:
    """Of 32: older ones are explained by what their entries keep."""
    body = json.dumps({**NX_RECEIPT, "filler": "x" * 40_000}).encode()
    over = json.dumps(json.loads(body), separators=(",", ":")).encode()
    ids = []
    for _ in range(34):
        headers = {**JSON, **signed(over, now=clock.now())}
        ids.append(client.post(NX, data=body, headers=headers).headers["X-Mock-Request-Id"])
    told = [client.get(f"{STATE}/requests/{each}/explain").json for each in (ids[0], ids[-32])]
    assert [codes(each) for each in told] == [["nothing_found"], ["body_reserialised"]]
    assert "cut" in told[0]["findings"][0]["text"]


def test_a_long_header_is_explained_as_far_as_it_is_kept(client: Any) -> None:
    headers = {"Authorization": f"Bearer {'x' * 5_000}", **JSON}
    client.post("/kirim/v1/1/messages", data=b"{}", headers=headers)
    told = client.get(f"{STATE}/requests/last/explain").json
    assert codes(told) == ["nothing_found"]


def test_other_sandboxes_are_looked_into_without_their_locks(client: Any, clock: Any) -> None:
    """Or two that explain at once would wait for each other for ever."""
    made = client.post("/_mock/sandboxes", json={}).json
    other = client.application.sandboxes.find(made["id"])
    answers = []

    def ask() -> None:
        refuse(client, b"{}", clock.now())
        body = json.dumps({**RECEIPT, "message_id": "wamid.nobodys"})
        client.post("/v1/106540352242922/messages", data=body, headers=KIRIM)
        answers.append(client.get(f"{STATE}/requests/last/explain").status_code)

    thread = Thread(target=ask, daemon=True)
    with other.lock:
        thread.start()
        thread.join(timeout=20)
        assert answers == [200]
    client.delete(f"/_mock/sandboxes/{made['id']}")
