"""Fault rules."""

import json

from mockserver.admin.desk import Desk, body_of
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Refused
from mockserver.core.shown import shown


def find(desk: Desk, call: Call) -> Reply:
    return Reply(200, {"faults": [rule.to_json() for rule in desk.sandbox.faults.all()]})


def add(desk: Desk, call: Call) -> Reply:
    return Reply(201, desk.sandbox.faults.add(body_of(call)).to_json())


def replace(desk: Desk, call: Call) -> Reply:
    """``{"faults": […]}`` in place of those that are there, all or none."""
    rules = body_of(call).get("faults")
    if not isinstance(rules, list):
        raise Refused("bad_rule", "faults: expected a list of rules", 'send {"faults": [rule, …]}')
    desk.sandbox.faults.replace(rules)
    return find(desk, call)


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


def remove(desk: Desk, call: Call) -> Reply:
    rule_id = call.args["rule_id"]
    if not desk.sandbox.faults.remove(rule_id):
        raise Refused(
            "rule_not_found",
            f"no rule has the id {shown(rule_id)}",
            "GET …/faults lists them all",
            status=404,
        )
    return Reply(204)
