"""Every row that an operation declares is caused by a call, and none that it does not declare."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from mockserver import create_app
from mockserver.api import Catalogue, Check, Done, Exchange, Fail, Operation, Provider
from mockserver.config import Settings
from tests.calls import BY_PROVIDER, named
from tests.conftest import STATE, StillClock
from tests.derived import DERIVED, PROVIDERS, DerivedCall
from tests.providers.causes import CAUSES, SHARED, Cause, newest_entry, send

Raised = set[tuple[str, str]]
KNOWN = [call for call in DERIVED if call.provider in BY_PROVIDER]


def watch_check(check: Check, raised: Raised) -> Check:
    """The same check, which tells the rows that it raises."""

    def run(exchange: Exchange) -> None:
        try:
            check.run(exchange)
        except Fail as fail:
            raised.add((check.name, fail.row.name))
            raise

    return check._replace(run=run)


def change_checks(provider: Provider, change: Any) -> Provider:
    """The provider with other checks."""
    operations = [
        operation._replace(checks=tuple(map(change, operation.checks)))
        for operation in provider.operations
    ]
    return provider._replace(operations=tuple(operations))


def client_of(provider: Provider, switches: Mapping[str, Any]) -> Any:
    """An application in process with this provider in place of the one of its id."""
    settings = Settings(switches={provider.id: switches})
    providers = {**PROVIDERS, provider.id: provider}
    return create_app(settings, providers=providers, clock=StillClock(), seed=1).test_client()


def causes_for(provider: Provider, operation: Operation) -> Iterable[Cause]:
    checks = {check.name for check in operation.checks}
    yield from SHARED.values()
    for (owner, check, _), cause in CAUSES.items():
        if owner == provider.id and check in checks:
            yield cause


def cause_all(provider: Provider, name: str) -> tuple[set[str], Raised]:
    """The rows that the journal tells of calls to the operation, and what its checks raised."""
    raised: Raised = set()
    watched = change_checks(provider, lambda check: watch_check(check, raised))
    operation = watched.operation(name)
    assert operation is not None
    answered = set()
    clients: dict[str, Any] = {}
    for cause in causes_for(watched, operation):
        wanted = repr(cause.switches)
        if wanted not in clients:
            clients[wanted] = client_of(watched, cause.switches)
        client = clients[wanted]
        client.post(f"{STATE}/reset")
        send(client, watched, operation, cause)
        answered.add(newest_entry(client)["error"])
    return answered - {None}, raised


def find_differences(provider: Provider, name: str) -> list[str]:
    """What an operation declares and nothing causes, or what comes without being declared."""
    operation = provider.operation(name)
    assert operation is not None
    answered, raised = cause_all(provider, name)
    by_check = {(check.name, row.name) for check in operation.checks for row in check.rows}
    declared = {row.name for row in provider.rows_of(operation) if row.spec.by_state}
    return sorted(
        [
            *(f"nothing makes {check} answer {row}" for check, row in by_check - raised),
            *(f"{check} does not declare {row}" for check, row in raised - by_check),
            *(f"nothing causes {row}" for row in declared - answered),
            *(f"{row} is not declared" for row in answered - declared),
        ]
    )


@pytest.mark.parametrize("call", KNOWN, ids=named)
def test_every_declared_row_is_caused_and_no_other(call: DerivedCall) -> None:
    provider, operation, _ = call.specified
    assert find_differences(provider, operation.name) == []


@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_rows_that_all_operations_share_are_caused(call: DerivedCall) -> None:
    provider, operation, _ = call.specified
    client = client_of(provider, {})
    answered = []
    for cause in SHARED.values():
        send(client, provider, operation, cause)
        answered.append(newest_entry(client)["error"])
    assert answered == [*SHARED]
    assert {row.name for row in provider.rows_of(operation)} >= set(SHARED)


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_table_of_causes_names_checks_and_rows_that_there_are(provider: str) -> None:
    declared = {
        (check.name, row.name)
        for operation in PROVIDERS[provider].operations
        for check in operation.checks
        for row in check.rows
    }
    assert {each[1:] for each in CAUSES if each[0] == provider} == declared


# That these tests bite


def with_rows(provider: str, name: str, rows: tuple[Catalogue, ...]) -> Provider:
    """The provider whose check of that name declares these rows instead."""

    def change(check: Check) -> Check:
        return check._replace(rows=rows) if check.name == name else check

    return change_checks(PROVIDERS[provider], change)


@pytest.mark.parametrize(
    ("provider", "operation", "check", "row"),
    [
        ("kirim", "mark_as_read", "direction", "INVALID_FIELD_VALUE"),
        ("d7", "get_status", "report", "WHATSAPP_LOG_NOT_EXISTS"),
        ("nxcloud", "typing_indicator", "binding", "NUMBER_NOT_BOUND"),
    ],
)
def test_emptied_rows_of_a_check_are_found(
    provider: str, operation: str, check: str, row: str
) -> None:
    found = find_differences(with_rows(provider, check, ()), operation)
    assert f"{check} does not declare {row}" in found


def test_check_that_answers_an_undeclared_row_is_a_bug_of_the_server() -> None:
    emptied = with_rows("kirim", "token", ())
    client = client_of(emptied, {})
    cause = CAUSES["kirim", "token", "INVALID_API_KEY"]
    answer = send(client, emptied, emptied.operations[0], cause)
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "mock_bug")
    assert answer.json["error"]["message"].startswith("UndeclaredRow: ")
    assert newest_entry(client)["error"] is None


def test_handler_that_raises_a_row_is_a_bug_of_the_server() -> None:
    kirim = PROVIDERS["kirim"]

    def fail(exchange: Exchange) -> Done:
        raise Fail(kirim.errors["INTERNAL_ERROR"], "handlers raise none")

    failing = kirim._replace(operations=(kirim.operations[0]._replace(handler=fail),))
    client = client_of(failing, {})
    answer = send(client, failing, failing.operations[0], Cause())
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "mock_bug")


@pytest.mark.parametrize(
    ("provider", "operation", "check", "row"),
    [
        ("d7", "mark_as_read", "token", "WHATSAPP_LOG_NOT_EXISTS"),
        ("kaleyra", "mark_as_read", "balance", "RATE_LIMIT_EXCEEDED"),
        ("kirim", "mark_as_read", "upstream", "RESOURCE_NOT_FOUND"),
    ],
)
def test_widened_rows_of_a_check_are_found(
    provider: str, operation: str, check: str, row: str
) -> None:
    errors = PROVIDERS[provider].errors
    [before] = [each for each in PROVIDERS[provider].operations[0].checks if each.name == check]
    widened = with_rows(provider, check, (*before.rows, errors[row]))
    assert f"nothing makes {check} answer {row}" in find_differences(widened, operation)


def test_widened_list_of_shared_rows_is_found() -> None:
    d7 = PROVIDERS["d7"]
    widened = d7._replace(shared=(*d7.shared, d7.errors["WHATSAPP_LOG_NOT_EXISTS"]))
    expected = ["nothing causes WHATSAPP_LOG_NOT_EXISTS"]
    assert find_differences(widened, "mark_as_read") == expected


def test_shared_row_that_is_left_out_is_found() -> None:
    d7 = PROVIDERS["d7"]
    narrowed = d7._replace(shared=d7.shared[:-1])
    assert find_differences(narrowed, "get_status") == ["BODY_TOO_LARGE is not declared"]


def test_row_that_a_state_causes_after_all_is_found() -> None:
    """A row with ``by_state=False`` is declared by all, so the table of checks alone tells."""
    kirim = PROVIDERS["kirim"]
    assert not kirim.errors["INTERNAL_ERROR"].spec.by_state
    widened = with_rows("kirim", "number", (*kirim.errors,))
    assert "nothing makes number answer INTERNAL_ERROR" in find_differences(widened, "mark_as_read")
