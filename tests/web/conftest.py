"""An application with a user's own routes beside the providers."""

from typing import Any

import pytest

from mockserver import create_app
from mockserver.web.app import App
from tests.conftest import StillClock
from tests.web.shop import make_shop


@pytest.fixture
def app(clock: StillClock) -> App:
    app = create_app(clock=clock, seed=1)
    app.register_blueprint(make_shop())
    return app


@pytest.fixture
def client(app: App) -> Any:
    return app.test_client()
