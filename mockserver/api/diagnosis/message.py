"""What is wrong with the id of a message, a record or a number that a call is about."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from mockserver.api.diagnosis.case import Case, Finding, Remark
from mockserver.api.diagnosis.credential import is_placeholder
from mockserver.api.diagnosis.near import count_slips, find_near
from mockserver.api.message import Message, digits_of
from mockserver.text.shown import shown
from mockserver.text.times import iso

LONGEST = 1_024  # characters of an id that are looked at
REQUEST = re.compile(r"req_[0-9A-Za-z]{1,64}")
Forms = Mapping[re.Pattern[str], str]
"""What ids of another kind look like, and what those are the ids of."""
NO_FORMS: Forms = {}
FEW = 8  # of what there is that are told


def diagnose_message(
    case: Case, message_id: Any, number: str | None, forms: Forms = NO_FORMS
) -> Iterator[Finding]:
    """Why an id names no message that the call can be about.

    ``number`` is the business number that the message must be of, None where any will do.
    ``forms`` are those of ids of another kind.
    """
    if not isinstance(message_id, str):
        return
    message = case.exchange.message
    if message is not None:
        yield from _judge_known(case, message, number)
        return
    yield from find_first(
        [
            _find_elsewhere(case, message_id[:LONGEST]),
            _find_known_kind(case, message_id[:LONGEST]),
            find_near_id(case, message_id[:LONGEST]),
            _find_placeholder(message_id),
            _guess_kind(message_id[:LONGEST], forms),
        ]
    )


def find_first(ways: Iterable[Iterator[Finding]]) -> Iterator[Finding]:
    """What the first of these ways finds that finds anything: a surer one goes before a guess."""
    for way in ways:
        if found := list(way):
            yield from found
            return


def _judge_known(case: Case, message: Message, number: str | None) -> Iterator[Finding]:
    caller = case.exchange.account_label
    if message.account != caller:
        text = f"the message is of the account {message.account}, and {caller} asked"
        yield Finding("other_account", text, (f"call as the account {message.account}",))
    elif number is not None and digits_of(message.business_number) != digits_of(number):
        text = f"the message is of the number {message.business_number}, and {number} was named"
        yield Finding("other_number", text, (f"name the number {message.business_number}",))
    if not message.inbound:
        text = "the message is outbound: the business wrote it, and only a customer's can be read"
        advice = "take the id out of the webhook of an incoming message"
        yield Finding("outbound", text, (advice,))


def _find_elsewhere(case: Case, message_id: str) -> Iterator[Finding]:
    for found in case.around.find_messages(message_id):
        whose = f"{found.message.provider}'s account {found.message.account}"
        if found.message.provider != case.exchange.provider.id:
            text = f"the message is one of {whose} in the sandbox {found.sandbox}"
            yield Finding("other_provider", text, (f"send it to {found.message.provider}",))
        else:
            text = f"the message is one of {whose} in the sandbox {found.sandbox}"
            text += f"; the call fell into {case.around.sandbox}"
            advice = f"call with the credentials of the sandbox {found.sandbox}"
            yield Finding("other_sandbox", text, (advice,))
        return


def _find_known_kind(case: Case, message_id: str) -> Iterator[Finding]:
    row = case.around.find_by_external_id(message_id)
    record = case.around.find_record(message_id)
    if row is not None:
        yield _tell_kind(message_id, f"the id of the row of the message {row.id}", row.id)
    elif record is not None:
        yield _tell_kind(message_id, f"the id of {record}")
    elif REQUEST.fullmatch(message_id):
        known = ", which this journal has" if case.around.is_request(message_id) else ""
        yield _tell_kind(message_id, f"the id of a request{known}")


def _guess_kind(message_id: str, forms: Forms) -> Iterator[Finding]:
    """By what it looks like, where nothing is known that it is or could be meant for."""
    kind = next((told for form, told in forms.items() if form.fullmatch(message_id)), None)
    if kind is not None:
        yield _tell_kind(message_id, kind)


def _tell_kind(message_id: str, kind: str, right: str = "the id of the message itself") -> Finding:
    text = f"{shown(message_id)} is {kind}, and no message's"
    return Finding("other_kind_of_id", text, (f"send {right}",))


def _find_placeholder(value: str) -> Iterator[Finding]:
    if is_placeholder(value):
        text = f"{shown(value)} stands where an id should: the client was not told it"
        yield Finding("placeholder", text, ("take the id out of the webhook of the message",))


def find_near_id(case: Case, came: str, collection: str | None = None) -> Iterator[Finding]:
    """A known id of a message or, of a collection, a record that is like the one that came."""
    world, provider = case.exchange.world, case.exchange.provider.id

    def is_known(each: str) -> bool:
        if collection is not None:
            return world.record(provider, collection, each) is not None
        return world.messages.get(provider, each) is not None

    near = find_near(came, is_known, partial(case.around.list_ids, collection))
    if near is not None:
        text = f"it is like the known id {near.id}, {near.how}"
        yield Finding("near_known_id", text, (f"send {near.id}",), {"id": near.id, "how": near.how})


def tell_age(case: Case, days: int) -> Iterator[Finding]:
    """That a message is too old for what the call wants."""
    message = case.exchange.message
    if message is not None:
        text = f"the message came at {iso(message.received_at)}, more than {days} days before"
        advice = f"mark messages read within {days} days"
        yield Finding("expired", text, (advice,), {"since": iso(message.received_at)})


def diagnose_number(
    case: Case, came: Any, usual: str, name: str = "number"
) -> Iterator[Finding | Remark]:
    """What a number is that is none of the account's, and which would have worked.

    ``usual`` is the state of a number that works, ``name`` what of it a call names.
    """
    accounts = case.around.accounts
    working = [
        each.ids.get(name, each.number)
        for account in accounts
        if account.label == case.exchange.account_label
        for each in account.numbers
        if each.state == usual
    ]
    right = ", ".join(working[:FEW]) or "none: the account has no number in the state " + usual
    if isinstance(came, str):
        yield from find_first(
            [
                _find_owned(case, came[:64], usual, name),
                _find_customer(case, came[:64]),
                _find_near_number(came[:64], working),
                _find_placeholder(came[:64]),
            ]
        )
    yield Remark((f"what would have worked: {right}",), {"numbers": working[:FEW]})


def _find_owned(case: Case, came: str, usual: str, name: str) -> Iterator[Finding]:
    """A number that is one of an account's, also by another of its names."""
    digits = digits_of(came)
    for account in case.around.accounts if digits else ():
        for each in account.numbers:
            right = each.ids.get(name, each.number)
            if digits not in {digits_of(one) for one in (each.number, *each.ids.values())}:
                continue
            if account.label != case.exchange.account_label:
                text = f"the number is one of the account {account.label}"
                yield Finding("other_account", text, (f"call as {account.label}",))
            elif case.exchange.subject.number is None:
                text = f"{shown(came)} is another name of {right}"
                yield Finding("other_kind_of_id", text, (f"name {right}",))
            else:
                text = f"the number {right} is not in the state {usual}"
                yield Finding("condition", text, (_advise_state(case, each.number, usual),))


def _advise_state(case: Case, number: str, usual: str) -> str:
    sandbox, provider = case.around.sandbox, case.exchange.provider.id
    path = f"/_mock/sandboxes/{sandbox}/accounts/{provider}/{case.exchange.account_label}"
    state = f'{{"numbers": [{{"number": "{number}", "state": "{usual}"}}]}}'
    return f"PATCH {path} with {state} ends it, if it still lasts"


def _find_customer(case: Case, came: str) -> Iterator[Finding]:
    message = case.around.find_customer(came)
    if message is not None:
        text = f"{shown(came)} is a customer's number: it writes to {message.business_number}"
        yield Finding("customer_number", text, ("name the business's own number",))


def _find_near_number(came: str, working: Iterable[str]) -> Iterator[Finding]:
    digits = digits_of(came)
    near = [each for each in working if 0 < count_slips(digits, digits_of(each), 2) <= 2]
    if digits and near:
        text = f"{shown(came)} is like the account's own {near[0]}"
        yield Finding("near_known_id", text, (f"name {near[0]}",), {"id": near[0]})
