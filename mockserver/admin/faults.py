"""Fault rules."""

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError

from mockserver.admin.described import described
from mockserver.admin.desk import (
    PAGE,
    Desk,
    Inquiry,
    read_body,
    read_choice,
    read_filters,
    read_optional_body,
    read_whole,
)
from mockserver.api.call import Reply
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown
from mockserver.text.validation import Strict, StrictBoolean, first_mistake

RESULTS = ("id", "hits", "phase", "left")  # of a rule as it is listed: the server's own to tell
MASKED = ("masked",)
LINES = ("after", "limit")
JSON_LINES = "application/jsonl"
APPLY = Strict.from_dict({"add": StrictBoolean(load_default=False)})()


@described(200, "RulesInForce", query=MASKED)
def list_rules(desk: Desk, inquiry: Inquiry) -> Reply:
    """The rules as they were made, to be put back; with ``masked=true`` to be shown."""
    mask = _read_mask(inquiry)
    return Reply(200, {"faults": mask(inquiry.sandbox.faults.all())})


@described(201, "RuleInForce", query=MASKED, body="Rule", refuses=(429,))
def add_rule(desk: Desk, inquiry: Inquiry) -> Reply:
    """A new rule, behind those that are there."""
    mask = _read_mask(inquiry)
    return Reply(201, mask(inquiry.sandbox.faults.add(read_body(inquiry))))


@described(200, "RulesInForce", body="Rules", refuses=(429,))
def replace_rules(desk: Desk, inquiry: Inquiry) -> Reply:
    """Rules in place of those that are there, all or none.

    What GET lists can be put back: ids and hits are made anew.
    """
    body = read_body(inquiry)
    rules = body.get("faults")
    if not isinstance(rules, list) or len(body) > 1:
        message = f"faults: expected a list of rules and nothing else, came {shown(body)}"
        raise Refused("bad_rule", message, 'send {"faults": [rule, …]}')
    inquiry.sandbox.faults.replace([_without_results(rule) for rule in rules])
    return _tell_all(inquiry)


def _tell_all(inquiry: Inquiry) -> Reply:
    return Reply(200, {"faults": inquiry.sandbox.faults.all()})


def _read_mask(inquiry: Inquiry) -> Callable[[Any], Any]:
    """What takes the secrets out of an answer, if that was asked for. Raises Refused."""
    wish = read_choice(read_filters(inquiry, MASKED), "masked", ("true", "false"))
    return inquiry.sandbox.disclosure.masking().mask_tree if wish == "true" else lambda each: each


def _without_results(rule: Any) -> Any:
    if not isinstance(rule, dict):
        return rule
    return {name: value for name, value in rule.items() if name not in RESULTS}


@described(200, "Scenarios")
def list_scenarios(desk: Desk, inquiry: Inquiry) -> Reply:
    """The scenarios that can be applied."""
    return Reply(200, {"scenarios": inquiry.sandbox.faults.scenarios()})


@described(200, "RulesInForce", body=APPLY, optional=True, refuses=(429,))
def apply_scenario(desk: Desk, inquiry: Inquiry) -> Reply:
    """A scenario's rules in place of those that are there or, with ``{"add": true}``, beside."""
    body = read_optional_body(inquiry)
    try:
        add: bool = APPLY.load(body)["add"]
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        hint = 'send {"add": true} to keep the rules that are there, or no body to replace them'
        raise Refused("bad_request", f"{path}: {reason}", hint) from None
    inquiry.sandbox.faults.apply(inquiry.args["name"], add=add)
    return _tell_all(inquiry)


@described(200, query=LINES, media_type=JSON_LINES)
def tell_transcript(desk: Desk, inquiry: Inquiry) -> Reply:
    """What struck whom, in order, as JSON Lines.

    Where more is left, ``Link`` tells where: after which of all lines since the last reset.
    """
    given = read_filters(inquiry, LINES)
    after, limit = read_whole(given, "after", 0), read_whole(given, "limit", PAGE)
    masking = inquiry.sandbox.disclosure.masking()
    text, more = inquiry.sandbox.faults.print_transcript(after, limit, masking)
    reply = Reply(200, text, media_type=JSON_LINES)
    if more:
        reply.headers["Link"] = f'<?after={more}&limit={limit}>; rel="next"'
    return reply


@described(204)
def clear_rules(desk: Desk, inquiry: Inquiry) -> Reply:
    """Remove all rules."""
    inquiry.sandbox.faults.clear()
    return Reply(204)


@described(200, "RuleInForce")
def show_rule(desk: Desk, inquiry: Inquiry) -> Reply:
    """One rule."""
    wanted = inquiry.args["rule_id"]
    rule = inquiry.sandbox.faults.find(wanted)
    if rule is None:
        raise _unknown(wanted)
    return Reply(200, rule)


@described(204)
def remove_rule(desk: Desk, inquiry: Inquiry) -> Reply:
    """Remove a rule."""
    wanted = inquiry.args["rule_id"]
    if not inquiry.sandbox.faults.remove(wanted):
        raise _unknown(wanted)
    return Reply(204)


def _unknown(rule_id: str) -> Refused:
    message = f"no rule has the id {shown(rule_id)}"
    return Refused("rule_not_found", message, "GET …/faults lists them all", status=404)
