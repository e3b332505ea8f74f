"""A user's hooks, handlers and receivers: they see the providers' calls as any other."""

from typing import Any

import flask
import pytest
from werkzeug.exceptions import HTTPException

from mockserver.web.flask_app import App
from tests.calls import CALLS, KIRIM, KIRIM_RECEIPT, WAMID, ValidCall, named
from tests.conftest import NOW, STATE

KIRIM_ENDPOINT = "/v1/{phone_number_id}/messages"


def receipt(client: Any, path: str = KIRIM_RECEIPT.path, **headers: str) -> Any:
    sent = KIRIM | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, headers=sent, data=KIRIM_RECEIPT.body)


def is_read(client: Any) -> bool:
    return client.get(f"{STATE}/messages/{WAMID}").json["read_at"] is not None


# Before


def test_hook_before_a_request_sees_a_call(app: App, client: Any) -> None:
    seen: list[Any] = []
    app.before_request(lambda: seen.append((flask.request.endpoint, flask.request.view_args)))
    assert receipt(client).status_code == 200
    assert seen == [(KIRIM_ENDPOINT, {"phone_number_id": "106540352242922"})]


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_hook_may_read_the_body_before_the_call(app: App, client: Any, call: ValidCall) -> None:
    seen: list[bytes] = []
    app.before_request(lambda: seen.append(flask.request.get_data(cache=False)))
    headers = {**call.headers, **call.signature(now=NOW)}
    answer = client.open(call.path, method=call.method, data=call.body, headers=headers)
    assert (answer.status_code, seen) == (call.success, [call.body])


def test_hook_may_read_a_form_before_the_call(app: App, client: Any) -> None:
    app.before_request(lambda: flask.request.form and None)
    form = KIRIM | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post(KIRIM_RECEIPT.path, headers=form, data=KIRIM_RECEIPT.body)
    assert answer.status_code == 200


def test_hook_may_answer_in_place_of_a_provider(app: App, client: Any) -> None:
    app.before_request(lambda: ("closed", 503))
    answer = receipt(client)
    assert (answer.status_code, answer.text) == (503, "closed")
    app.before_request_funcs.clear()
    assert not is_read(client)


