"""What the administration answers, and what its queries may hold: for its document alone.

So it is loaded when that is asked for, and a handler names a shape of its answer by the name of
the class, without ``Schema``.
"""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from mockserver.admin.desk import LONGEST_WAIT
from mockserver.admin.requests import ENTRY_ID
from mockserver.api.message import DIRECTIONS, TYPES
from mockserver.sandbox.journal import LAST
from mockserver.sandbox.snapshot import SnapshotSchema
from mockserver.text.validation import Duration, Strict, one_of
from mockserver.verdicts.thresholds import BOUNDS
from mockserver.verify.conduct import SCHEMA as EXPECTED_VERDICT
from mockserver.verify.schema import ExpectationSchema

__all__ = ["SnapshotSchema"]

SCHEMAS = "#/components/schemas/"
BOTH = ("Rule", "RuleInForce")
SOME: dict[str, Any] = {"required": True}
NONE_OR: dict[str, Any] = {"required": True, "allow_none": True}

PARAMETERS: dict[str, fields.Field[Any]] = {
    "committed": fields.Boolean(),
    "entry_id": fields.String(validate=validate.Regexp(rf"(?:{LAST}|{ENTRY_ID.pattern})\Z")),
    "direction": fields.String(validate=one_of(DIRECTIONS)),
    "limit": fields.Integer(validate=validate.Range(0, 999_999_999)),
    "masked": fields.Boolean(),
    "unread": fields.Boolean(),
    **{
        name: fields.Integer(validate=validate.Range(*bounds[1:]))
        for name, bounds in BOUNDS.items()
    },
    "within": Duration(metadata={"description": f"at most PT{LONGEST_WAIT}S"}),
}
"""Parameters of queries and paths that are more than any text."""


class Open(Schema):
    """What has further members, which depend on the provider."""

    class Meta:
        unknown = INCLUDE


class ExpectationsSchema(Strict):
    expectations = fields.List(
        fields.Raw(metadata={"anyOf": [{"$ref": f"{SCHEMAS}Expected"}]}), **SOME
    )
    order = fields.Boolean()


EXPECTED = [ExpectationSchema(), EXPECTED_VERDICT]
BODIES = {"Expected": EXPECTED, "Verification": [*EXPECTED, ExpectationsSchema()]}
"""What requests may be of one shape or another."""


class CallOfDifferenceSchema(Open):
    request = fields.String(**SOME)
    differs = fields.List(fields.Dict(), **SOME)


class ResultSchema(Schema):
    """Of one expectation; what is nearest, where it does not hold."""

    name = message = verdict = fields.String()
    requests = fields.List(fields.String())
    ok = fields.Boolean(**SOME)
    matched = undecidable = fields.List(fields.String())
    dropped = fields.Integer()
    nearest = fields.List(fields.Nested(CallOfDifferenceSchema))


class OutcomeSchema(ResultSchema):
    """Of one expectation, or the ``results`` of several."""

    results = fields.List(fields.Nested(ResultSchema))


class VerdictSchema(Schema):
    name = text = fields.String(**SOME)
    ok = fields.Boolean(**SOME)
    requests = undecidable = fields.List(fields.String(), **SOME)


class VerdictsSchema(Schema):
    verdicts = fields.List(fields.Nested(VerdictSchema), **SOME)
    dropped = fields.Integer(**SOME)


class SignedSchema(Schema):
    headers = fields.Dict(values=fields.String(), **SOME)


class RefusalSchema(Schema):
    code = message = hint = fields.String(**SOME)


class ErrorSchema(Schema):
    error = fields.Nested(RefusalSchema, **SOME)


class HealthSchema(Schema):
    status = fields.String(**SOME, validate=validate.Equal("ok"))
    version = fields.String(**SOME)


class OperationSchema(Schema):
    name = purpose = method = path = source = fields.String(**SOME)
    aliases = checks = errors = fields.List(fields.String(), **SOME)


class NotEmulatedSchema(Schema):
    name = method = path = source = fields.String(**SOME)


class DocumentedErrorSchema(Schema):
    name = message = when = source = proof = fields.String(**SOME)
    status = fields.Integer(**SOME)
    code = fields.Raw(**SOME, metadata={"type": ["string", "integer", "null"]})


class ProviderSchema(Schema):
    id = base_url = fields.String(**SOME)
    hosts = fields.List(fields.String(), **SOME)
    operations = fields.List(fields.Nested(OperationSchema), **SOME)
    not_emulated = fields.List(fields.Nested(NotEmulatedSchema), **SOME)
    errors = fields.List(fields.Nested(DocumentedErrorSchema), **SOME)


class ProvidersSchema(Schema):
    providers = fields.List(fields.Nested(ProviderSchema), **SOME)


class NumberSchema(Open):
    """A business number, with the provider's further names for it."""

    number = state = fields.String(**SOME)


class AccountSchema(Open):
    """An account, with its provider's credentials."""

    label = condition = fields.String(**SOME)
    numbers = fields.List(fields.Nested(NumberSchema), **SOME)


class AccountsSchema(Schema):
    base_url = fields.String(**SOME)
    accounts = fields.List(fields.Nested(AccountSchema), **SOME)


