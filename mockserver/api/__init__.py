"""All that a provider is made of, ours or a plug-in's: the front door to import from."""

from mockserver.api.account import GOOD, Account, AccountKind, Number
from mockserver.api.bearer import read_bearer_token
from mockserver.api.body import Lenient, Problem, require_body
from mockserver.api.call import JSON, BadJSON, Call, Reply
from mockserver.api.catalogue import Catalogue, Fail, Spec
from mockserver.api.changes import Change, add, put, remove, set_fields
from mockserver.api.conditions import require_bearer, require_condition
from mockserver.api.draw import BASE64URL, CROCKFORD, LOWER, Draw
from mockserver.api.exchange import Done, Event, Exchange, Subject
from mockserver.api.limits import Allowance, Bucket, Verdict, is_bucket, take_token, tell_allowance
from mockserver.api.message import Message, digits_of
from mockserver.api.not_emulated import NotEmulated
from mockserver.api.operation import Check, Operation, Purpose, Sample, Shape
from mockserver.api.provider import Claim, Provider, Signing, Switch
from mockserver.api.receipts import mark_read
from mockserver.api.wamid import new_wamid
from mockserver.text.shown import shown
from mockserver.text.times import DAY, SECOND

__all__ = [
    "BASE64URL",
    "CROCKFORD",
    "DAY",
    "GOOD",
    "JSON",
    "LOWER",
    "SECOND",
    "Account",
    "AccountKind",
    "Allowance",
    "BadJSON",
    "Bucket",
    "Call",
    "Catalogue",
    "Change",
    "Check",
    "Claim",
    "Done",
    "Draw",
    "Event",
    "Exchange",
    "Fail",
    "Lenient",
    "Message",
    "NotEmulated",
    "Number",
    "Operation",
    "Problem",
    "Provider",
    "Purpose",
    "Reply",
    "Sample",
    "Shape",
    "Signing",
    "Spec",
    "Subject",
    "Switch",
    "Verdict",
    "add",
    "digits_of",
    "is_bucket",
    "mark_read",
    "new_wamid",
    "put",
    "read_bearer_token",
    "remove",
    "require_bearer",
    "require_body",
    "require_condition",
    "set_fields",
    "shown",
    "take_token",
    "tell_allowance",
]
