"""What an injected error is answered with: status and body, written out literally.

``REQUEST_ID`` stands where the id of the request does. Bodies that a provider's page prints are
named in ``PRINTED``; of the others a page tells at least the code, or they are ours.
"""

from typing import Any

REQUEST_ID = "the id of the request"

Row = tuple[int, Any]

D7: dict[str, Row] = {
    "WHATSAPP_MESSAGE_NOT_EXISTS": (
        404,
        {
            "detail": {
                "code": "WHATSAPP_MESSAGE_NOT_EXISTS",
                "message": (
                    "Given whatsapp message id not exists in the system. Please use correct"
                    " message id!"
                ),
            }
        },
    ),
    "WHATSAPP_LOG_NOT_EXISTS": (
        404,
        {
            "detail": {
                "code": "WHATSAPP_LOG_NOT_EXISTS",
                "message": (
                    "Given whatsapp message request id not exists in the system. Please Try Again!"
                ),
            }
        },
    ),
    "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED": (
        401,
        {
            "detail": {
                "code": "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED",
                "message": (
                    "It looks like your requests were failed due to a missing or invalid "
                    "'Access Token'. Sign up at https://app.d7networks.com and create an "
                    "authentication token in the API Tokens Page."
                ),
            }
        },
    ),
    "ACCESS_TOKEN_EXPIRED": (
        401,
        {"detail": {"code": "ACCESS_TOKEN_EXPIRED", "message": "Access token expired"}},
    ),
    "APPLICATION_NOT_EXISTS": (
        401,
        {"detail": {"code": "APPLICATION_NOT_EXISTS", "message": "Application not exists"}},
    ),
    "INSUFFICIENT_CREDIT": (
        402,
        {"detail": {"code": "INSUFFICIENT_CREDIT", "message": "User does not have enough credit"}},
    ),
    "INTERNAL_SERVER_ERROR": (500, {"detail": "Internal Server Error"}),
    "RATE_LIMIT_EXCEEDED": (429, {"detail": "Too Many Requests"}),
    "NOT_FOUND": (404, {"detail": "Not Found"}),
    "METHOD_NOT_ALLOWED": (405, {"detail": "Method Not Allowed"}),
    "BODY_TOO_LARGE": (413, {"detail": "Request Entity Too Large"}),
}

KALEYRA: dict[str, Row] = {
    "INCORRECT_CREDENTIALS": (
        401,
        {
            "code": "RBC001",
            "message": "Incorrect SID or API key.",
            "data": [],
            "error": {"error": "Incorrect SID or API key."},
        },
    ),
    "PHONE_NUMBER_UNKNOWN": (
        401,
        {
            "code": "WA401",
            "message": "Phone number is not present or does not belong to the account.",
            "data": {},
            "error": {
                "phone_number": "Phone number is not present or does not belong to the account."
            },
        },
    ),
    "PHONE_NUMBER_INACTIVE": (
        401,
        {
            "code": "WA401",
            "message": "The phone number you're using not active.",
            "data": {},
            "error": {"phone_number": "The phone number you're using not active."},
        },
    ),
    "INCORRECT_PAYLOAD": (
        400,
        {
            "code": "WA400",
            "message": "Refer to correct payload format",
            "data": {},
            "error": {"payload": "Incorrect payload format"},
        },
    ),
    "INTERNAL_SERVER_ERROR": (
        500,
        {
            "code": "WA500",
            "message": "Please try again later",
            "data": {},
            "error": {"error": "Internal server error"},
        },
    ),
    "LOW_BALANCE": (
        400,
        {
            "code": "E110",
            "message": "Please check your balance, You have a low balance!",
            "data": {},
            "error": {"balance": "Please check your balance, You have a low balance!"},
        },
    ),
    "ACCOUNT_TYPE": (
        401,
        {
            "code": "WA-401",
            "message": (
                "API is not available for given customer.Please contact support for more info"
            ),
            "data": {},
            "error": {
                "account": (
                    "API is not available for given customer.Please contact support for more info"
                )
            },
        },
    ),
    "PHONE_NUMBER_VERSION": (
        401,
        {
            "code": "WA-401",
            "message": (
                "The phone number you're using is associated with different Version of "
                "our WA API. Please use the appropriate endpoint."
            ),
            "data": {},
            "error": {
                "phone_number": (
                    "The phone number you're using is associated with different Version of "
                    "our WA API. Please use the appropriate endpoint."
                )
            },
        },
    ),
    "RATE_LIMIT_EXCEEDED": (
        429,
        {
            "code": "429",
            "message": "Too Many Requests",
            "data": {},
            "error": {"error": "Too Many Requests"},
        },
    ),
    "NOT_FOUND": (
        404,
        {"code": "404", "message": "Not Found", "data": {}, "error": {"error": "Not Found"}},
    ),
    "METHOD_NOT_ALLOWED": (
        405,
        {
            "code": "405",
            "message": "Method Not Allowed",
            "data": {},
            "error": {"error": "Method Not Allowed"},
        },
    ),
    "BODY_TOO_LARGE": (
        413,
        {
            "code": "413",
            "message": "Payload Too Large",
            "data": {},
            "error": {"payload": "Payload Too Large"},
        },
    ),
}

