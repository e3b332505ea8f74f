"""Everything D7 answers when a call fails."""

from mockserver.api import Catalogue, Fail, Reply, Spec

DOCS = "https://d7networks.com/docs"
READ_RECEIPT = f"{DOCS}/Whatsapp/Read-Receipt"
GET_STATUS = f"{DOCS}/Whatsapp/Get-Status"
NUMBER_LOOKUP = f"{DOCS}/Number-Lookup"
SDK = "the Python SDK direct7"
FASTAPI = "the pages show a FastAPI service, whose defaults these are"


class Error(Catalogue):
    WHATSAPP_MESSAGE_NOT_EXISTS = Spec(
        404,
        "WHATSAPP_MESSAGE_NOT_EXISTS",
        "Given whatsapp message id not exists in the system. Please use correct message id!",
        when="the id in the path is not that of an inbound message of the account",
        source=READ_RECEIPT,
        proof="seed",
        example={
            "detail": {
                "code": "WHATSAPP_MESSAGE_NOT_EXISTS",
                "message": "Given whatsapp message id not exists in the system. "
                "Please use correct message id!",
            }
        },
    )
    WHATSAPP_LOG_NOT_EXISTS = Spec(
        404,
        "WHATSAPP_LOG_NOT_EXISTS",
        "Given whatsapp message request id not exists in the system. Please Try Again!",
        when="the id in the path is not that of a send request of the account",
        source=GET_STATUS,
        proof="seed",
        example={
            "detail": {
                "code": "WHATSAPP_LOG_NOT_EXISTS",
                "message": "Given whatsapp message request id not exists in the system. "
                "Please Try Again!",
            }
        },
    )
    ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED = Spec(
        401,
        "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED",
        "It looks like your requests were failed due to a missing or invalid 'Access Token'. "
        "Sign up at https://app.d7networks.com and create an authentication token "
        "in the API Tokens Page.",
        when="the token is missing, malformed or unknown",
        source=NUMBER_LOOKUP,
        proof="docs",
        example={
            "detail": {
                "code": "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED",
                "message": "It looks like your requests were failed due to a missing or invalid "
                "'Access Token'. Sign up at https://app.d7networks.com and create an "
                "authentication token in the API Tokens Page.",
            }
        },
    )
    ACCESS_TOKEN_EXPIRED = Spec(
        401,
        "ACCESS_TOKEN_EXPIRED",
        "Access token expired",
        when="the account is in the condition expired",
        source="a third-party client lists the code; the text is ours",
        proof="inferred",
    )
    APPLICATION_NOT_EXISTS = Spec(
        401,
        "APPLICATION_NOT_EXISTS",
        "Application not exists",
        when="the account is in the condition deleted: its application was removed",
        source="a third-party client lists the code; the text is ours",
        proof="inferred",
    )
    INSUFFICIENT_CREDIT = Spec(
        402,
        "INSUFFICIENT_CREDIT",
        "User does not have enough credit",
        when="a receipt of an account in the condition no_credit",
        source=f"{SDK} maps 402 to InsufficientCreditError; the body is ours",
        proof="inferred",
    )
    INTERNAL_SERVER_ERROR = Spec(
        500,
        None,
        "Internal Server Error",
        when="the service itself fails",
        source=FASTAPI,
        proof="inferred",
        by_state=False,
    )
    RATE_LIMIT_EXCEEDED = Spec(
        429,
        None,
        "Too Many Requests",
        when="never by itself: no page tells of a limit",
        source=FASTAPI,
        proof="inferred",
        by_state=False,
    )
    NOT_FOUND = Spec(
        404,
        None,
        "Not Found",
        when="the path is unknown, or that of a call that is not emulated yet",
        source=FASTAPI,
        proof="inferred",
    )
    METHOD_NOT_ALLOWED = Spec(
        405,
        None,
        "Method Not Allowed",
        when="the path is known, the method is not, or is not emulated yet",
        source=FASTAPI,
        proof="inferred",
    )
    BODY_TOO_LARGE = Spec(
        413,
        None,
        "Request Entity Too Large",
        when="the body is larger than 1 MiB",
        source="our limit",
        proof="inferred",
    )


def envelope(fail: Fail, request_id: str) -> Reply:
    """``detail`` is an object with code and text, or the bare text where there is no code."""
    spec = fail.row.spec
    coded = {"code": spec.code, "message": spec.message}
    return Reply(spec.status, {"detail": coded if spec.code else spec.message})