def test_values_of_a_path_may_be_preprocessed(app: App, client: Any) -> None:
    def unmask(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values and values.get("phone_number_id") == "mine":
            values["phone_number_id"] = "106540352242922"

    app.url_value_preprocessor(unmask)
    assert receipt(client, "/v1/mine/messages").status_code == 200


# After


def test_hook_after_a_request_sees_a_response_of_flask(app: App, client: Any) -> None:
    seen: list[flask.Response] = []

    @app.after_request
    def see(response: flask.Response) -> flask.Response:
        seen.append(response)
        return response

    answer = receipt(client)
    [response] = seen
    assert isinstance(response, flask.Response)
    assert (response.status_code, response.json) == (200, answer.json)


@pytest.mark.parametrize("fault", ["", "latency=1", "drip=1000000"])
def test_hook_may_change_an_answer(app: App, client: Any, fault: str) -> None:
    @app.after_request
    def change(response: flask.Response) -> flask.Response:
        response.headers["X-Changed"] = "yes"
        response.data = b"changed"
        return response

    answer = receipt(client, **({"X_Mock_Fault": fault} if fault else {}))
    assert (answer.data, answer.headers["X-Changed"]) == (b"changed", "yes")
    assert answer.headers["Content-Length"] == "7"


def test_hook_may_replace_an_answer(app: App, client: Any) -> None:
    app.after_request(lambda response: flask.Response("gone", 410))
    assert (receipt(client).status_code, receipt(client).text) == (410, "gone")


def test_hook_may_take_the_body_away(app: App, client: Any) -> None:
    @app.after_request
    def empty(response: flask.Response) -> flask.Response:
        response.status_code = 204
        return response

    answer = receipt(client)
    assert (answer.data, answer.headers.get("Content-Length")) == (b"", None)


def test_hooks_after_all_are_told_of_a_call(app: App, client: Any) -> None:
    told: list[Any] = []
    app.teardown_request(lambda error: told.append(("request", error)))
    app.teardown_appcontext(lambda error: told.append(("context", error)))
    assert receipt(client).status_code == 200
    assert told == [("request", None), ("context", None)]


def test_hook_after_all_is_enough_to_be_told(app: App, client: Any) -> None:
    told: list[Any] = []
    app.teardown_appcontext(told.append)
    assert receipt(client).status_code == 200
    assert told == [None]


@pytest.mark.parametrize(
    "name",
    [
        "request_started",
        "request_finished",
        "request_tearing_down",
        "appcontext_pushed",
        "appcontext_popped",
        "appcontext_tearing_down",
    ],
)
def test_receiver_of_a_signal_is_told_of_a_call(app: App, client: Any, name: str) -> None:
    told: list[Any] = []

    def receive(sender: Any, **_: Any) -> None:
        told.append(sender)

    with getattr(flask, name).connected_to(receive, app):
        assert receipt(client).status_code == 200
    assert receipt(client).status_code == 200
    assert told == [app]


def test_hook_of_a_blueprint_is_for_its_own_views(app: App, client: Any) -> None:
    told: list[str] = []
    own = flask.Blueprint("own", __name__)
    own.before_request(lambda: told.append(flask.request.path))
    own.add_url_rule("/own", view_func=lambda: "own")
    app.register_blueprint(own)
    assert (receipt(client).status_code, client.get("/own").text) == (200, "own")
    assert told == ["/own"]


def test_hook_of_a_blueprint_for_the_application_is_for_all(app: App, client: Any) -> None:
    told: list[str] = []
    own = flask.Blueprint("own", __name__)
    own.before_app_request(lambda: told.append(flask.request.path))
    app.register_blueprint(own)
    assert receipt(client).status_code == 200
    assert told == [KIRIM_RECEIPT.path]


def test_bug_in_a_hook_is_500(app: App, client: Any) -> None:
    app.before_request(lambda: {}["nothing"])
    assert receipt(client).status_code == 500


def test_error_after_the_work_leaves_it_done(app: App, client: Any) -> None:
    app.after_request(lambda response: {}["nothing"])
    assert receipt(client).status_code == 500
    app.after_request_funcs.clear()
    assert is_read(client)


# Handlers of errors


@pytest.mark.parametrize("error", [404, HTTPException, Exception], ids=str)
def test_handler_of_errors_gets_unknown_paths(app: App, client: Any, error: Any) -> None:
    app.errorhandler(error)(lambda raised: ("nothing here", 404))
    assert client.get("/nowhere").text == "nothing here"
    assert client.get("/shop/lost").text == "nothing here"


def test_handler_of_errors_may_build_upon_the_servers_own_answer(app: App, client: Any) -> None:
    app.errorhandler(404)(lambda raised: raised.get_response())
    assert client.get("/nowhere").json["error"]["code"] == "not_found"


@pytest.mark.parametrize("error", [404, 401, HTTPException, Exception], ids=str)
def test_handler_of_errors_does_not_get_a_providers_answer(
    app: App, client: Any, error: Any
) -> None:
    app.errorhandler(error)(lambda raised: ("mine", 418))
    assert client.get("/kirim/nowhere").json["error"]["code"] == "resource_not_found"
    assert receipt(client, Authorization="Bearer no").status_code == 401
    assert receipt(client).status_code == 200


def test_handler_of_errors_gets_what_a_view_raises(app: App, client: Any) -> None:
    app.errorhandler(ValueError)(lambda raised: (f"caught: {raised}", 409))
    answer = client.get("/shop/broken")
    assert (answer.status_code, answer.text) == (409, "caught: out of stock")


def test_handler_of_errors_gets_wrong_methods_of_a_users_routes(app: App, client: Any) -> None:
    app.errorhandler(405)(lambda raised: ("no such method", 405))
    assert client.post("/shop/text").text == "no such method"
    assert client.get(KIRIM_RECEIPT.path).json["error"]["code"] == "method_not_allowed"


def test_hosts_are_judged_where_a_user_trusts_some_only(app: App, client: Any) -> None:
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    assert client.get("/shop/text").text == "Halo"
    assert client.get("/shop/text", headers={"Host": "evil.test"}).status_code == 400
    assert receipt(client, Host="evil.test").status_code == 400
