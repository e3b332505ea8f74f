"""Who may steer the server: what is refused at the door of /_mock, and what is not."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver import create_app
from tests.calls import BY_PROVIDER, KIRIM_RECEIPT
from tests.commands import run
from tests.conftest import STATE, Server, Start, StillClock
from tests.sockets import raw
from tests.web.wsgi import ask, make_environ
from tests.wire.bad_input.checks import assert_refused

TOKEN = "s3cret-t0ken"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
RULE = '{"fault": {"type": "outage"}}'
GOOD_HOSTS = [
    "localhost", "LocalHost:8080", "localhost.", "localhost.:8080", "localhost:", "app.localhost",
    "a.b.localhost:1", "127.0.0.1", "127.0.0.1:8080", "192.168.1.7:80", "[::1]", "[::1]:8080",
    "[::FFFF:127.0.0.1]", "mockserver", "mock_server:8080", "host.docker.internal:8080",
    "HOST.docker.internal",
]  # fmt: skip
BAD_HOSTS = [
    "evil.example", "evil.example:8080", "evil.example.", "ai.", "app.:8080",
    "localhost.evil.example", "xlocalhost.a",
    "127.0.0.1.evil.example", "1.2.3", "1.2.3.4.5", "127.0.0.1@evil.example", "localhost evil",
    "localhost,evil.example", "localhost/evil.example", "[::1].evil.example", "[evil.example]",
    "[::1", "::1", "[:::]", "localhost:80:80", "localhost:evil", "localhost:999999", ".", "..",
    ".localhost", "http://localhost", "löcalhost", "a" * 300, "docker.internal",
    "x.host.docker.internal", "a.notlocalhost", "",
]  # fmt: skip


def is_guarded(headers: Any) -> bool:
    return all(headers.get(name) == value for name, value in GUARDS.items())


def write_message(client: Any, **headers: str) -> Any:
    """What a page can send without being asked: a simple request of text/plain."""
    body = '{"provider": "kirim", "from": "+628999000111"}'
    return client.post(f"{STATE}/messages", data=body, content_type="text/plain", headers=headers)


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_near_host_is_answered(client: Any, host: str) -> None:
    assert client.get(STATE, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_other_host_is_refused(client: Any, host: str) -> None:
    seen = ask(client.application, make_environ("GET", STATE, HTTP_HOST=host))
    assert seen.status == "403 Forbidden"
    error = json.loads(seen.body)["error"]
    assert (error["code"], "--allowed-hosts" in error["hint"]) == ("host_not_allowed", True)
    assert write_message(client, Host="evil.example").status_code == 403


@pytest.mark.parametrize("call", BY_PROVIDER.values(), ids=BY_PROVIDER)
def test_host_of_a_provider_is_refused_as_any_other(client: Any, call: Any) -> None:
    answer = client.get(STATE, headers={"Host": call.host})
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "host_not_allowed")
    assert client.post(f"/~123{STATE}/reset", headers={"Host": call.host}).status_code == 403


def test_missing_host_is_refused_but_for_whether_the_server_is_well(server: Server) -> None:
    answer = raw(server.url, f"GET {STATE} HTTP/1.0\r\n\r\n".encode())
    assert answer.status == 403
    assert b"without Host" in answer.body
    assert raw(server.url, b"GET /_mock/readyz HTTP/1.0\r\n\r\n").status == 200


def test_allowed_host_is_answered_whatever_its_case_and_port(make_client: Any) -> None:
    client = make_client(allowed_hosts=("Mock.Example.com.", "other.example"))
    for host in ("mock.example.com", "MOCK.example.COM.:99", "other.example", "localhost"):
        assert client.get(STATE, headers={"Host": host}).status_code == 200
    for host in ("example.com", "a.mock.example.com", "mock.example.com.evil.example"):
        assert client.get(STATE, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("LOCALHOST:8080", "http://localhost:8080"),
        ("localhost", "http://localhost"),
        ("localhost:80", "http://localhost"),
        ("[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_own_origin_is_answered(client: Any, host: str, origin: str) -> None:
    own = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    assert write_message(client, Host=host, **own).status_code == 201


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "http://localhost:3000", "http://localhost", "null", "",
        "https://localhost:8080", "http://127.0.0.1:8080", "http://localhost:8080.evil.example",
        "http://localhost:8080, http://evil.example", "http://evil.localhost:8080",
        "localhost:8080",
    ],
)  # fmt: skip
def test_other_origin_is_refused(client: Any, origin: str) -> None:
    before = client.get(f"{STATE}/messages").data
    answer = write_message(client, Host="localhost:8080", Origin=origin)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "origin_not_allowed")
    assert "Origin" in answer.json["error"]["hint"]
    assert client.get(f"{STATE}/messages").data == before


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_request_from_no_other_site_is_answered(client: Any, site: str) -> None:
    assert write_message(client, **{"Sec-Fetch-Site": site}).status_code == 201


@pytest.mark.parametrize("site", ["same-site", "cross-site", "Same-Origin", "", "none, none"])
def test_request_from_another_site_is_refused(client: Any, site: str) -> None:
    answer = write_message(client, **{"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "origin_not_allowed")
    assert client.get(STATE, headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize("path", [STATE, "/_mock", "/_mock/nothing", "/_mock/sandboxes/nobody"])
def test_preflight_is_refused(client: Any, path: str) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}
    answer = client.options(path, headers=asked)
    assert answer.status_code == 403
    assert "Access-Control" not in str(answer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
    ids=lambda headers: "-".join(headers),
)
def test_refusal_over_the_wire_changes_nothing(server: Server, headers: dict[str, str]) -> None:
    sent = {"Content-Type": "text/plain", **headers}
    answer = requests.post(f"{server.state}/faults", data=RULE, headers=sent, timeout=5)
    assert_refused(answer, 403)
    assert is_guarded(answer.headers)
    assert requests.get(f"{server.state}/faults", timeout=5).json() == {"faults": []}


@pytest.mark.parametrize("path", ["livez", "readyz"])
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_whether_it_is_well_is_told_to_everybody(
    make_client: Any, path: str, headers: dict[str, str]
) -> None:
    client = make_client(admin_token=TOKEN)
    answer = client.get(f"/_mock/{path}", headers=headers)
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


def test_providers_are_called_from_anywhere(client: Any) -> None:
    foreign = {"Host": "evil.example", "Origin": "null", "Sec-Fetch-Site": "cross-site"}
    headers = {**KIRIM_RECEIPT.headers, **foreign}
    answer = client.post(KIRIM_RECEIPT.path, data=KIRIM_RECEIPT.body, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_mock/livez", 200),
        ("HEAD", STATE, 200),
        ("POST", f"{STATE}/reset", 204),
        ("GET", "/_mock/nothing", 404),
        ("GET", "/~12345678/_mock/sandboxes", 404),
        ("PATCH", f"{STATE}/faults", 405),
        ("POST", f"{STATE}/faults", 400),
        ("GET", f"{STATE}/faults/transcript", 200),
    ],
)
def test_every_answer_is_guarded(client: Any, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert is_guarded(answer.headers)
    assert answer.headers["X-Mock-Request-Id"].startswith("req_")


class BrokenClock(StillClock):
    broken = False

    def now(self) -> int:
        return super().now() if not self.broken else 1 // 0


def test_bug_in_the_administration_is_guarded_too() -> None:
    clock = BrokenClock()
    client = create_app(clock=clock).test_client()
    clock.broken = True
    answer = write_message(client)
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "mock_bug")
    assert is_guarded(answer.headers)


# The token


@pytest.mark.parametrize(
    "came",
    [
        {},
        {"Authorization": ""},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer {TOKEN}, Bearer {TOKEN}"},
        {"Authorization": "Bearer s\xe9cret"},
        {"X-Authorization": f"Bearer {TOKEN}"},
    ],
    ids=lambda came: str(list(came.values())),
)
def test_without_the_token_it_is_401(make_client: Any, came: dict[str, str]) -> None:
    client = make_client(admin_token=TOKEN)
    answer = client.post(f"{STATE}/reset", headers=came)
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "token_needed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "MOCKSERVER_ADMIN_TOKEN" in answer.json["error"]["hint"]
    assert TOKEN not in answer.text
    assert is_guarded(answer.headers)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_with_the_token_it_is_answered(make_client: Any, scheme: str) -> None:
    client = make_client(admin_token=TOKEN)
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert client.get(STATE, headers=headers).status_code == 200


def test_token_opens_to_no_foreign_page(make_client: Any) -> None:
    client = make_client(admin_token=TOKEN)
    foreign = {**BEARER, "Origin": "https://evil.example"}
    assert client.get(STATE, headers=foreign).status_code == 403


def test_providers_need_no_token(make_client: Any) -> None:
    client = make_client(admin_token=TOKEN)
    call = KIRIM_RECEIPT
    assert client.post(call.path, data=call.body, headers=call.headers).status_code == 200


@pytest.fixture(scope="module")
def guarded(start_server: Start) -> Server:
    """To all machines, by two names more, with a token: all by variables."""
    names = {"MOCKSERVER_ALLOWED_HOSTS": "a.example,B.example"}
    return start_server("--host", "0.0.0.0", MOCKSERVER_ADMIN_TOKEN=TOKEN, **names)


def test_command_line_sends_the_token_of_its_variable(guarded: Server) -> None:
    told = run("faults", "add", RULE, "--url", guarded.url, MOCKSERVER_ADMIN_TOKEN=TOKEN)
    assert (told.returncode, told.stderr) == (0, "")
    refused = run("faults", "list", "--url", guarded.url)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "MOCKSERVER_ADMIN_TOKEN" in refused.stderr
    assert run("health", "--url", guarded.url).stdout == "ready\n"


class Redirecting(http.server.BaseHTTPRequestHandler):
    """Sends whoever comes on to another name of the same server, and remembers what came."""

    seen: list[str | None] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers["Authorization"])
        if len(self.seen) == 1:
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/")
        else:
            self.send_response(404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Not into the tests' output."""