NXCLOUD: dict[str, Row] = {
    "REQUEST_FAILED": (200, {"code": -1, "message": "Request failed", "data": None}),
    "AUTHENTICATION_ISSUE": (200, {"code": 1000, "message": "Authentication issues", "data": None}),
    "MISSING_COMMON_PARAMETERS": (
        200,
        {"code": 1001, "message": "Missing common parameters", "data": None},
    ),
    "PARAMETER_ERROR": (200, {"code": 1002, "message": "Parameter error", "data": None}),
    "INVALID_SIGNATURE": (200, {"code": 1003, "message": "Invalid signature", "data": None}),
    "TIMESTAMP_EXPIRED": (200, {"code": 1004, "message": "Timestamp has expired", "data": None}),
    "INSUFFICIENT_PERMISSIONS": (
        200,
        {"code": 1005, "message": "Insufficient permissions", "data": None},
    ),
    "PARAMETER_EXCEPTION": (200, {"code": 9000, "message": "Parameter exception", "data": None}),
    "SYSTEM_BUSINESS_ERROR": (
        200,
        {"code": 9001, "message": "System business error", "data": None},
    ),
    "MERCHANT_PHONE_NUMBER_ERROR": (
        200,
        {"code": 9002, "message": "Merchant phone number error", "data": None},
    ),
    "NUMBER_NOT_BOUND": (
        200,
        {
            "code": 9006,
            "message": "The WhatsApp number is not bound to any application",
            "data": None,
        },
    ),
    "RATE_LIMIT_EXCEEDED": (429, {"code": 429, "message": "Too Many Requests", "data": None}),
    "NOT_FOUND": (404, {"code": 404, "message": "Not Found", "data": None}),
    "METHOD_NOT_ALLOWED": (405, {"code": 405, "message": "Method Not Allowed", "data": None}),
    "BODY_TOO_LARGE": (413, {"code": 413, "message": "Request Entity Too Large", "data": None}),
}

KIRIM: dict[str, Row] = {
    "INVALID_API_KEY": (
        401,
        {
            "error": {
                "type": "authentication_error",
                "code": "invalid_api_key",
                "message": "Invalid API key provided.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "EXPIRED_API_KEY": (
        401,
        {
            "error": {
                "type": "authentication_error",
                "code": "expired_api_key",
                "message": "This API key has expired.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "RATE_LIMIT_EXCEEDED": (
        429,
        {
            "error": {
                "type": "rate_limit_error",
                "code": "rate_limit_exceeded",
                "message": "Too many requests.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "PHONE_NUMBER_NOT_FOUND": (
        404,
        {
            "error": {
                "type": "not_found",
                "code": "resource_not_found",
                "message": "No WhatsApp number found with this phone_number_id.",
                "param": "phone_number_id",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "PHONE_NUMBER_FORBIDDEN": (
        403,
        {
            "error": {
                "type": "permission_error",
                "code": "phone_number_forbidden",
                "message": "This API key has no access to this phone number.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "ACCOUNT_NOT_CONNECTED": (
        422,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "account_not_connected",
                "message": "This WhatsApp number is not connected.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "INVALID_REQUEST": (
        400,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "invalid_request",
                "message": "The request body must be a JSON object.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "MISSING_REQUIRED_FIELD": (
        400,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "missing_required_field",
                "message": "A required field is missing.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "INVALID_FIELD_VALUE": (
        400,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "invalid_field_value",
                "message": "Only inbound messages can be marked as read.",
                "param": "message_id",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "RESOURCE_NOT_FOUND": (
        404,
        {
            "error": {
                "type": "not_found",
                "code": "resource_not_found",
                "message": "No message found with this message_id.",
                "param": "message_id",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "IDEMPOTENCY_KEY_REUSE": (
        422,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "idempotency_key_reuse",
                "message": "This Idempotency-Key was used with another request body.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "IDEMPOTENCY_CONFLICT": (
        409,
        {
            "error": {
                "type": "conflict",
                "code": "idempotency_conflict",
                "message": "This Idempotency-Key was used with another request body.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "IDEMPOTENCY_IN_PROGRESS": (
        409,
        {
            "error": {
                "type": "conflict",
                "code": "idempotency_in_progress",
                "message": "A request with this Idempotency-Key is still being processed.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "WHATSAPP_UPSTREAM_ERROR": (
        502,
        {
            "error": {
                "type": "api_error",
                "code": "whatsapp_upstream_error",
                "message": "WhatsApp rejected the read receipt.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "INTERNAL_ERROR": (
        500,
        {
            "error": {
                "type": "api_error",
                "code": "internal_error",
                "message": "An internal error occurred. Please try again.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "SERVICE_UNAVAILABLE": (
        503,
        {
            "error": {
                "type": "api_error",
                "code": "service_unavailable",
                "message": "The service is temporarily unavailable.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "NOT_FOUND": (
        404,
        {
            "error": {
                "type": "not_found",
                "code": "resource_not_found",
                "message": "No such route.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "METHOD_NOT_ALLOWED": (
        405,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "method_not_allowed",
                "message": "This method is not allowed here.",
                "request_id": REQUEST_ID,
            }
        },
    ),
    "BODY_TOO_LARGE": (
        413,
        {
            "error": {
                "type": "invalid_request_error",
                "code": "request_too_large",
                "message": "The request body is too large.",
                "request_id": REQUEST_ID,
            }
        },
    ),
}

ERRORS = {"d7": D7, "kaleyra": KALEYRA, "nxcloud": NXCLOUD, "kirim": KIRIM}
PRINTED = {
    "d7": {
        "WHATSAPP_MESSAGE_NOT_EXISTS",
        "WHATSAPP_LOG_NOT_EXISTS",
        "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED",
    },
    "kaleyra": {
        "INCORRECT_CREDENTIALS",
        "PHONE_NUMBER_UNKNOWN",
        "INCORRECT_PAYLOAD",
        "INTERNAL_SERVER_ERROR",
        "LOW_BALANCE",
        "ACCOUNT_TYPE",
        "PHONE_NUMBER_VERSION",
    },
    "nxcloud": {"REQUEST_FAILED"},
    "kirim": {"EXPIRED_API_KEY"},
}
