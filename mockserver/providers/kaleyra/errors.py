"""Everything Kaleyra answers when a call fails."""

from typing import Any

from mockserver.api import Catalogue, Fail, Reply, Spec

PAGE = "https://developers.kaleyra.io/docs/whatsapp_message_api_v2_send-read-receipt-messages"
ERROR_CODES = "https://developers.kaleyra.io/docs/whatsapp-message-api-v2-error-codes"
OURS = "decided by us"


class Error(Catalogue):
    INCORRECT_CREDENTIALS = Spec(
        401,
        "RBC001",
        "Incorrect SID or API key.",
        when="SID and API key do not belong together",
        source=PAGE,
        proof="seed",
        details={"key": "error"},
        example={
            "code": "RBC001",
            "message": "Incorrect SID or API key.",
            "data": [],
            "error": {"error": "Incorrect SID or API key."},
        },
    )
    PHONE_NUMBER_UNKNOWN = Spec(
        401,
        "WA401",
        "Phone number is not present or does not belong to the account.",
        when="the number in the path is none of the account's",
        source=PAGE,
        proof="seed",
        details={"key": "phone_number"},
        example={
            "code": "WA401",
            "message": "Phone number is not present or does not belong to the account.",
            "data": {},
            "error": {
                "phone_number": "Phone number is not present or does not belong to the account."
            },
        },
    )
    PHONE_NUMBER_INACTIVE = Spec(
        401,
        "WA401",
        "The phone number you're using not active.",
        when="the number in the path is inactive",
        source=f"{ERROR_CODES} prints code and text, not the body",
        proof="inferred",
        details={"key": "phone_number"},
    )
    INCORRECT_PAYLOAD = Spec(
        400,
        "WA400",
        "Refer to correct payload format",
        when="the body or its content type is not as documented",
        source=PAGE,
        proof="seed",
        details={"key": "payload", "reason": "Incorrect payload format"},
        example={
            "code": "WA400",
            "message": "Refer to correct payload format",
            "data": {},
            "error": {"payload": "Incorrect payload format"},
        },
    )
    INTERNAL_SERVER_ERROR = Spec(
        500,
        "WA500",
        "Please try again later",
        when="the service itself fails",
        source=PAGE,
        proof="seed",
        details={"key": "error", "reason": "Internal server error"},
        example={
            "code": "WA500",
            "message": "Please try again later",
            "data": {},
            "error": {"error": "Internal server error"},
        },
        by_state=False,
    )
    LOW_BALANCE = Spec(
        400,
        "E110",
        "Please check your balance, You have a low balance!",
        when="the account is in the condition low_balance",
        source=PAGE,
        proof="seed",
        details={"key": "balance"},
        example={
            "code": "E110",
            "message": "Please check your balance, You have a low balance!",
            "data": {},
            "error": {"balance": "Please check your balance, You have a low balance!"},
        },
    )
    ACCOUNT_TYPE = Spec(
        401,
        "WA-401",
        "API is not available for given customer.Please contact support for more info",
        when="the account is in the condition prepaid",
        source=PAGE,
        proof="seed",
        details={"key": "account"},
        example={
            "code": "WA-401",
            "message": "API is not available for given customer."
            "Please contact support for more info",
            "data": {},
            "error": {
                "account": "API is not available for given customer."
                "Please contact support for more info"
            },
        },
    )
    PHONE_NUMBER_VERSION = Spec(
        401,
        "WA-401",
        "The phone number you're using is associated with different Version of our WA API. "
        "Please use the appropriate endpoint.",
        when="the number in the path is on version 1 of the API",
        source=PAGE,
        proof="seed",
        details={"key": "phone_number"},
        example={
            "code": "WA-401",
            "message": "The phone number you're using is associated with different Version "
            "of our WA API. Please use the appropriate endpoint.",
            "data": {},
            "error": {
                "phone_number": "The phone number you're using is associated with different "
                "Version of our WA API. Please use the appropriate endpoint."
            },
        },
    )
    RATE_LIMIT_EXCEEDED = Spec(
        429,
        "429",
        "Too Many Requests",
        when="never by itself: no page tells of a limit",
        source=OURS,
        proof="inferred",
        details={"key": "error"},
        by_state=False,
    )
    NOT_FOUND = Spec(
        404,
        "404",
        "Not Found",
        when="the path is unknown, or that of a call that is not emulated yet",
        source=OURS,
        proof="inferred",
        details={"key": "error"},
    )
    METHOD_NOT_ALLOWED = Spec(
        405,
        "405",
        "Method Not Allowed",
        when="the path is known, the method is not, or is not emulated yet",
        source=OURS,
        proof="inferred",
        details={"key": "error"},
    )
    BODY_TOO_LARGE = Spec(
        413,
        "413",
        "Payload Too Large",
        when="the body is larger than 1 MiB",
        source=OURS,
        proof="inferred",
        details={"key": "payload"},
    )


def envelope(fail: Fail, request_id: str) -> Reply:
    """``data`` is an empty object, but an empty array beside wrong credentials."""
    spec = fail.row.spec
    body: dict[str, Any] = {
        "code": spec.code,
        "message": spec.message,
        "data": [] if fail.row is Error.INCORRECT_CREDENTIALS else {},
        "error": {spec.details["key"]: spec.details.get("reason", spec.message)},
    }
    return Reply(spec.status, body)