@pytest.fixture
def redirecting() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Redirecting) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_token_is_not_sent_on_where_an_answer_leads(redirecting: str) -> None:
    told = run("faults", "list", "--url", redirecting, MOCKSERVER_ADMIN_TOKEN=TOKEN)
    assert told.returncode == 1
    assert Redirecting.seen == [f"Bearer {TOKEN}", None]


def test_token_is_never_shown(guarded: Server) -> None:
    requests.get(f"{guarded.state}/faults", headers=BEARER, timeout=5).raise_for_status()
    requests.get(f"{guarded.state}/faults", headers={"Authorization": "Bearer no"}, timeout=5)
    assert TOKEN not in guarded.log.read_text()
    assert TOKEN not in run("serve", "--help", MOCKSERVER_ADMIN_TOKEN=TOKEN).stdout


@pytest.mark.parametrize("token", ["s3cret t0ken", "s3crét", "s3cret\n", "s3cret" * 300])
def test_token_that_no_header_can_carry_ends_the_start_unshown(token: str) -> None:
    told = run("serve", "--port", "0", MOCKSERVER_ADMIN_TOKEN=token)
    assert told.returncode == 2
    assert "MOCKSERVER_ADMIN_TOKEN: " in told.stderr
    assert "s3cr" not in told.stderr
    asked = run("faults", "list", "--url", "http://127.0.0.1:1", MOCKSERVER_ADMIN_TOKEN=token)
    assert asked.returncode in (1, 2)
    assert "s3cr" not in asked.stderr


