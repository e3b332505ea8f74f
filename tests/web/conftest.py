"""An application with a user's own routes beside the providers, in process and on servers."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from mockserver import create_app
from mockserver.web.flask_app import App
from tests.conftest import ROOT, StillClock
from tests.web.serving import make_app
from tests.web.shop import make_shop


@pytest.fixture
def app(clock: StillClock) -> App:
    app = create_app(clock=clock, seed=1)
    app.register_blueprint(make_shop())
    return app


@pytest.fixture
def client(app: App) -> Any:
    return app.test_client()


@pytest.fixture(scope="package")
def built_in() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.web.serving"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(scope="package")
def foreign() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


@pytest.fixture(params=["built_in", "foreign"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found
