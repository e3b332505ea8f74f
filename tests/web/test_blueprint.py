"""A user's blueprint beside the providers: as in any other Flask application."""

from typing import Any

import flask
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import Rule
from werkzeug.test import Client

from mockserver.web.flask_app import App
from mockserver.web.request import BODY_LIMIT
from tests.calls import CALLS, D7, D7_REPORT, KIRIM, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import NOW, STATE


def send(client: Any, call: ValidCall, prefix: str = "") -> Any:
    headers = {**call.headers, **call.signature(now=NOW)}
    return client.open(f"{prefix}{call.path}", method=call.method, data=call.body, headers=headers)


@pytest.mark.parametrize(
    ("path", "status", "media_type", "text"),
    [
        ("text", 200, "text/html", "Halo"),
        ("json", 200, "application/json", '{"sold":3}\n'),
        ("object", 200, "application/json", '{"sold":3}\n'),
        ("response", 203, "text/html", "<p>"),
        ("stream", 200, "text/html", "one two three"),
        ("tuple", 201, "text/html", "made"),
    ],
)
def test_view_answers_as_in_any_application(
    client: Any, path: str, status: int, media_type: str, text: str
) -> None:
    answer = client.get(f"/shop/{path}")
    assert (answer.status_code, answer.mimetype, answer.text) == (status, media_type, text)
    assert "X-Mock-Request-Id" not in answer.headers


@pytest.mark.parametrize("path", ["response", "tuple"])
def test_headers_of_a_view_are_sent(client: Any, path: str) -> None:
    assert client.get(f"/shop/{path}").headers["X-Shop"] == "open"


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_providers_answer_beside_a_blueprint(client: Any, call: ValidCall) -> None:
    assert send(client, call).status_code == call.success


def test_view_is_no_entry_of_the_journal(client: Any) -> None:
    client.get("/shop/text")
    assert client.get(f"{STATE}/requests").json["requests"] == []


def test_url_for_knows_the_own_routes(client: Any) -> None:
    links = client.get("/shop/links/a b", headers={"Host": "shop.test:81"}).json
    assert links == ["/shop/links/a%20b", "http://shop.test:81/shop/text"]


def test_url_for_stays_under_the_prefix_of_a_sandbox(client: Any) -> None:
    code = client.post("/_mock/sandboxes").json["code"]
    links = client.get(f"/~{code}/shop/links/a").json
    assert links == [f"/~{code}/shop/links/a", f"http://localhost/~{code}/shop/text"]


def test_wrong_method_is_405(client: Any) -> None:
    answer = client.post("/shop/text")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS"}


def test_options_are_answered_by_flask(client: Any) -> None:
    assert set(client.options("/shop/text").allow) == {"GET", "HEAD", "OPTIONS"}


def test_abort_is_the_plain_page(client: Any) -> None:
    answer = client.get("/shop/lost")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_unknown_path_beside_a_blueprint_names_the_nearest_routes(client: Any) -> None:
    error = client.get("/shop/nowhere").json["error"]
    assert (error["code"], len(error["nearest"])) == ("not_found", 3)


def test_bug_in_a_view_is_500(client: Any) -> None:
    assert client.get("/shop/broken").status_code == 500


def test_slash_is_added_by_a_redirect(client: Any) -> None:
    answer = client.get("/shop/things?a=b")
    assert (answer.status_code, answer.location) == (308, "http://localhost/shop/things/?a=b")
    assert client.get("/shop/things", follow_redirects=True).text == "things"


def test_slashes_are_merged_by_a_redirect(client: Any) -> None:
    assert client.get("/shop//text").location == "http://localhost/shop/text"


def test_slashes_of_a_provider_are_not_merged(client: Any) -> None:
    assert client.post("/kirim/v1//1/messages").status_code == 404
    assert client.post("/v1//1/messages").json["error"]["code"] == "not_found"


def test_body_reaches_a_view(client: Any) -> None:
    assert client.post("/shop/orders", data="3 pairs").json["data"] == "3 pairs"


def test_body_that_is_too_large_is_413(client: Any) -> None:
    assert client.post("/shop/orders", data=bytes(BODY_LIMIT + 1)).status_code == 413


def test_route_may_stand_within_a_providers_prefix(app: App, client: Any) -> None:
    app.add_url_rule("/kirim/hello", view_func=lambda: "mine")
    assert client.get("/kirim/hello").text == "mine"
    assert send(client, KIRIM_RECEIPT, "/kirim").status_code == 200


def test_route_is_known_at_once_when_added_after_calls(app: App, client: Any) -> None:
    assert client.get("/late").status_code == 404
    assert send(client, D7_REPORT).status_code == 200
    app.add_url_rule("/late", view_func=lambda: "there")
    assert client.get("/late").text == "there"


def test_rule_is_known_at_once_when_added_to_the_routing_table(app: App, client: Any) -> None:
    assert client.get("/kirim/late").status_code == 404
    app.url_map.add(Rule("/kirim/late", endpoint="late"))
    app.endpoint("late")(lambda: "there")
    assert client.get("/kirim/late").text == "there"


def test_context_of_a_test_request_knows_the_routes(app: App) -> None:
    with app.test_request_context("/shop/links/a", headers=D7):
        assert flask.request.endpoint == "shop.links"
        assert flask.url_for("shop.text") == "/shop/text"


def test_view_of_a_provider_works_in_the_context_of_a_test_request(app: App) -> None:
    request = app.test_request_context(D7_REPORT.path, headers=D7)
    with request:
        response = app.full_dispatch_request()
    assert response.status_code == 200


def test_client_may_look_at_the_request_of_a_call(client: Any) -> None:
    with client:
        client.post(KIRIM_RECEIPT.path, data=KIRIM_RECEIPT.body, headers=KIRIM)
        assert flask.request.path == KIRIM_RECEIPT.path


def test_middleware_sees_every_answer(app: App, client: Any) -> None:
    inner, seen = app.wsgi_app, []

    def middleware(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: Any, *more: Any) -> Any:
            seen.append(status)
            return start_response(status, [*headers, ("X-Seen", "yes")], *more)

        return inner(environ, start)

    app.wsgi_app = middleware  # type: ignore[method-assign]
    assert send(client, D7_REPORT).headers["X-Seen"] == "yes"
    assert client.get("/shop/text").headers["X-Seen"] == "yes"
    assert seen == ["200 OK", "200 OK"]


def test_application_may_be_mounted_in_another(app: App) -> None:
    client = Client(DispatcherMiddleware(flask.Flask("outer"), {"/mock": app}))
    assert send(client, KIRIM_RECEIPT, "/mock/kirim").status_code == 200
    links = client.get("/mock/shop/links/a").json
    assert links == ["/mock/shop/links/a", "http://localhost/mock/shop/text"]


def test_class_of_responses_may_be_a_users_own(app: App, client: Any) -> None:
    class Own(flask.Response):
        default_mimetype = "text/plain"

    app.response_class = Own
    assert client.get("/shop/text").mimetype == "text/plain"
    assert send(client, KIRIM_RECEIPT).mimetype == "application/json"
