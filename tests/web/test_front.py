"""What stands at the root itself: JSON to programs, a page to browsers, and a user's own before."""

from typing import Any

import pytest
import requests

from mockserver.web.flask_app import App
from tests.calls import BY_PROVIDER
from tests.conftest import STATE, Server

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
TO_PROGRAMS = [
    "", "*/*", "application/json", "application/json, text/plain, */*", "text/html;q=0.5,*/*",
    "application/json,text/html", "text/plain", "text/html;q=0", "text/html," + "a/b," * 1_000,
    "text/html;q=x,;;,=", "\xff",
]  # fmt: skip
TO_BROWSERS = [CHROME, "text/html", "TEXT/HTML, */*;q=0.1", "text/*"]


def get(client: Any, accept: str | None = None, **options: Any) -> Any:
    headers = {} if accept is None else {"Accept": accept}
    return client.get("/", headers=headers | options)


@pytest.mark.parametrize("accept", [None, *TO_PROGRAMS])
def test_programs_are_told_what_this_is(client: Any, accept: str | None) -> None:
    answer = get(client, accept)
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    told = answer.json
    assert (told["name"], told["version"]) == ("mockserver", "0.1.0")
    assert "KirimChat" in told["what"]
    assert told["providers"]["kirim"] == "http://localhost/kirim"
    assert told["pages"]["administration"] == f"http://localhost{STATE}"


@pytest.mark.parametrize("accept", TO_BROWSERS)
def test_browser_gets_a_page(client: Any, accept: str) -> None:
    answer = get(client, accept)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert f'<a href="{STATE}">' in answer.text


def test_answer_says_what_it_depends_on_and_is_kept_nowhere(client: Any) -> None:
    for accept in ("*/*", CHROME):
        headers = get(client, accept).headers
        assert (headers["Vary"], headers["Cache-Control"]) == ("Accept", "no-store")
        assert headers["X-Mock-Request-Id"].startswith("req_")


def test_nothing_of_the_request_stands_in_the_page(client: Any) -> None:
    answer = get(client, CHROME, Host='"><script>alert(1)</script>')
    assert "alert" not in answer.text


@pytest.mark.parametrize("accept", ["*/*", CHROME])
def test_every_page_that_is_named_is_there(server: Server, accept: str) -> None:
    told = requests.get(server.url, timeout=5).json()
    assert requests.head(f"{server.url}/", headers={"Accept": accept}, timeout=5).status_code == 200
    for page in told["pages"].values():
        assert requests.get(page, timeout=5).status_code == 200


def test_root_is_no_call_of_the_journal(client: Any) -> None:
    before = client.get(f"{STATE}/requests").json
    assert get(client).status_code == get(client, CHROME).status_code == 200
    assert client.get(f"{STATE}/requests").json == before


def test_other_methods_and_paths_with_a_code_stay_unknown(client: Any) -> None:
    assert client.post("/").json["error"]["code"] == "not_found"
    assert client.get("/~12345678/").json["error"]["code"] == "sandbox_not_found"


@pytest.mark.parametrize("call", BY_PROVIDER.values(), ids=BY_PROVIDER)
def test_root_of_a_provider_is_the_providers(client: Any, call: Any) -> None:
    by_host = get(client, CHROME, Host=call.host)
    by_prefix = client.get(f"/{call.provider}/")
    assert by_host.status_code == by_prefix.status_code == 404
    assert by_host.json.keys() == by_prefix.json.keys()


@pytest.mark.parametrize("accept", ["*/*", CHROME])
def test_users_own_root_wins(app: App, client: Any, accept: str) -> None:
    app.add_url_rule("/", view_func=lambda: "mine")
    assert get(client, accept).text == "mine"


def test_hook_of_a_user_sees_the_root(app: App, client: Any) -> None:
    app.before_request(lambda: None)
    assert get(client).json["name"] == "mockserver"
