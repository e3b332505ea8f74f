"""The journal: what an entry may take, what it tells, and how it is searched and read by pages."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.calls import KIRIM, WAMID
from tests.conftest import STATE
from tests.faults.receipts import BODY, PATH, add, call, lines, newest

KIB = 1_024
REQUESTS = f"{STATE}/requests"


def find(client: Any, query: str) -> list[dict[str, Any]]:
    answer = client.get(f"{REQUESTS}?{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["requests"]
    return found


# Bounds


MIB = "x" * 1_000_000
LONG_LIST = [f"word {number}" for number in range(50_000)]
DEEP: Any = "x"
for _ in range(14):
    DEEP = [DEEP, DEEP]
FAT: dict[str, dict[str, Any]] = {
    "body": {"data": MIB},
    "body of control characters": {"data": "\x01" * 1_000_000},
    "body of many bytes a character": {"data": "😀" * 200_000},
    "body of no text": {"data": b"\xff" * 1_000_000},
    "body of quotes": {"data": '"' * 1_000_000},
    "message id": {"data": json.dumps({**BODY, "message_id": "\x01" * 100_000})},
    "path": {"path": f"{PATH}?q={'x' * 60_000}"},
    "header": {"headers": {"X-Long": "x" * 60_000}},
    "name": {"headers": {"X-" + "a" * 60_000: "1"}},
    "headers": {"headers": {f"X-{number}": "x" * 50 for number in range(900)}},
    "fault": {"fault": {"type": "status", "status": 500, "body": MIB}},
    "fault of a list": {"fault": {"type": "status", "status": 500, "body": LONG_LIST}},
    "fault that is deep": {"fault": {"type": "status", "status": 500, "body": DEEP}},
    "fault with headers": {
        "fault": {
            "type": "status",
            "status": 500,
            "headers": {f"X-{number}": "e" * 500 for number in range(100)},
        }
    },
}


@pytest.mark.parametrize("request_", FAT.values(), ids=FAT)
def test_entry_has_at_most_32_kib(client: Any, request_: dict[str, Any]) -> None:
    if "fault" in request_:
        add(client, request_["fault"])
    path, data = request_.get("path", PATH), request_.get("data", json.dumps(BODY))
    headers = {**KIRIM, **request_.get("headers", {})}
    client.post(path, headers=headers, data=data)
    entry = newest(client)
    for shown in (client.get(REQUESTS).data, client.get(f"{REQUESTS}/{entry['id']}").data):
        assert KIB < len(shown) <= 32 * KIB
    assert entry["cut"] != []
    assert entry["request"]["method"] == "POST"
    assert client.get(f"{REQUESTS}/{entry['id']}").json == entry


def test_what_is_not_long_is_whole(client: Any) -> None:
    body = json.dumps({"a": "y" * 23_000})
    client.post(PATH, headers={**KIRIM, "X-Trace": "x" * 1_024}, data=body)
    entry = newest(client)
    assert entry["cut"] == []
    assert entry["request"]["body"] == body
    assert entry["request"]["headers"]["x-trace"] == "x" * 1_024


def test_each_part_that_was_cut_is_marked(client: Any) -> None:
    add(client, {"type": "status", "status": 500, "body": "z" * 20_000})
    long = {"X-Long": "h" * 2_000, "X-Short": "h"}
    client.post(f"{PATH}?{'q' * 2_000}", headers={**KIRIM, **long}, data="b" * 30_000)
    entry = newest(client)
    assert sorted(entry["cut"]) == [
        "injected", "request.body", "request.headers", "request.path", "response.body",
    ]  # fmt: skip
    assert entry["request"]["body"] == "b" * 24_576 + "… (cut: 30000 bytes in all)"
    assert entry["request"]["headers"]["x-long"] == "h" * 1_024 + "… (976 more characters)"
    assert entry["request"]["headers"]["x-short"] == "h"
    assert entry["request"]["path"].endswith("more characters)")
    assert entry["response"]["body"].endswith("… (cut: 20000 bytes in all)")
    assert entry["injected"][0]["fault"]["body"] == "z" * 256 + "… (19744 more characters)"
    assert entry["natural"]["status"] == 400


def test_character_is_never_cut_in_two(client: Any) -> None:
    client.post(PATH, headers=KIRIM, data=("x" + "é" * 12_288).encode())
    kept = newest(client)["request"]["body"].partition("…")[0]
    assert kept == "x" + "é" * 12_287


def test_long_faults_are_kept_once(make_client: Callable[..., Any]) -> None:
    """500 calls that a fault of 1 MB struck leave a transcript of little more than that."""
    client = make_client(journal_memory=2)
    rule = add(client, {"type": "status", "status": 500, "body": MIB})
    for _ in range(50):
        call(client)
    assert len(client.get(f"{STATE}/faults/transcript").data) < 1_100_000
    first, *others = lines(client)
    assert first["fault"]["body"] == MIB
    place = {"request": first["request"], "rule": rule}
    assert [each["fault"] for each in others] == [{"type": "status", "as_in": place}] * 49
    assert len(find(client, "limit=100")) == 50


def test_faults_that_nobody_shares_any_more_leave_room(make_client: Callable[..., Any]) -> None:
    client = make_client(journal_memory=1, journal=20)
    for number in range(40):
        add(client, {"type": "status", "status": 500, "body": f"{number}" + MIB[:200_000]})
        call(client)
        client.delete(f"{STATE}/faults")
    kept = [each["fault"]["body"][:2] for each in lines(client)]
    assert 1 <= len(kept) <= 6
    assert kept[-1] == "39"


# What an entry tells, and filters


def test_entry_tells_what_the_call_was_about(client: Any) -> None:
    call(client)
    entry = newest(client)
    message = client.get(f"{STATE}/messages/{WAMID}").json
    assert entry["message_id"] == WAMID
    assert entry["customer"] == message["customer"]
    assert entry["business_number"] == message["business_number"]
    client.post("/nowhere")
    entry = newest(client)
    assert (entry["message_id"], entry["customer"], entry["business_number"]) == (None, None, None)


def test_journal_is_filtered_by_what_calls_were_about(client: Any) -> None:
    call(client)
    client.post(PATH, headers=KIRIM, json={**BODY, "message_id": "wamid.nobody"})
    client.post(PATH, headers={"Authorization": "Bearer x"}, json=BODY)
    whole = find(client, "")
    customer = whole[0]["customer"].replace("+", "%2B")
    number = whole[0]["business_number"].replace("+", "%2B")
    for query, places in (
        (f"message_id={WAMID}", [0, 2]),
        ("message_id=wamid.nobody", [1]),
        ("message_id=other", []),
        (f"customer={customer}", [0, 2]),
        (f"customer={whole[0]['customer']}", [0, 2]),
        (f"customer={whole[0]['customer'].lstrip('+')}&committed=true", [0]),
        (f"business_number={number}&committed=true", [0]),
        ("committed=true", [0]),
        ("committed=false", [1, 2]),
        ("because=NO MESSAGE", [1]),
        ("because=unknown token", [2]),
        ("because=nothing like it", []),
        ("status=404&because=wamid.nobody", [1]),
    ):
        assert find(client, query) == [whole[place] for place in places], query


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("provider=nope", "kirim"),
        ("operation=nope", "typing_indicator"),
        ("operation=typing_indicator&provider=d7", "get_status"),
        ("account=nope", "low_balance"),
        ("account=low_balance&provider=kirim", "rate_limited"),
        ("error=NOPE", "WHATSAPP_UPSTREAM_ERROR"),
        ("error=LOW_BALANCE&provider=kirim", "INVALID_API_KEY"),
        ("error=low_balance", "LOW_BALANCE"),
        ("fault=rule_nope", "header"),
        ("committed=yes", "true"),
        ("customer=", "628123456789"),
        ("business_number=nobody", "628123456789"),
        ("provider=kirim&provider=d7", "send one"),
        ("since=req_%22", "req_"),
    ],
)
def test_filter_that_nothing_can_pass_is_refused(client: Any, query: str, named: str) -> None:
    """An empty list would let a test pass that asserts that no such call was made."""
    answer = client.get(f"{REQUESTS}?{query}")
    assert answer.status_code == 400
    assert named in answer.json["error"]["hint"]


@pytest.mark.parametrize("filter_", ["requests?committed", "messages?unread"])
def test_what_is_neither_true_nor_false_is_refused_alike(client: Any, filter_: str) -> None:
    answer = client.get(f"{STATE}/{filter_}=yes")
    name = filter_.partition("?")[2]
    assert (answer.status_code, answer.json["error"]) == (
        400,
        {
            "code": "bad_filter",
            "message": f"{name}: expected true or false, came 'yes'",
            "hint": f"send {name}=true or {name}=false",
        },
    )


@pytest.mark.parametrize("what", ["requests", "messages", "reports"])
@pytest.mark.parametrize(
    ("query", "named", "other"),
    [
        ("account=nope", "low_balance", "nope"),
        ("account=no_credit&provider=kirim", "rate_limited", "low_balance"),
    ],
)
def test_account_that_is_not_there_is_refused_by_every_list(
    client: Any, what: str, query: str, named: str, other: str
) -> None:
    answer = client.get(f"{STATE}/{what}?{query}")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "unknown_account")
    assert named in answer.json["error"]["hint"]
    assert other not in answer.json["error"]["hint"]


def test_error_of_another_providers_call_is_refused_too(client: Any) -> None:
    """Though the journal knows it: no call of this provider can have it."""
    client.post("/kaleyra/v2/HXIN1/whatsapp/1/messages", headers={"api-key": "x"}, json={})
    error = newest(client)["error"]
    assert len(find(client, f"error={error}&provider=kaleyra")) == 1
    assert client.get(f"{REQUESTS}?error={error}&provider=kirim").status_code == 400


def test_rule_that_is_gone_can_still_be_asked_for(client: Any) -> None:
    rule = add(client, {"type": "latency", "ms": 0})
    assert find(client, f"fault={rule}") == []
    call(client)
    client.delete(f"{STATE}/faults")
    assert [each["fault"] for each in find(client, f"fault={rule}")] == [rule]


# Pages


def test_journal_is_read_by_pages(client: Any) -> None:
    for _ in range(7):
        client.post(PATH, headers=KIRIM, json=BODY)
        client.post("/nowhere")
    ids = [each["id"] for each in find(client, "provider=kirim")]
    assert len(ids) == 7
    since, pages = "", []
    while True:
        page = client.get(f"{REQUESTS}?provider=kirim&limit=3&since={since}").json
        pages.append([each["id"] for each in page["requests"]])
        if "next" not in page:
            break
        since = page["next"]
    assert pages == [ids[:3], ids[3:6], ids[6:]]


def test_page_that_ends_with_the_journal_has_no_next(client: Any) -> None:
    for _ in range(4):
        call(client)
    assert "next" not in client.get(f"{REQUESTS}?since=&limit=4").json
    assert "next" in client.get(f"{REQUESTS}?since=&limit=3").json
    assert "next" not in client.get(REQUESTS).json
    assert client.get(f"{REQUESTS}?since=&limit=0").json == {"requests": [], "next": ""}


def test_newest_are_kept_within_a_limit(client: Any) -> None:
    ids = [call(client).headers["X-Mock-Request-Id"] for _ in range(5)]
    assert [each["id"] for each in find(client, "limit=2")] == ids[-2:]
    assert "earlier" not in client.get(f"{REQUESTS}?limit=2").json
    assert find(client, "limit=0") == []


@pytest.mark.slow
def test_answer_has_a_bound_of_its_own(make_client: Callable[..., Any]) -> None:
    """Of many long entries the oldest are left for the next question, and that is told."""
    client = make_client(journal_memory=40)
    for _ in range(300):
        client.post(PATH, headers=KIRIM, data="x" * 24_000)
    answer = client.get(REQUESTS).json
    assert 150 < len(answer["requests"]) < 180
    assert answer["earlier"] is True
    assert client.get(f"{REQUESTS}?limit=300").json == answer
    first = client.get(f"{REQUESTS}?since=").json
    assert first["next"] == first["requests"][-1]["id"]
    rest = client.get(f"{REQUESTS}?since={first['next']}").json
    assert len(first["requests"]) + len(rest["requests"]) == 300
    assert "next" not in rest


def test_page_of_the_transcript_has_a_bound_of_its_own(make_client: Callable[..., Any]) -> None:
    client = make_client()
    for number in range(8):
        add(client, {"type": "status", "status": 500, "body": f"{number}{MIB[1:]}"})
        call(client)
        client.delete(f"{STATE}/faults")
    url, seen = f"{STATE}/faults/transcript", []
    while url:
        answer = client.get(url)
        assert len(answer.data) < 5_000_000
        seen += [json.loads(line)["fault"]["body"][0] for line in answer.text.splitlines()]
        link = answer.headers.get("Link")
        url = f"{STATE}/faults/transcript{link.partition('>')[0][1:]}" if link else ""
    assert seen == list("01234567")


def test_transcript_is_read_by_pages(client: Any) -> None:
    add(client, {"type": "latency", "ms": 0})
    add(client, {"type": "status", "status": 500, "body": "x" * 2_000})
    for _ in range(5):
        call(client)
    whole, url, pages = lines(client), f"{STATE}/faults/transcript?limit=4", []
    while url:
        answer = client.get(url)
        pages.append([json.loads(line) for line in answer.text.splitlines()])
        link = answer.headers.get("Link")
        url = f"{STATE}/faults/transcript{link.partition('>')[0][1:]}" if link else ""
        assert link is None or link.endswith('; rel="next"')
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [line["request"] for page in pages for line in page] == [
        line["request"] for line in whole
    ]
    for page in pages:  # each can be read alone
        assert page[1]["fault"]["body"] == "x" * 2_000


@pytest.mark.parametrize("query", ["limit=-1", "limit=x", "after=x", "since=req_1"])
def test_wrong_page_of_the_transcript_is_refused(client: Any, query: str) -> None:
    assert client.get(f"{STATE}/faults/transcript?{query}").status_code == 400
