"""Everything KirimChat answers when a call fails.

Codes are the documentation's and stable; most texts are not printed anywhere and are ours.
"""

from mockserver.api import Catalogue, Fail, Reply, Spec

DOCS = "https://developers.kirim.chat"
MARK_AS_READ = f"{DOCS}/sending/mark-as-read/"
AUTHENTICATION = f"{DOCS}/authentication/"
ERRORS = f"{DOCS}/concepts/errors/"
FAILED_SENDS = f"{DOCS}/guides/failed-sends/"
IDEMPOTENCY = f"{DOCS}/concepts/idempotency/"
RATE_LIMITS = f"{DOCS}/concepts/rate-limits/"
OURS = "decided by us"
REPLAYED = "Idempotent-Replayed"

TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found",
    409: "conflict",
    429: "rate_limit_error",
}
OF_THE_SERVER, OF_THE_REQUEST = "api_error", "invalid_request_error"  # of any other status
ERROR_TYPES = (*TYPES.values(), OF_THE_SERVER, OF_THE_REQUEST)


class Error(Catalogue):
    INVALID_API_KEY = Spec(
        401,
        "invalid_api_key",
        "Invalid API key provided.",
        when="the key is missing, malformed or unknown",
        source=FAILED_SENDS,
        proof="docs",
    )
    EXPIRED_API_KEY = Spec(
        401,
        "expired_api_key",
        "This API key has expired.",
        when="the account is in the condition expired",
        source=AUTHENTICATION,
        proof="docs",
        example={
            "error": {
                "type": "authentication_error",
                "code": "expired_api_key",
                "message": "This API key has expired.",
                "request_id": "req_01HXYZABCDEFGHJKMNPQRSTVWX",
            }
        },
    )
    RATE_LIMIT_EXCEEDED = Spec(
        429,
        "rate_limit_exceeded",
        "Too many requests.",
        when="the account is in the condition rate_limited, or over its limit and that is enforced",
        source=RATE_LIMITS,
        proof="docs",
    )
    PHONE_NUMBER_NOT_FOUND = Spec(
        404,
        "resource_not_found",
        "No WhatsApp number found with this phone_number_id.",
        when="the number in the path is none of the organisation's",
        source=FAILED_SENDS,
        proof="docs",
        details={"param": "phone_number_id"},
    )
    PHONE_NUMBER_FORBIDDEN = Spec(
        403,
        "phone_number_forbidden",
        "This API key has no access to this phone number.",
        when="one page says so of a foreign number; the others, and this server, say 404",
        source=FAILED_SENDS,
        proof="docs",
        by_state=False,
    )
    ACCOUNT_NOT_CONNECTED = Spec(
        422,
        "account_not_connected",
        "This WhatsApp number is not connected.",
        when="the number in the path is in the state pending or degraded",
        source=FAILED_SENDS,
        proof="docs",
    )
    INVALID_REQUEST = Spec(
        400,
        "invalid_request",
        "The request body must be a JSON object.",
        when="the body is no JSON object, or an Idempotency-Key has more than 255 characters",
        source=FAILED_SENDS,
        proof="docs",
    )
    MISSING_REQUIRED_FIELD = Spec(
        400,
        "missing_required_field",
        "A required field is missing.",
        when="a required field is absent, or message_id is empty",
        source=ERRORS,
        proof="docs",
    )
    INVALID_FIELD_VALUE = Spec(
        400,
        "invalid_field_value",
        "Only inbound messages can be marked as read.",
        when="the message is an outbound one, or a field has a wrong value",
        source=MARK_AS_READ,
        proof="seed",
        details={"param": "message_id"},
    )
    RESOURCE_NOT_FOUND = Spec(
        404,
        "resource_not_found",
        "No message found with this message_id.",
        when="the message is unknown, or belongs to another number or organisation",
        source=MARK_AS_READ,
        proof="seed",
        details={"param": "message_id"},
    )
    IDEMPOTENCY_KEY_REUSE = Spec(
        422,
        "idempotency_key_reuse",
        "This Idempotency-Key was used with another request body.",
        when="the Idempotency-Key of an earlier call comes with another body within 24 hours",
        source=IDEMPOTENCY,
        proof="docs",
    )
    IDEMPOTENCY_CONFLICT = Spec(
        409,
        "idempotency_conflict",
        "This Idempotency-Key was used with another request body.",
        when="one page says so of another body; another, and this server, say 422",
        source=FAILED_SENDS,
        proof="docs",
        by_state=False,
    )
    IDEMPOTENCY_IN_PROGRESS = Spec(
        409,
        "idempotency_in_progress",
        "A request with this Idempotency-Key is still being processed.",
        when="the first call with this Idempotency-Key is still worked on after 30 s",
        source=IDEMPOTENCY,
        proof="docs",
        by_state=False,
    )
    WHATSAPP_UPSTREAM_ERROR = Spec(
        502,
        "whatsapp_upstream_error",
        "WhatsApp rejected the read receipt.",
        when="the message is unread and older than 7 days",
        source=MARK_AS_READ,
        proof="seed",
    )
    INTERNAL_ERROR = Spec(
        500,
        "internal_error",
        "An internal error occurred. Please try again.",
        when="the service itself fails",
        source=FAILED_SENDS,
        proof="docs",
        by_state=False,
    )
    SERVICE_UNAVAILABLE = Spec(
        503,
        "service_unavailable",
        "The service is temporarily unavailable.",
        when="the service itself is down",
        source="the operation's page lists the status; code and text are ours",
        proof="inferred",
        by_state=False,
    )
    NOT_FOUND = Spec(
        404,
        "resource_not_found",
        "No such route.",
        when="the path is unknown, or that of a call that is not emulated yet",
        source=OURS,
        proof="inferred",
    )
    METHOD_NOT_ALLOWED = Spec(
        405,
        "method_not_allowed",
        "This method is not allowed here.",
        when="the path is known, the method is not, or is not emulated yet",
        source=OURS,
        proof="inferred",
    )
    BODY_TOO_LARGE = Spec(
        413,
        "request_too_large",
        "The request body is too large.",
        when="the body is larger than 1 MiB",
        source=OURS,
        proof="inferred",
    )


def envelope(fail: Fail, request_id: str) -> Reply:
    """``param`` and ``message`` of the failure itself win over the row's. Source: ERRORS.

    One that repeats an earlier answer has the ``replay_of`` of that, the id of its request.
    """
    spec = fail.row.spec
    details = {**spec.details, **fail.details}
    request_id = details.get("replay_of", request_id)
    error = {
        "type": TYPES.get(spec.status, OF_THE_SERVER if spec.status >= 500 else OF_THE_REQUEST),
        "code": spec.code,
        "message": details.get("message", spec.message),
    }
    if "param" in details:
        error["param"] = details["param"]
    headers = {"X-Request-Id": request_id}
    if "replay_of" in details:
        headers[REPLAYED] = "true"
    if spec.status == 429:
        headers["Retry-After"] = "1"
    return Reply(spec.status, {"error": {**error, "request_id": request_id}}, headers)