# What the server is started with


@pytest.mark.parametrize(
    "value",
    ["http://mock.example.com", "mock.example.com:8080", "a.example, b.example", " ", "a b", ",",
     "a.example,", "*.example.com", ".example.com", "[::1]", "mock.example.com/", ""],
)  # fmt: skip
def test_wrong_host_name_ends_the_start(value: str) -> None:
    told = run("serve", "--port", "0", "--allowed-hosts", value)
    assert (told.returncode, len(told.stderr.splitlines())) == (2, 1)
    assert "--allowed-hosts: expected names of hosts" in told.stderr
    assert repr(value) in told.stderr


def test_settings_of_the_gate_stand_in_the_file(start_server: Start, tmp_path: Any) -> None:
    file = tmp_path / "mock.toml"
    file.write_text(f'allowed_hosts = ["a.example", "b.example"]\nadmin_token = "{TOKEN}"\n')
    server = start_server("--config", str(file))
    for host, status in (("b.example", 200), ("c.example", 403)):
        headers = {**BEARER, "Host": host}
        assert requests.get(server.state, headers=headers, timeout=5).status_code == status
    assert requests.get(server.state, timeout=5).status_code == 401


def test_names_with_commas_are_several(guarded: Server) -> None:
    for host in ("a.example:80", "b.example"):
        headers = {**BEARER, "Host": host}
        assert requests.get(guarded.state, headers=headers, timeout=5).status_code == 200


def warnings(server: Server) -> list[str]:
    lines = server.log.read_text().splitlines()
    return [line for line in lines if "without --admin-token" in line]


def test_listening_to_other_machines_without_a_token_is_told_in_one_line(
    start_server: Start, shared_server: Server, guarded: Server
) -> None:
    assert len(warnings(start_server("--host", "0.0.0.0"))) == 1
    assert warnings(shared_server) == warnings(guarded) == []
