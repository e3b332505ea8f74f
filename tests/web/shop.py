"""A user's blueprint, with a view of each kind that Flask knows."""

from collections.abc import Iterator
from typing import Any

import flask


def make_shop() -> flask.Blueprint:
    shop = flask.Blueprint("shop", __name__, url_prefix="/shop")
    closed: list[str] = []

    @shop.get("/text")
    def text() -> str:
        return "Halo"

    @shop.get("/json")
    def json() -> flask.Response:
        return flask.jsonify(sold=3)

    @shop.get("/object")
    def object() -> dict[str, Any]:
        return {"sold": 3}

    @shop.get("/response")
    def response() -> flask.Response:
        return flask.Response("<p>", 203, {"X-Shop": "open"}, mimetype="text/html")

    @shop.get("/stream")
    def stream() -> Iterator[str]:
        yield from ("one ", "two ", "three")

    @shop.get("/closing")
    def closing() -> flask.Response:
        response = flask.Response(iter(("one ", "two")))
        response.call_on_close(lambda: closed.append("closed"))
        return response

    @shop.get("/closed")
    def tell_closed() -> list[str]:
        return closed

    @shop.get("/tuple")
    def tuple() -> Any:
        return "made", 201, {"X-Shop": "open"}

    @shop.get("/links/<name>")
    def links(name: str) -> list[str]:
        own = flask.url_for(".links", name=name)
        return [own, flask.url_for("shop.text", _external=True)]

    @shop.get("/things/")
    def things() -> str:
        return "things"

    @shop.get("/lost")
    def lost() -> str:
        flask.abort(404)

    @shop.get("/broken")
    def broken() -> str:
        raise ValueError("out of stock")

    @shop.post("/orders")
    def orders() -> Any:
        return {"data": flask.request.get_data(as_text=True), "from": flask.request.remote_addr}

    return shop
