"""What the tests of bad input have in common: how they call, and what they look at afterwards."""

import contextlib
import json
import socket

import requests

from tests.calls import CALLS, ValidCall
from tests.conftest import Server
from tests.sockets import headers_of

FIFTY_MB = 50_000_000
READERS = tuple(call for call in CALLS if call.provider != "d7")  # those that read the body


def send(server: Server, call: ValidCall, body: bytes) -> requests.Response:
    headers = headers_of(call, body)
    url = f"{server.url}{call.path}"
    return requests.request(call.method, url, data=body, headers=headers, timeout=10)


def sent_until_refused(connection: socket.socket, piece: bytes) -> int:
    """How many bytes of 50 MB can be sent before the server ends the connection."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < FIFTY_MB:
            connection.sendall(piece)
            sent += len(piece)
    return sent


def messages(server: Server) -> bytes:
    """All of them as they are answered, to compare."""
    answer = requests.get(f"{server.state}/messages", timeout=10)
    assert answer.status_code == 200
    return answer.content


def assert_own_error(provider: str, status: int, content: bytes) -> None:
    """An error in the provider's own shape."""
    body = json.loads(content)
    if provider == "d7":
        detail = body.pop("detail")
        assert body == {}
        assert isinstance(detail, str) or set(detail) == {"code", "message"}
    elif provider == "kaleyra":
        assert set(body) == {"code", "message", "data", "error"}
    elif provider == "nxcloud":
        assert set(body) == {"code", "message", "data"}
        assert body["code"] != 0
    else:
        assert set(body) == {"error"}
        assert set(body["error"]) - {"param"} == {"type", "code", "message", "request_id"}
    assert status < 500
    assert status >= 400 or provider == "nxcloud"


def assert_refused(answer: requests.Response, *statuses: int) -> None:
    """A refusal of the administration, which says what is wrong and what to do."""
    assert answer.status_code in statuses
    error = answer.json()["error"]
    assert set(error) >= {"code", "message", "hint"}
    assert all(error[key] for key in ("code", "message", "hint"))


def nested(opening: str, closing: str, levels: int) -> str:
    return opening * levels + "1" + closing * levels
