"""A program of a user's: the providers with a blueprint and a hook, on the built-in server."""

from typing import Any

import flask

from mockserver import create_app
from mockserver.config import url_of
from mockserver.web.flask_app import App
from mockserver.web.request import limit_body
from mockserver.wire.run import address_of, listen, run
from tests.web.shop import make_shop


def make_app() -> App:
    app = create_app()
    app.register_blueprint(make_shop())

    @app.after_request
    def hook(response: flask.Response) -> flask.Response:
        response.headers["X-Hook"] = "passed"
        if flask.request.args.get("change"):
            response.data = b"changed by the hook"
        return response

    inner = app.wsgi_app

    def middleware(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/written":
            return inner(environ, start_response)
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"one ")
        return [b"two"]

    app.wsgi_app = middleware  # type: ignore[method-assign]
    return app


if __name__ == "__main__":
    listener = listen("127.0.0.1", 0)
    url = url_of(*address_of(listener))
    run(
        make_app(),
        listener,
        lambda: print(url, flush=True),
        limit_body=limit_body,
    )