class SandboxSchema(Schema):
    id = created_at = fields.String(**SOME)
    code = last_call_at = ttl = fields.String(**NONE_OR)
    seed = fields.Integer(**SOME)
    providers = fields.Dict(keys=fields.String(), values=fields.Nested(AccountsSchema), **SOME)


class ListedSandboxSchema(Schema):
    id = created_at = fields.String(**SOME)
    code = last_call_at = fields.String(**NONE_OR)
    calls = messages = fields.Integer(**SOME)


class SandboxesSchema(Schema):
    sandboxes = fields.List(fields.Nested(ListedSandboxSchema), **SOME)
    unattributed = fields.Integer(**SOME)


class SnapshotNameSchema(Schema):
    name = fields.String(**SOME)


class ClockSchema(Schema):
    now = skew = fields.String(**SOME)
    running = fields.Boolean(**SOME)
    rate = fields.Float(**SOME)
    next_job = fields.String(**NONE_OR)


class MessageSchema(Schema):
    """A message, and under a key of its type's name what it holds."""

    id = provider = account = business_number = customer = fields.String(**SOME)
    direction = fields.String(**SOME, validate=one_of(DIRECTIONS))
    type = fields.String(**SOME, validate=one_of(TYPES))
    text = image = audio = video = document = sticker = fields.Dict()
    location = reaction = button = interactive = fields.Dict()
    contacts = fields.List(fields.Dict())
    received_at = fields.String(**SOME)
    read_at = typing_until = external_id = fields.String(**NONE_OR)
    upstream_calls = fields.Integer(**SOME)


class MessagesSchema(Schema):
    messages = fields.List(fields.Nested(MessageSchema), **SOME)
    next = fields.String()


class ReportSchema(Open):
    """As the fixtures have it: its ``body`` is what a call is answered."""

    id = provider = account = fields.String(**SOME)


class ReportsSchema(Schema):
    reports = fields.List(fields.Nested(ReportSchema), **SOME)
    next = fields.String()


class RuleInForceSchema(Schema):
    """A rule as it was asked for, with what is left out filled in, and how it fares."""

    id = when = phase = fields.String(**SOME)
    name = fields.String(**NONE_OR)
    match = fault = schedule = fields.Dict(**SOME)
    seed = hits = fields.Integer(**SOME)
    left = fields.Integer(**NONE_OR)


class RulesInForceSchema(Schema):
    faults = fields.List(fields.Nested(RuleInForceSchema), **SOME)


class RulesSchema(Strict):
    """Rules as they are made, or as they are listed."""

    faults = fields.List(
        fields.Raw(metadata={"anyOf": [{"$ref": f"{SCHEMAS}{each}"} for each in BOTH]}), **SOME
    )


class ScenarioSchema(Open):
    name = description = fields.String(**SOME)


class ScenariosSchema(Schema):
    scenarios = fields.List(fields.Nested(ScenarioSchema), **SOME)


class SentSchema(Schema):
    method = path = fields.String(**SOME)
    headers = fields.Dict(values=fields.String(), **SOME)
    body = fields.String()


class AnsweredSchema(Open):
    status = fields.Integer(**NONE_OR)
    headers = fields.Dict(values=fields.String(), **SOME)
    body = fields.String()


class RequestSchema(Open):
    """A call as the journal has it: which members an entry has depends on what happened."""

    id = at = machine_at = fields.String(**SOME)
    provider = operation = account = message_id = fields.String(**NONE_OR)
    business_number = customer = error = because = fault = fields.String(**NONE_OR)
    retry_of = unattributed = fields.String(**NONE_OR)
    request = fields.Nested(SentSchema, **SOME)
    response = fields.Nested(AnsweredSchema, **SOME)
    committed = fields.Boolean(**SOME)
    changes = fields.List(fields.Dict(), **SOME)
    duration_ms = fields.Float(**NONE_OR)
    sent_bytes = fields.Integer(**NONE_OR)
    first_byte_at = last_byte_at = closed_by = fields.String(**NONE_OR)
    cut = fields.List(fields.String(), **SOME)


class RequestsSchema(Schema):
    requests = fields.List(fields.Nested(RequestSchema), **SOME)
    next = fields.String()
    earlier = fields.Boolean()


class ExplainedCheckSchema(Open):
    """What was expected and what came stand beside, where it failed."""

    name = fields.String(**SOME)
    result = fields.String(**SOME, validate=one_of(("passed", "failed", "not_reached")))


class FindingSchema(Open):
    code = text = fields.String(**SOME)


class ExplanationSchema(Open):
    request = summary = sandbox = fields.String(**SOME)
    provider = operation = account = fields.String(**NONE_OR)
    checks = fields.List(fields.Nested(ExplainedCheckSchema), **SOME)
    findings = fields.List(fields.Nested(FindingSchema), **SOME)
    advice = fields.List(fields.String(), **SOME)
    fault = fields.Dict(**NONE_OR)
    committed = fields.Boolean(**SOME)
    changes = fields.List(fields.Dict(), **SOME)


class OpenAPISchema(Open):
    """A document of OpenAPI 3.1."""

    openapi = fields.String(**SOME)
    info = paths = components = fields.Dict(**SOME)
    servers = fields.List(fields.Dict(), **SOME)
