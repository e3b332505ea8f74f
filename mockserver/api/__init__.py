"""All that a provider is made of, ours or a plug-in's: the front door to import from."""

from typing import TYPE_CHECKING, Any

from mockserver.api.account import GOOD, Account, AccountKind, Number
from mockserver.api.bearer import read_bearer_token
from mockserver.api.body import Lenient, Problem, require_body
from mockserver.api.call import JSON, BadJSON, Call, Reply
from mockserver.api.catalogue import Catalogue, Fail, Spec
from mockserver.api.changes import Change, add, put, remove, set_fields
from mockserver.api.conditions import require_bearer, require_condition
from mockserver.api.draw import BASE64URL, CROCKFORD, LOWER, Draw
from mockserver.api.exchange import Done, Event, Exchange, Subject
from mockserver.api.header import BEARER, Header
from mockserver.api.limits import Allowance, Bucket, Verdict, is_bucket, take_token, tell_allowance
from mockserver.api.message import Message, digits_of
from mockserver.api.not_emulated import NotEmulated
from mockserver.api.operation import Check, Operation, Purpose, Sample, Shape
from mockserver.api.provider import Claim, Provider, Signing, Switch
from mockserver.api.receipts import mark_read
from mockserver.api.wamid import new_wamid
from mockserver.late import LateModule, load_module
from mockserver.text.shown import shown
from mockserver.text.times import DAY, SECOND

if TYPE_CHECKING:
    from mockserver.api.diagnosis.case import Case, Finding, Remark
    from mockserver.api.diagnosis.credential import (
        diagnose_credential,
        find_nearest_header,
        is_placeholder,
    )
    from mockserver.api.diagnosis.message import (
        diagnose_message,
        diagnose_number,
        find_near_id,
        tell_age,
    )
    from mockserver.api.diagnosis.signature_search import (
        Parts,
        Slip,
        Variant,
        Wanted,
        keep_distinct,
        read_signature,
        search_slips,
    )
    from mockserver.api.diagnosis.signed_bodies import list_body_variants
    from mockserver.api.diagnosis.signed_secrets import list_starts, list_tails
    from mockserver.api.diagnosis.url_encodings import list_url_encodings

__all__ = [
    "BASE64URL",
    "BEARER",
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
    "Case",
    "Catalogue",
    "Change",
    "Check",
    "Claim",
    "Done",
    "Draw",
    "Event",
    "Exchange",
    "Fail",
    "Finding",
    "Header",
    "LateModule",
    "Lenient",
    "Message",
    "NotEmulated",
    "Number",
    "Operation",
    "Parts",
    "Problem",
    "Provider",
    "Purpose",
    "Remark",
    "Reply",
    "Sample",
    "Shape",
    "Signing",
    "Slip",
    "Spec",
    "Subject",
    "Switch",
    "Variant",
    "Verdict",
    "Wanted",
    "add",
    "diagnose_credential",
    "diagnose_message",
    "diagnose_number",
    "digits_of",
    "find_near_id",
    "find_nearest_header",
    "is_bucket",
    "is_placeholder",
    "keep_distinct",
    "list_body_variants",
    "list_starts",
    "list_tails",
    "list_url_encodings",
    "mark_read",
    "new_wamid",
    "put",
    "read_bearer_token",
    "read_signature",
    "remove",
    "require_bearer",
    "require_body",
    "require_condition",
    "search_slips",
    "set_fields",
    "shown",
    "take_token",
    "tell_age",
    "tell_allowance",
]

# What diagnoses refused calls is loaded when somebody asks: a start is some 15 ms shorter.
LATE = {
    "diagnose_credential": "mockserver.api.diagnosis.credential",
    "find_nearest_header": "mockserver.api.diagnosis.credential",
    "is_placeholder": "mockserver.api.diagnosis.credential",
    "Case": "mockserver.api.diagnosis.case",
    "Finding": "mockserver.api.diagnosis.case",
    "Remark": "mockserver.api.diagnosis.case",
    "diagnose_message": "mockserver.api.diagnosis.message",
    "diagnose_number": "mockserver.api.diagnosis.message",
    "find_near_id": "mockserver.api.diagnosis.message",
    "tell_age": "mockserver.api.diagnosis.message",
    "Parts": "mockserver.api.diagnosis.signature_search",
    "Slip": "mockserver.api.diagnosis.signature_search",
    "Variant": "mockserver.api.diagnosis.signature_search",
    "Wanted": "mockserver.api.diagnosis.signature_search",
    "keep_distinct": "mockserver.api.diagnosis.signature_search",
    "read_signature": "mockserver.api.diagnosis.signature_search",
    "search_slips": "mockserver.api.diagnosis.signature_search",
    "list_body_variants": "mockserver.api.diagnosis.signed_bodies",
    "list_starts": "mockserver.api.diagnosis.signed_secrets",
    "list_tails": "mockserver.api.diagnosis.signed_secrets",
    "list_url_encodings": "mockserver.api.diagnosis.url_encodings",
}


def __getattr__(name: str) -> Any:
    if name in LATE:
        return getattr(load_module(LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
