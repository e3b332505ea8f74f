"""Fault rules."""

from mockserver.admin.desk import Desk, body_of
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Refused
from mockserver.core.shown import shown


def find(desk: Desk, call: Call) -> Reply:
    return Reply(200, {"faults": [rule.to_json() for rule in desk.sandbox.faults.all()]})


def add(desk: Desk, call: Call) -> Reply:
    return Reply(201, desk.sandbox.faults.add(body_of(call)).to_json())


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
