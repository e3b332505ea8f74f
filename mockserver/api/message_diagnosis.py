"""What is wrong with the id of a message, a record or a number that a call is about."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from mockserver.api.diagnosis import Case, Finding, Remark
from mockserver.api.message import Message, digits_of
from mockserver.api.near import count_slips, find_near
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
    message_id = message_id[:LONGEST]
    found = [*_find_elsewhere(case, message_id), *_find_kind(case, message_id, forms)]
    yield from found or find_near_id(case, message_id)


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


def _find_kind(case: Case, message_id: str, forms: Forms) -> Iterator[Finding]:
    kind, right = None, "the id of the message itself"
    row = case.around.find_by_external_id(message_id)
    record = case.around.find_record(message_id)
    if row is not None:
        kind, right = f"the id of the row of the message {row.id}", row.id
    elif record is not None:
        kind = f"the id of {record}"
    elif REQUEST.fullmatch(message_id):
        known = case.around.is_request(message_id)
        kind = "the id of a request" + (", which this journal has" if known else "")
    else:
        kind = next((told for form, told in forms.items() if form.fullmatch(message_id)), None)
    if kind is not None:
        text = f"{shown(message_id)} is {kind}, and no message's"
        yield Finding("other_kind_of_id", text, (f"send {right}",))


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
    if isinstance(came, str) and digits_of(came[:64]):
        digits = digits_of(came[:64])
        for account in accounts:
            for each in account.numbers:
                others = {digits_of(one) for one in (each.number, *each.ids.values())}
                if digits in others and account.label != case.exchange.account_label:
                    text = f"the number is one of the account {account.label}"
                    yield Finding("other_account", text, (f"call as {account.label}",))
                elif digits in others and each.ids.get(name, each.number) != came:
                    text = f"{shown(came)} is another name of {each.ids.get(name, each.number)}"
                    yield Finding("other_kind_of_id", text)
        near = [each for each in working if 0 < count_slips(digits, digits_of(each), 2) <= 2]
        if near:
            text = f"{shown(came)} is like the account's own {near[0]}"
            yield Finding("near_known_id", text, (f"name {near[0]}",), {"id": near[0]})
        message = case.around.find_customer(came[:64])
        if message is not None:
            text = f"{shown(came)} is a customer's number: it writes to {message.business_number}"
            yield Finding("customer_number", text, ("name the business's own number",))
    yield Remark((f"what would have worked: {right}",), {"numbers": working[:FEW]})
