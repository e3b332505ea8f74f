"""A fifth provider is one module and one fixture, found when its package is installed."""

import json
from pathlib import Path

import pytest
import requests

from tests.calls import BY_PROVIDER
from tests.commands import started
from tests.conftest import Start

PROVIDER = """
from pathlib import Path

from mockserver.core.account import AccountKind
from mockserver.core.call import Reply
from mockserver.core.errors import Catalogue, Spec
from mockserver.core.provider import Operation, Provider, Subject


class Error(Catalogue):
    NOT_FOUND = Spec(404, None, "no", when="path", source="test", proof="inferred")
    METHOD_NOT_ALLOWED = Spec(405, None, "no", when="method", source="test", proof="inferred")
    RATE_LIMIT_EXCEEDED = Spec(429, None, "no", when="often", source="test", proof="inferred")
    BODY_TOO_LARGE = Spec(413, None, "no", when="size", source="test", proof="inferred")


provider = Provider(
    id="fifth",
    title="Fifth",
    hosts=("api.fifth.test",),
    errors=Error,
    operations=(
        Operation(
            name="send",
            method="POST",
            paths=("/v1/{sid}/messages",),
            checks=(),
            handler=lambda exchange: Reply(200, {"fifth": exchange.call.args["sid"]}),
            success=200,
            errors=tuple(Error),
            subject=lambda exchange: Subject(),
            source="test",
        ),
    ),
    account=AccountKind(credentials=("key",), conditions=(), states=("on",)),
    claim=lambda call: call.headers.get("x-fifth-key"),
    envelope=lambda fail, call: Reply(fail.row.spec.status, {"fifth": fail.row.name}),
    sign=lambda signing: {},
    new_ids=lambda ids, direction, customer, now: (ids.crockford(), None),
    sample=lambda account, message: ({"sid": "1"}, None),
    fixture=Path(__file__).with_suffix(".json"),
)
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on the path with the provider, as if its distribution were installed there."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "fifth.py").write_text(PROVIDER, encoding="utf-8")
    (folder / "fifth.json").write_text(json.dumps({"accounts": [], "conversations": []}))
    metadata = folder / "fifth-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: fifth\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[mockserver.providers]\nfifth = fifth\n")
    return folder


@pytest.fixture(scope="module")
def url(start_server: Start, plugin: Path) -> str:
    return start_server(PYTHONPATH=str(plugin)).url


def test_installed_provider_is_served(url: str) -> None:
    answer = requests.post(f"{url}/fifth/v1/7/messages", timeout=5)
    assert (answer.status_code, answer.json()) == (200, {"fifth": "7"})
    by_host = requests.post(f"{url}/v1/7/messages", headers={"Host": "api.fifth.test"}, timeout=5)
    assert by_host.json() == {"fifth": "7"}


def test_shared_path_belongs_to_the_provider_whose_credential_comes(url: str) -> None:
    """The fifth documents a path that differs from KirimChat's in the placeholder's name only."""
    ours = requests.post(f"{url}/v1/7/messages", headers={"X-Fifth-Key": "k"}, timeout=5)
    assert ours.json() == {"fifth": "7"}
    theirs = BY_PROVIDER["kirim"].send(url)
    assert theirs.json()["data"]["object"] == "message"


def test_two_providers_of_one_id_are_refused(plugin: Path, tmp_path: Path) -> None:
    text = (plugin / "fifth.py").read_text(encoding="utf-8").replace('id="fifth"', 'id="d7"')
    (tmp_path / "sixth.py").write_text(text, encoding="utf-8")
    metadata = tmp_path / "sixth-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: sixth\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[mockserver.providers]\nsixth = sixth\n")
    done = started("providers", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "two providers have the id 'd7'" in done.stderr
