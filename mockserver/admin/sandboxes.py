"""Sandboxes: made, shown, taken back, deleted."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, read_filters, read_optional_body
from mockserver.api.call import Reply
from mockserver.sandbox.beginning import Wish
from mockserver.sandbox.keepsakes import (
    FIRST,
    describe_state,
    find_keepsake,
    keep_state,
    restore_state,
)
from mockserver.sandbox.switches import require_switches
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.times import iso, iso_or_none
from mockserver.text.validation import LARGEST, Duration, Strict, check_plain, first_mistake, whole


class WishSchema(Strict):
    id = fields.String(
        validate=validate.Regexp(
            r"[a-z0-9._-]{1,64}\Z", error="expected 1 to 64 of a-z, 0-9, dots, - and _"
        )
    )
    fixtures = fields.Raw(validate=check_plain)
    seed = whole(0, LARGEST)
    ttl = Duration()
    scenario = fields.String()
    faults = fields.List(fields.Raw(validate=check_plain))
    switches = fields.Dict(keys=fields.String())
    credentials = fields.String(
        validate=validate.Equal("any", error='expected "any", or nothing for the usual')
    )
    snapshot = fields.Dict(keys=fields.String())


WISH = WishSchema()
NAME = validate.Regexp(
    r"[A-Za-z0-9._-]{1,64}\Z", error="expected 1 to 64 of A-Z, a-z, 0-9, dots, - and _"
)
NAMED = Strict.from_dict({"name": fields.String(validate=NAME, load_default=FIRST)})()


@described(200, "Sandboxes")
def list_sandboxes(desk: Desk, inquiry: Inquiry) -> Reply:
    """All sandboxes."""
    listed = [
        {
            "id": each.id,
            "code": each.code,
            "created_at": iso(each.about["created_at"]),
            "last_call_at": iso_or_none(each.last_call_at),
            "calls": each.calls,
            "messages": each.messages.count(),
        }
        for each in desk.sandboxes.all()
    ]
    return Reply(200, {"sandboxes": listed, "unattributed": desk.sandboxes.unattributed})


@described(201, "Sandbox", body=WISH, optional=True, refuses=(409, 429))
def create_sandbox(desk: Desk, inquiry: Inquiry) -> Reply:
    """A new sandbox."""
    body = read_optional_body(inquiry)
    wish = _read_wish(desk, body)
    return Reply(201, _describe(desk, desk.sandboxes.create(wish), inquiry.call.base_url))


@described(200, "Sandbox")
def show_sandbox(desk: Desk, inquiry: Inquiry) -> Reply:
    """A sandbox with its accounts, credentials and numbers."""
    return Reply(200, _describe(desk, inquiry.sandbox, inquiry.call.base_url))


@described(204, refuses=(409,))
def delete_sandbox(desk: Desk, inquiry: Inquiry) -> Reply:
    """Remove a sandbox, and all that is in it."""
    desk.sandboxes.delete(inquiry.sandbox)
    return Reply(204)


@described(204, refuses=(409,))
def reset_sandbox(desk: Desk, inquiry: Inquiry) -> Reply:
    """Back to what the sandbox began with, without rules and journal."""
    desk.sandboxes.reset(inquiry.sandbox)
    return Reply(204)


@described(201, "SnapshotName", body=NAMED, optional=True, refuses=(429,))
def remember_state(desk: Desk, inquiry: Inquiry) -> Reply:
    """Remember the state as it is now, under a name."""
    name = _read_name(inquiry)
    keep_state(inquiry.sandbox, name)
    return Reply(201, {"name": name})


@described(204, body=NAMED, optional=True, refuses=(409,))
def restore_sandbox(desk: Desk, inquiry: Inquiry) -> Reply:
    """Back to a state that was remembered under a name."""
    restore_state(inquiry.sandbox, _read_name(inquiry))
    return Reply(204)


@described(200, "Snapshot", query=("name",))
def download_snapshot(desk: Desk, inquiry: Inquiry) -> Reply:
    """A remembered state or, where none is named and none was remembered, the present one."""
    given = read_filters(inquiry, ("name",))
    if "name" in given:
        return Reply(200, find_keepsake(inquiry.sandbox, given["name"]))
    return Reply(200, describe_state(inquiry.sandbox))


def _read_name(inquiry: Inquiry) -> str:
    body = read_optional_body(inquiry)
    try:
        return str(NAMED.load(body)["name"])
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        raise Refused("bad_name", f"{path}: {reason}", 'send {"name": "before"}') from None


def _read_wish(desk: Desk, body: dict[str, Any]) -> Wish:
    try:
        data: dict[str, Any] = WISH.load(body)
    except ValidationError as error:
        path, reason = first_mistake(error, body)
        message = f"{path}: {reason}" if path else reason
        raise Refused("bad_sandbox", message, f"the keys are {', '.join(WISH.fields)}") from None
    if data.get("ttl") == 0:
        raise Refused("bad_sandbox", "ttl: expected more than nothing", 'such as "PT10M"')
    if "snapshot" in data and data.keys() & {"fixtures", "scenario", "faults"}:
        message = "snapshot: does not go with fixtures, scenario or faults, which it holds itself"
        raise Refused("bad_sandbox", message, "give one or the other")
    if "credentials" in data:
        data["any_credentials"] = data.pop("credentials") == "any"
    if "ttl" in data:
        data["ttl_text"] = body["ttl"]
    require_switches(data.get("switches", {}), desk.providers, "switches")
    return Wish(**data)


def _describe(desk: Desk, sandbox: Sandbox, base_url: str) -> dict[str, Any]:
    """A sandbox with its accounts and credentials."""
    about = sandbox.about
    prefix = base_url if sandbox.code is None else f"{base_url}/~{sandbox.code}"
    return {
        "id": sandbox.id,
        "code": sandbox.code,
        "created_at": iso(about["created_at"]),
        "last_call_at": iso_or_none(sandbox.last_call_at),
        "ttl": about["ttl_text"],
        "seed": sandbox.seed,
        "providers": {
            provider: {
                "base_url": f"{prefix}/{provider}",
                "accounts": [each.to_json() for each in sandbox.accounts.of(provider)],
            }
            for provider in desk.providers
        },
    }
