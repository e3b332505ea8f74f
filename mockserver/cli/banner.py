"""What a newcomer reads at start: base URLs, credentials and calls of each provider to paste."""

import json
from collections.abc import Mapping
from shlex import quote
from typing import Any

from mockserver.api.account import GOOD, Account
from mockserver.api.message import Message
from mockserver.api.operation import Operation, Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.sandbox.world import Sandbox
from mockserver.text.times import DAY

SHOWN = (Purpose.MARK_AS_READ, Purpose.GET_STATUS)
FRESH = 6 * DAY  # a receipt for a much older message may be refused


def write_banner(
    url: str, providers: Mapping[str, Provider], sandbox: Sandbox, program: str, fixtures: str
) -> str:
    """``program`` is how to call the command line again, ``fixtures`` the option it needs then."""
    sign = (program, fixtures)
    parts = [_write_part(url, provider, sandbox, sign) for provider in providers.values()]
    return "\n".join(["", *parts, f"Administration: {url}/_mock/sandboxes/default", ""])


def _write_part(url: str, provider: Provider, sandbox: Sandbox, sign: tuple[str, str]) -> str:
    accounts = sandbox.accounts.of(provider.id)
    lines = [f"{provider.title}: {url}/{provider.id}"]
    for account in accounts:
        credentials = "  ".join(f"{name} {value}" for name, value in account.credentials.items())
        lines.append(f"  {account.label}: {credentials}")
    caller = sample_account(sandbox, provider)
    for operation in map(provider.operation_to, SHOWN):
        subject = _find_subject(sandbox, operation, caller) if operation and caller else None
        if operation and caller and subject:
            lines.append(f"  {_write_curl(url, provider, operation, caller, subject, sign)}")
    return "\n".join([*lines, ""])


def _find_subject(sandbox: Sandbox, operation: Operation, account: Account) -> Any:
    """What a call of the account can be about, None for nothing."""
    if operation.about is None:
        return sample_message(sandbox, account)
    records = sandbox.records(account.provider, operation.about)
    return next((each for each in records if each["account"] == account.label), None)


def sample_account(sandbox: Sandbox, provider: Provider) -> Account | None:
    """One whose calls succeed: the first that is in no bad condition."""
    accounts = sandbox.accounts.of(provider.id)
    return next((each for each in accounts if each.condition == GOOD), None)


def sample_message(sandbox: Sandbox, account: Account) -> Message | None:
    """One to mark read on the first number: the fixture's first fresh unread, or the newest."""
    found = sandbox.messages.all(
        provider=account.provider,
        account=account.label,
        business_number=account.numbers[0].number,
        direction="inbound",
    )
    since = sandbox.now() - FRESH
    fresh = [each for each in found if each.read_at is None and each.received_at > since]
    if fresh:
        return min(fresh, key=lambda each: each.sequence)
    return max(found, key=lambda each: each.received_at, default=None)


def _write_curl(
    url: str,
    provider: Provider,
    operation: Operation,
    account: Account,
    subject: Any,
    sign: tuple[str, str],
) -> str:
    """A shell command that makes the call about a message or a record."""
    arguments, body = operation.sample(account, subject)
    address = quote(f"{url}/{provider.id}{operation.path_for(arguments)}")
    data = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    sent = f" -d {quote(data)}" if data else ""
    if provider.signed:
        program, fixtures = sign
        signing = f"{program} sign {provider.id}{fixtures} --body {quote(data)}"
        return f"{signing} | curl -X {operation.method} -H @-{sent} {address}"
    headers = _write_headers(provider, account, operation, data)
    return f"curl -X {operation.method} {address}{headers}{sent}"


def _write_headers(provider: Provider, account: Account, operation: Operation, data: str) -> str:
    signed = provider.sign(Signing(account, operation, data.encode(), now=0))
    return "".join(f" -H {quote(f'{name}: {value}')}" for name, value in signed.items())
