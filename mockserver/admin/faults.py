"""Fault rules."""

import json
from typing import Any

from mockserver.admin.desk import Desk, body_of
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Refused
from mockserver.core.shown import shown


def find(desk: Desk, call: Call) -> Reply:
    return Reply(200, {"faults": [rule.to_json() for rule in desk.sandbox.faults.all()]})


def add(desk: Desk, call: Call) -> Reply:
    return Reply(201, desk.sandbox.faults.add(body_of(call)).to_json())


def replace(desk: Desk, call: Call) -> Reply:
    """``{"faults": […]}`` in place of those that are there, all or none.

    What GET lists can be put back: ids and hits are made anew.
    """
    body = body_of(call)
    rules = body.get("faults")
    if not isinstance(rules, list) or len(body) > 1:
        message = f"faults: expected a list of rules and nothing else, came {shown(body)}"
        raise Refused("bad_rule", message, 'send {"faults": [rule, …]}')
    desk.sandbox.faults.replace([_without_results(rule) for rule in rules])
    return find(desk, call)


def _without_results(rule: Any) -> Any:
    if not isinstance(rule, dict):
        return rule
    return {name: value for name, value in rule.items() if name not in ("id", "hits")}


def scenarios(desk: Desk, call: Call) -> Reply:
    return Reply(200, {"scenarios": desk.sandbox.faults.scenarios()})


def apply(desk: Desk, call: Call) -> Reply:
    """A scenario's rules in place of those that are there."""
    desk.sandbox.faults.apply(call.args["name"])
    return find(desk, call)


def transcript(desk: Desk, call: Call) -> Reply:
    """What struck whom, in order, as JSON Lines."""
    lines = [json.dumps(each, ensure_ascii=False) for each in desk.sandbox.faults.transcript()]
    return Reply(200, "".join(f"{line}\n" for line in lines), media_type="application/jsonl")


def clear(desk: Desk, call: Call) -> Reply:
    desk.sandbox.faults.clear()
    return Reply(204)


def show(desk: Desk, call: Call) -> Reply:
    wanted = call.args["rule_id"]
    for rule in desk.sandbox.faults.all():
        if rule.id == wanted:
            return Reply(200, rule.to_json())
    raise _unknown(wanted)


def remove(desk: Desk, call: Call) -> Reply:
    wanted = call.args["rule_id"]
    if not desk.sandbox.faults.remove(wanted):
        raise _unknown(wanted)
    return Reply(204)


def _unknown(rule_id: str) -> Refused:
    message = f"no rule has the id {shown(rule_id)}"
    return Refused("rule_not_found", message, "GET …/faults lists them all", status=404)
