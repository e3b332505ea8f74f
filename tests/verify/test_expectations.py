"""One expectation: which calls it is about, how many there have to be, and what it answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.calls import KIRIM, RECEIPT, WAMID
from tests.conftest import STATE
from tests.verify.expecting import PATH, call, expect, refuse, verify


def test_what_holds_is_told_with_the_calls_that_matched(client: Any) -> None:
    ids = [call(client), call(client)]
    call(client, path="/nowhere")
    assert verify(client, {"match": {"provider": "kirim"}}) == {"ok": True, "matched": ids}


def test_without_a_count_one_call_is_enough_and_needed(client: Any) -> None:
    assert not verify(client, {})["ok"]
    call(client)
    assert verify(client, {})["ok"]
    call(client)
    assert verify(client, {})["ok"]


@pytest.mark.parametrize(
    ("count", "holds"),
    [
        ({"exactly": 0}, [True, False, False, False]),
        ({"exactly": 2}, [False, False, True, False]),
        ({"at_least": 0}, [True, True, True, True]),
        ({"at_least": 2}, [False, False, True, True]),
        ({"at_most": 1}, [True, True, False, False]),
        ({"at_least": 1, "at_most": 2}, [False, True, True, False]),
    ],
)
def test_count_is_of_all_that_match(client: Any, count: dict[str, int], holds: list[bool]) -> None:
    told = []
    for _ in holds:
        told.append(expect(client, {"provider": "kirim"}, count=count)["ok"])
        call(client)
        call(client, path="/nowhere")
    assert told == holds


def test_never_is_no_call(client: Any) -> None:
    call(client, path="/nowhere")
    assert expect(client, {"provider": "kirim"}, never=True)["ok"]
    entry = call(client)
    told = expect(client, {"provider": "kirim"}, never=True)
    assert told["message"] == f'expected no call with provider "kirim", came 1: {entry}'
    assert told["nearest"] == [{"request": entry, "differs": []}]


def test_only_what_came_since_counts(client: Any) -> None:
    first, second = call(client), call(client)
    assert verify(client, {"since": first})["matched"] == [second]
    assert verify(client, {"since": second, "never": True})["ok"]
    assert verify(client, {"since": ""})["matched"] == [first, second]


def test_since_that_is_unknown_is_refused(client: Any) -> None:
    """A typo, or one that was reset away, would pass for "since the beginning"."""
    before = call(client)
    client.post(f"{STATE}/reset")
    assert refuse(client, {"since": before})["code"] == "unknown_since"
    assert refuse(client, {"since": "req_nope"})["code"] == "unknown_since"


MATCHES: dict[str, tuple[dict[str, Any], bool]] = {
    "provider": ({"provider": "kirim"}, True),
    "another provider": ({"provider": "d7"}, False),
    "operation": ({"operation": "mark_as_read"}, True),
    "another operation": ({"operation": "typing_indicator"}, False),
    "no operation": ({"operation": None}, False),
    "account": ({"account": "main"}, True),
    "one of the accounts": ({"account": ["expired", "main"]}, True),
    "no account": ({"account": None}, False),
    "message": ({"message_id": WAMID}, True),
    "another message": ({"message_id": "wamid.nobody"}, False),
    "direction": ({"direction": "inbound"}, True),
    "other direction": ({"direction": "outbound"}, False),
    "customer": ({"customer": "+62 8123 456789"}, True),
    "another customer": ({"customer": "+628000000000"}, False),
    "business number": ({"business_number": "628111222333"}, True),
    "another business number": ({"business_number": "628111222334"}, False),
    "header": ({"header": {"X-Tenant": 'a "gold" \\ one'}}, True),
    "header of another case": ({"header": {"x-tenant": 'A "gold" \\ one'}}, False),
    "two headers": ({"header": {"X-Tenant": 'a "gold" \\ one', "path": "/x"}}, True),
    "part of a header": ({"header": {"X-Tenant": 'a "gold" \\'}}, False),
    "header of the answer": ({"header": {"X-RateLimit-Limit": "60"}}, False),
    "header of a part's name": ({"header": {"method": "POST"}}, False),
    "documented path": ({"path": PATH}, True),
    "path as sent": ({"path": f"/kirim{PATH}"}, True),
    "another path": ({"path": "/v1/messages"}, False),
    "body": ({"body": {"/status": "read"}}, True),
    "whole body": ({"body": {"": {**RECEIPT, "message_id": WAMID}}}, True),
    "body of another type": ({"body": {"/status": True}}, False),
    "body that lacks it": ({"body": {"/nope": None}}, False),
    "deep body": ({"body": {"/status/0": "r"}}, False),
    "status": ({"status": 200}, True),
    "another status": ({"status": 404}, False),
    "no status": ({"status": None}, False),
    "no error": ({"error": None}, True),
    "error": ({"error": "NOT_FOUND"}, False),
    "committed": ({"committed": True}, True),
    "not committed": ({"committed": False}, False),
    "no fault": ({"fault": None}, True),
    "any fault": ({"fault": True}, False),
    "fault": ({"fault": "header"}, False),
    "all": ({"provider": "kirim", "path": PATH, "body": {"/status": "read"}, "status": 200}, True),
    "all but one": ({"provider": "kirim", "path": PATH, "body": {"/status": "x"}}, False),
}


@pytest.mark.parametrize(("match", "holds"), MATCHES.values(), ids=MATCHES)
def test_every_key_of_a_match(client: Any, match: dict[str, Any], holds: bool) -> None:
    headers = {"X-Tenant": 'a "gold" \\ one', "path": "/x"}
    call(client, path=f"/kirim{PATH}?q=1", headers=headers)
    assert expect(client, match)["ok"] is holds


def test_header_of_the_answer_is_none_of_the_call(client: Any) -> None:
    fault = {"type": "status", "status": 500, "headers": {"x-lower": "1"}}
    client.post(f"{STATE}/faults", json={"fault": fault})
    call(client)
    assert expect(client, {"header": {"x-lower": "1"}}, never=True)["ok"]
    entry = call(client, headers={"x-lower": "1"})
    assert expect(client, {"header": {"X-Lower": "1"}})["matched"] == [entry]


def test_error_and_status_of_a_refused_call(client: Any) -> None:
    call(client, {**RECEIPT, "message_id": "wamid.nobody"})
    refused = {
        "status": 404,
        "error": "RESOURCE_NOT_FOUND",
        "committed": False,
        "direction": "inbound",
    }
    assert not expect(client, refused)["ok"]
    del refused["direction"]
    assert expect(client, refused)["ok"]


def test_body_that_is_no_json_matches_nothing_in_it(client: Any) -> None:
    call(client, '{"status": "read"')
    call(client, b'{"status": "read"}', headers={"Content-Encoding": "gzip"})
    assert expect(client, {"body": {"/status": "read"}}, never=True)["ok"]
    assert expect(client, {"body": {"": None}}, never=True)["ok"]


def test_escaped_texts_are_the_same_texts(client: Any) -> None:
    message_id = 'wamid."\\é\x7f'
    call(client, {**RECEIPT, "message_id": message_id}, path=f"{PATH}?x=%22")
    assert expect(client, {"message_id": message_id, "path": PATH})["ok"]


def test_fault_is_matched_by_its_id_its_name_and_by_being_one(client: Any) -> None:
    rule = {"name": "late", "fault": {"type": "latency", "ms": 0}}
    late = client.post(f"{STATE}/faults", json=rule).json["id"]
    broken = client.post(f"{STATE}/faults", json={"fault": {"type": "gateway"}}).json["id"]
    entry = call(client)
    for fault in (late, "late", broken, True):
        assert expect(client, {"fault": fault})["matched"] == [entry]
    client.delete(f"{STATE}/faults")
    assert expect(client, {"fault": late})["matched"] == [entry]
    assert expect(client, {"fault": None}, never=True)["ok"]


def test_unanswered_call_has_no_status(client: Any) -> None:
    with pytest.raises(ConnectionResetError):
        call(client, headers={"X-Mock-Fault": "reset"})
    assert expect(client, {"status": None, "fault": "header"})["ok"]


def test_names_that_only_the_journal_knows_are_known(client: Any) -> None:
    rule = client.post(f"{STATE}/faults", json={"fault": {"type": "gateway"}}).json["id"]
    call(client)
    client.delete(f"{STATE}/faults")
    assert expect(client, {"fault": rule})["ok"]


REFUSED: dict[str, tuple[Any, str, str]] = {
    "no object": ([], "bad_json", "object"),
    "unknown key": ({"mach": {}}, "bad_expectation", "did you mean match?"),
    "unknown key of a match": ({"match": {"statu": 1}}, "bad_expectation", "did you mean status?"),
    "unknown count": ({"count": {"exact": 1}}, "bad_expectation", "did you mean exactly?"),
    "no count": ({"count": {}}, "bad_expectation", "exactly"),
    "two counts": ({"count": {"exactly": 1, "at_most": 2}}, "bad_expectation", "at_most"),
    "contradiction": ({"count": {"at_least": 2, "at_most": 1}}, "bad_expectation", "at_most"),
    "negative": ({"count": {"exactly": -1}}, "bad_expectation", "exactly"),
    "never and a count": ({"never": True, "count": {"exactly": 1}}, "bad_expectation", "never"),
    "never that is no truth": ({"never": "yes"}, "bad_expectation", "never"),
    "never that is a number": ({"never": 1}, "bad_expectation", "never"),
    "too long": ({"within": "PT10M1S"}, "bad_expectation", "within"),
    "no duration": ({"within": 5}, "bad_expectation", "within"),
    "order that is no truth": ({"order": "yes"}, "bad_expectation", "true"),
    "provider": ({"match": {"provider": "kirm"}}, "unknown_provider", "did you mean kirim?"),
    "operation": ({"match": {"operation": "read"}}, "unknown_operation", "mark_as_read"),
    "operation of another": (
        {"match": {"provider": "d7", "operation": "typing_indicator"}},
        "unknown_operation",
        "get_status",
    ),
    "account": ({"match": {"account": "mine"}}, "unknown_account", "main"),
    "error": ({"match": {"error": "NOPE"}}, "unknown_error", "NOT_FOUND"),
    "error of another": (
        {"match": {"provider": "kirim", "error": "LOW_BALANCE"}},
        "unknown_error",
        "NOT_FOUND",
    ),
    "fault": ({"match": {"fault": "rule_nope"}}, "unknown_fault", "header"),
    "fault that is false": ({"match": {"fault": False}}, "bad_expectation", "fault"),
    "status of text": ({"match": {"status": "404"}}, "bad_expectation", "status"),
    "no expectations": ({"expectations": []}, "bad_expectation", "expectations"),
    "too many": ({"expectations": [{}] * 101}, "bad_expectation", "expectations"),
    "further keys": ({"expectations": [{}], "match": {}}, "bad_expectation", "each"),
    "one of them": ({"expectations": [{}, {"mach": {}}]}, "bad_expectation", "did you mean match?"),
    "deep": ({"match": {"body": {"/a": json.loads("[" * 40 + "]" * 40)}}}, "bad_expectation", ""),
}


@pytest.mark.parametrize(("expectation", "code", "hint"), REFUSED.values(), ids=REFUSED)
def test_expectation_of_what_can_never_be_is_refused(
    client: Any, expectation: Any, code: str, hint: str
) -> None:
    error = refuse(client, expectation)
    assert error["code"] == code
    assert hint in error["hint"] + error["message"]


def test_mistake_in_one_of_several_is_told_with_its_place(client: Any) -> None:
    error = refuse(client, {"expectations": [{}, {"match": {"provider": "nope"}}]})
    assert error["message"].startswith("expectations[1]: no such provider: 'nope'")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(client: Any, method: str) -> None:
    assert client.open(f"{STATE}/verify", method=method).status_code == 405


# What cannot be judged


LONG = json.dumps({**RECEIPT, "filler": "x" * 30_000})


def test_entry_whose_body_was_cut_is_undecidable(client: Any) -> None:
    entry = call(client, LONG)
    told = expect(client, {"body": {"/status": "unread"}}, never=True)
    assert told["undecidable"] == [entry]
    assert "cut" in told["message"]
    assert told["nearest"][0] == {
        "request": entry,
        "differs": [{"field": "body/status", "expected": "unread", "came": None, "cut": True}],
    }


@pytest.mark.parametrize("count", [{"exactly": 0}, {"at_least": 0}, {"at_most": 5}, {"exactly": 1}])
def test_undecidable_entry_fails_whatever_the_count(client: Any, count: dict[str, int]) -> None:
    call(client)
    call(client, LONG)
    assert not expect(client, {"body": {"/status": "read"}}, count=count)["ok"]


def test_what_the_rest_of_the_match_rules_out_is_decided(client: Any) -> None:
    call(client, LONG)
    for other in ({"provider": "d7"}, {"status": 500}, {"message_id": WAMID}, {"path": "/x"}):
        assert expect(client, {"body": {"/status": "read"}, **other}, never=True)["ok"], other
    assert expect(client, {"header": {"content-type": "application/json"}})["ok"]


def test_headers_that_were_left_whole_decide(client: Any) -> None:
    entry = call(client, headers={"X-Long": "x" * 2_000, "X-Short": "a"})
    assert expect(client, {"header": {"X-Short": "a"}})["matched"] == [entry]
    assert expect(client, {"header": {"X-Short": "b"}}, never=True)["ok"]
    assert expect(client, {"header": {"X-None": "b"}}, never=True)["ok"]
    told = expect(client, {"header": {"X-Long": "x" * 2_000}})
    assert told["undecidable"] == [entry]


def test_headers_of_which_some_were_left_out_decide_nothing_about_others(client: Any) -> None:
    entry = call(client, headers={f"X-{number}": "1" for number in range(150)})
    told = expect(client, {"header": {"X-None": "b"}}, never=True)
    assert told["undecidable"] == [entry]


def test_path_whose_query_was_cut_is_decided(client: Any) -> None:
    entry = call(client, path=f"{PATH}?q={'x' * 2_000}")
    assert expect(client, {"path": PATH})["matched"] == [entry]
    assert expect(client, {"path": "/v1"}, never=True)["ok"]


def test_message_id_that_was_cut_is_undecidable(client: Any) -> None:
    entry = call(client, {**RECEIPT, "message_id": "\x01" * 3_000})
    assert expect(client, {"message_id": WAMID}, never=True)["undecidable"] == [entry]


def test_call_that_left_the_journal_fails_what_it_could_break(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(journal=3)
    ids = [call(client) for _ in range(5)]
    told = expect(client, {"provider": "d7"}, never=True)
    assert (told["ok"], told["dropped"]) == (False, 2)
    assert "--journal" in told["message"]
    assert not expect(client, {}, count={"exactly": 3})["ok"]
    assert not expect(client, {}, count={"at_most": 9})["ok"]
    told = expect(client, {}, count={"at_least": 3})
    assert (told["ok"], told["matched"], told["dropped"]) == (True, ids[2:], 2)
    assert "dropped" not in expect(client, {}, since=ids[2], count={"exactly": 2})
    assert refuse(client, {"since": ids[1]})["code"] == "unknown_since"


def test_journal_that_keeps_nothing_proves_nothing(make_client: Callable[..., Any]) -> None:
    client = make_client(journal=0)
    call(client)
    assert expect(client, {}, never=True)["dropped"] == 1


def test_business_number_is_found_however_long(client: Any) -> None:
    """What is no number at all is kept in the entry only, so that nobody can tell."""
    client.post(f"/kaleyra/v2/HXIN1/whatsapp/{'9' * 300}/messages", headers=KIRIM, json={})
    client.post("/kaleyra/v2/HXIN1/whatsapp/+4915112345678/messages", headers=KIRIM, json={})
    told = expect(client, {"business_number": "4915112345678"})
    assert (len(told["matched"]), len(told["undecidable"])) == (1, 1)
    assert len(expect(client, {"business_number": "9" * 300}, never=True)["undecidable"]) == 1
    both = {"business_number": "9" * 300, "provider": "d7"}
    assert expect(client, both, never=True)["ok"]
