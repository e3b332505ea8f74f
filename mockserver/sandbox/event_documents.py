"""What is told of an event: looked up when it is shown, as it is by then."""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.sandbox.events import CALL, CALL_SENT, CLOCK, MESSAGE, RULE, SANDBOX, Event
from mockserver.sandbox.journal import Kept
from mockserver.sandbox.records import read_record
from mockserver.sandbox.showing import show_shortly
from mockserver.sandbox.timekeeping import describe_time
from mockserver.sandbox.world import Sandbox
from mockserver.text.times import iso, iso_or_none

LONGEST_NAME = 200
"""Characters of a rule's."""
Found = tuple[int, Kept] | None
"""The place of a call in the journal, and what is kept of it there."""


def describe_event(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    """The event's data, without secrets; of what is gone by now no more than its id. ``found`` is
    what the journal has of a call.
    """
    return DESCRIBE[event[0]](sandbox, event, found)


def _describe_call(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    if found is None:
        return {"id": event[1]}
    return show_shortly(read_record(found[1][1]), sandbox.disclosure)


def _describe_sent_call(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    if found is None:
        return {"id": event[1]}
    return {"id": event[1], **sandbox.journal.tell(found[0]).to_json()}


def _describe_message(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    """Without its content, which may be long."""
    _, message_id, what, provider = event
    told = {"id": message_id, "what": what, "provider": provider}
    message = sandbox.messages.get(provider, message_id)
    if message is None:
        return told
    return {
        **told,
        "account": message.account,
        "direction": message.direction,
        "business_number": message.business_number,
        "customer": message.customer,
        "type": message.type,
        "received_at": iso(message.received_at),
        "read_at": iso_or_none(message.read_at),
        "typing_until": iso_or_none(message.typing_until),
    }


def _describe_rule(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    _, rule_id, what, _ = event
    told = {"id": rule_id, "what": what}
    rule = sandbox.faults.find(rule_id)
    if rule is None:
        return told
    name = rule["name"] and sandbox.mask(rule["name"])[:LONGEST_NAME]
    return {**told, "name": name, "type": rule["fault"]["type"], "hits": rule["hits"]}


def _describe_clock(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    return describe_time(sandbox, sandbox.now())


def _describe_sandbox(sandbox: Sandbox, event: Event, found: Found) -> dict[str, Any]:
    _, subject, what, provider = event
    account = {"provider": provider, "account": subject} if provider else {}
    return {"id": sandbox.id, "what": what, **account}


DESCRIBE: Mapping[str, Callable[[Sandbox, Event, Found], dict[str, Any]]] = {
    CALL: _describe_call,
    CALL_SENT: _describe_sent_call,
    MESSAGE: _describe_message,
    RULE: _describe_rule,
    CLOCK: _describe_clock,
    SANDBOX: _describe_sandbox,
}
