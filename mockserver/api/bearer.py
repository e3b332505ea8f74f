"""``Authorization: Bearer …``, for the providers that use it."""

from mockserver.api.call import Call
from mockserver.text.secrets import mask_secret

SCHEME = "bearer"


def read_bearer_token(call: Call) -> str | None:
    """The token, None where the header is missing or of another scheme.

    Of a repeated header the first counts: the servers join them by commas, and D7's Go client
    adds one more with every call.
    """
    scheme, _, token = call.header("authorization").partition(",")[0].partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None


def describe_bearer_token(call: Call) -> str:
    """What came instead of a known token, without giving away a credential."""
    if not call.header("authorization"):
        return "no Authorization header"
    token = read_bearer_token(call)
    return "no Bearer token" if token is None else f"the unknown token {mask_secret(token)}"
