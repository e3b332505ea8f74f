"""Why a TLS handshake failed, and what is said about it."""

import ssl

DISTRUST = (
    "if it does not trust this server's CA: mockserver exec -- COMMAND runs it so that it does, "
    "and mockserver ca trust-help tells how else"
)
SPOKEN = "TLS 1.2 and 1.3 are spoken here and, to whoever does not begin with TLS, HTTP"
RULE = "that is what the rule is for: GET …/faults shows it"


def tell_failure(error: ssl.SSLError) -> tuple[str, str]:
    """The reason and what to do, of what OpenSSL says went wrong."""
    told = (error.reason or "it was broken off").lower().replace("_", " ")
    alert = told.partition(" alert ")[2]
    if alert:
        return f"the client broke off the TLS handshake: {alert}", DISTRUST
    return f"the TLS handshake failed: {told}", SPOKEN
