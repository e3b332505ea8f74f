"""Who names a provider's own code is told what the catalogue calls it."""

from typing import Any

import pytest

from tests.calls import BY_PROVIDER, ValidCall
from tests.conftest import STATE
from tests.derived import PROVIDERS

RULES = f"{STATE}/faults"
CODES = [
    (provider.id, str(code), sorted(row.name for row in provider.errors if row.spec.code == code))
    for provider in PROVIDERS.values()
    for code in dict.fromkeys(row.spec.code for row in provider.errors)
    if code is not None and str(code) not in provider.errors.__members__
]
"""Every code that is no name, and the names that stand for it."""


def refuse(client: Any, rule: dict[str, Any]) -> str:
    answer = client.post(RULES, json=rule)
    assert answer.status_code == 400
    return str(answer.json["error"]["hint"])


def ask(client: Any, call: ValidCall, header: str) -> str:
    headers = call.headers | {"X-Mock-Fault": header}
    answer = client.open(call.path, method=call.method, headers=headers, data=call.body)
    assert answer.status_code == 400
    return str(answer.json["error"]["hint"])


def test_codes_of_all_kinds_are_there() -> None:
    assert {("kirim", "rate_limit_exceeded"), ("kaleyra", "WA401"), ("nxcloud", "9002")} <= {
        (provider, code) for provider, code, _ in CODES
    }


@pytest.mark.sample(6)
@pytest.mark.parametrize(("provider", "code", "names"), CODES)
def test_code_is_told_the_name_of_the_catalogue(
    client: Any, provider: str, code: str, names: list[str]
) -> None:
    rule = {"match": {"provider": provider}, "fault": {"type": "error", "error": code}}
    told = f"the catalogue calls {code} "
    for hint in (refuse(client, rule), ask(client, BY_PROVIDER[provider], f"error={code}")):
        assert hint.startswith(told)
        assert sorted(hint.removeprefix(told).partition(";")[0].split(" or ")) == names
    for name in names:
        rule["fault"]["error"] = name
        assert client.post(RULES, json=rule).status_code == 201


@pytest.mark.parametrize("code", [9002, -1, 1003])
def test_code_may_be_a_number(client: Any, code: int) -> None:
    hint = refuse(client, {"fault": {"type": "error", "error": code}})
    assert hint.startswith(f"the catalogue calls {code} ")


@pytest.mark.parametrize("code", [True, 1.5, None, [9002], {"code": 9002}])
def test_what_is_no_code_is_refused_as_before(client: Any, code: Any) -> None:
    answer = client.post(RULES, json={"fault": {"type": "error", "error": code}})
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_rule")


def test_code_without_a_provider_is_told_the_names_of_all(client: Any) -> None:
    hint = refuse(client, {"fault": {"type": "error", "error": "wa401"}})
    assert hint.startswith("the catalogue calls wa401 PHONE_NUMBER_UNKNOWN or PHONE_NUMBER_INACT")


@pytest.mark.parametrize("named", ["rate_limit_exceeded", "WA401", "LOW_BALANCE", "9002"])
def test_code_in_place_of_a_type_is_told_where_it_goes(client: Any, named: str) -> None:
    for hint in (
        refuse(client, {"fault": {"type": named}}),
        ask(client, BY_PROVIDER["kirim"], named),
    ):
        assert hint.startswith("that is the type error with ")


def test_code_of_another_provider_is_told_to_be_its(client: Any) -> None:
    rule = {"match": {"provider": "kirim"}, "fault": {"type": "error", "error": "WA401"}}
    whose = "PHONE_NUMBER_UNKNOWN or PHONE_NUMBER_INACTIVE of kaleyra; "
    for hint in (refuse(client, rule), ask(client, BY_PROVIDER["kirim"], "error=WA401")):
        assert hint.startswith(f"WA401 is {whose}there are ACCOUNT_NOT_CONNECTED")
    hint = ask(client, BY_PROVIDER["kirim"], "WA401")
    assert hint.startswith(f"that is the type error with {whose}")


def test_name_of_another_provider_is_told_to_be_its(client: Any) -> None:
    rule = {"match": {"provider": "kirim"}, "fault": {"type": "error", "error": "LOW_BALANCE"}}
    assert refuse(client, rule).startswith("LOW_BALANCE is of kaleyra; there are ")


@pytest.mark.parametrize("code", ["7777", "None", "null"])
def test_unknown_code_is_told_what_there_is(client: Any, code: str) -> None:
    assert refuse(client, {"fault": {"type": "error", "error": code}}).startswith("there are ")
