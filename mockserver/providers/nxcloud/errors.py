"""Everything NXCloud answers when a call fails: HTTP 200, and the outcome in ``code``."""

from mockserver.api import Catalogue, Fail, Reply, Spec

WIKI = "https://github.com/nxtele"
MARK_AS_READ = f"{WIKI}/http-api-document-en/wiki/WhatsApp-API-markMessageAsRead"
TYPING = f"{WIKI}/nxcloud-doc-en/wiki/Typing-Indicator"
CONVENTION = f"{WIKI}/nxcloud-doc-en/wiki/API-Interface-Invocation-Convention"
OURS = "decided by us"


class Error(Catalogue):
    REQUEST_FAILED = Spec(
        200,
        -1,
        "Request failed",
        when="the message id is not that of an inbound message of the number",
        source=MARK_AS_READ,
        proof="seed",
        example={"code": -1, "message": "Request failed", "data": None},
    )
    AUTHENTICATION_ISSUE = Spec(
        200,
        1000,
        "Authentication issues",
        when="never said: the page only implies the code by the range 1000~100X",
        source=f"{MARK_AS_READ}; the text is the range's label",
        proof="inferred",
        by_state=False,
        like=401,
    )
    MISSING_COMMON_PARAMETERS = Spec(
        200,
        1001,
        "Missing common parameters",
        when="one of accessKey, ts, bizType, action and sign is missing or blank",
        source=CONVENTION,
        proof="docs",
        like=400,
    )
    PARAMETER_ERROR = Spec(
        200,
        1002,
        "Parameter error",
        when="bizType, action or algorithm is wrong, or the body is no JSON object",
        source=CONVENTION,
        proof="docs",
        like=400,
    )
    INVALID_SIGNATURE = Spec(
        200,
        1003,
        "Invalid signature",
        when="sign does not fit the headers, the body and the secret, or the content type is wrong",
        source=CONVENTION,
        proof="docs",
        like=401,
    )
    TIMESTAMP_EXPIRED = Spec(
        200,
        1004,
        "Timestamp has expired",
        when="ts is not in milliseconds or more than 60 s off",
        source=CONVENTION,
        proof="docs",
    )
    INSUFFICIENT_PERMISSIONS = Spec(
        200,
        1005,
        "Insufficient permissions",
        when="the accessKey is unknown, or the account is in the condition no_permission",
        source=CONVENTION,
        proof="docs",
        like=403,
    )
    PARAMETER_EXCEPTION = Spec(
        200,
        9000,
        "Parameter exception",
        when="a field of the body is missing or has a wrong value",
        source=MARK_AS_READ,
        proof="seed",
        like=400,
    )
    SYSTEM_BUSINESS_ERROR = Spec(
        200,
        9001,
        "System business error",
        when="the service itself fails",
        source=MARK_AS_READ,
        proof="seed",
        by_state=False,
        like=500,
    )
    MERCHANT_PHONE_NUMBER_ERROR = Spec(
        200,
        9002,
        "Merchant phone number error",
        when="business_phone is none of the account's numbers",
        source=MARK_AS_READ,
        proof="seed",
        like=404,
    )
    NUMBER_NOT_BOUND = Spec(
        200,
        9006,
        "The WhatsApp number is not bound to any application",
        when="business_phone is in the state unbound",
        source=MARK_AS_READ,
        proof="seed",
        like=422,
    )
    RATE_LIMIT_EXCEEDED = Spec(
        429,
        429,
        "Too Many Requests",
        when="never by itself: no page tells of a limit",
        source=OURS,
        proof="inferred",
        by_state=False,
    )
    NOT_FOUND = Spec(
        404,
        404,
        "Not Found",
        when="the path is unknown, or that of a call that is not emulated yet",
        source=OURS,
        proof="inferred",
    )
    METHOD_NOT_ALLOWED = Spec(
        405,
        405,
        "Method Not Allowed",
        when="the path is known, the method is not, or is not emulated yet",
        source=OURS,
        proof="inferred",
    )
    BODY_TOO_LARGE = Spec(
        413,
        413,
        "Request Entity Too Large",
        when="the body is larger than 1 MiB",
        source=OURS,
        proof="inferred",
    )


def envelope(fail: Fail, request_id: str) -> Reply:
    spec = fail.row.spec
    return Reply(spec.status, {"code": spec.code, "message": spec.message, "data": None})
