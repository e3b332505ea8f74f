"""The scenarios, and a client on the wire that lives through them."""

import requests

from tests.calls import BY_PROVIDER, ValidCall
from tests.conftest import ROOT, Server

FIXTURES = ROOT / "fixtures"
PROVIDERS = ("d7", "kaleyra", "nxcloud", "kirim")
KIRIM_CALL = BY_PROVIDER["kirim"]
NAMES = [
    "bad-gateway",
    "expired-credentials",
    "flaky-network",
    "lost-answers",
    "outage-and-recovery",
    "provider-failover",
    "rate-limited",
    "slow-provider",
]


def apply(server: Server, name: str) -> None:
    requests.post(f"{server.state}/scenarios/{name}", timeout=5).raise_for_status()


def attempt(server: Server, call: ValidCall, patience: float = 5) -> str:
    """The status, or what became of the connection."""
    headers = call.headers | call.signature()
    url = f"{server.url}{call.path}"
    try:
        answer = requests.request(
            call.method, url, headers=headers, data=call.body, timeout=patience
        )
    except requests.exceptions.ReadTimeout:
        return "timeout"
    except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return "broken"
    return str(answer.status_code)
