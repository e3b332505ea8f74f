"""A fifth provider is one module and one fixture, found when its package is installed."""

import json
from pathlib import Path

import pytest
import requests

from mockserver.api import soundness
from mockserver.config import SETTINGS
from tests.calls import BY_PROVIDER
from tests.commands import started
from tests.conftest import Start

PROVIDER = """
from pathlib import Path

from marshmallow import Schema, fields

from mockserver.api import (
    AccountKind, Catalogue, Claim, Done, Operation, Provider, Purpose, Reply, Shape, Spec, Subject,
)


class Error(Catalogue):
    NOT_FOUND = Spec(404, None, "no", when="path", source="test", proof="inferred")
    METHOD_NOT_ALLOWED = Spec(405, None, "no", when="method", source="test", proof="inferred")
    RATE_LIMIT_EXCEEDED = Spec(
        429, None, "no", when="often", source="test", proof="inferred", by_state=False
    )
    BODY_TOO_LARGE = Spec(413, None, "no", when="size", source="test", proof="inferred")


class Answer(Schema):
    fifth = fields.String(required=True)


provider = Provider(
    id="fifth",
    title="Fifth",
    hosts=("api.fifth.test",),
    errors=Error,
    operations=(
        Operation(
            name="mark_as_read",
            purpose=Purpose.MARK_AS_READ,
            method="POST",
            paths=("/v1/{sid}/messages",),
            request=None,
            checks=(),
            handler=lambda exchange: Done(Reply(200, {"fifth": exchange.args["sid"]})),
            answers=(Shape(200, Answer),),
            subject=lambda call, args, account: Subject(),
            sample=lambda account, message: ({"sid": "1"}, None),
            source="test",
        ),
    ),
    shared=(Error.NOT_FOUND, Error.METHOD_NOT_ALLOWED, Error.BODY_TOO_LARGE),
    account=AccountKind(
        credentials=("key",),
        conditions=(),
        states=("on",),
        new_credentials=lambda draw, code: {"key": code + draw.digits(8)},
        new_number=lambda draw, code: {"number": draw.digits(10)},
    ),
    claim=lambda call, args: Claim(call.headers.get("x-fifth-key")),
    envelope=lambda fail, request_id: Reply(fail.row.spec.status, {"fifth": fail.row.name}),
    sign=lambda signing: {},
    new_ids=lambda draw, direction, customer, now: (draw.crockford(), None),
    fixture=Path(__file__).with_suffix(".json"),
)
"""

NOT_EMULATED = PROVIDER.replace("import (", "import (\n    NotEmulated,").replace(
    "    fixture=",
    '    not_emulated=(NotEmulated("send", "POST", "/v1/{sid}/more", "test"),),\n    fixture=',
)


def install(folder: Path, name: str, text: str, point: str = "") -> Path:
    """Put a module there as if its distribution were installed: to be put on the path."""
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps({"accounts": [], "conversations": []}))
    metadata = folder / f"{name}-1.dist-info"
    metadata.mkdir()
    about = f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.2\n"
    (metadata / "METADATA").write_text(about)
    entry = f"[mockserver.providers]\n{name} = {point or name}\n"
    (metadata / "entry_points.txt").write_text(entry)
    return folder


@pytest.fixture(scope="module", params=["fifth", "fifth:provider"])
def plugin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("site"), "fifth", PROVIDER, request.param)


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


UNUSABLE = {
    "an id that exists": (
        PROVIDER.replace('id="fifth"', 'id="d7"'),
        "two providers have the id 'd7'",
    ),
    "the administration's id": (PROVIDER.replace('id="fifth"', 'id="_mock"'), "came '_mock'"),
    "an id in upper case": (PROVIDER.replace('id="fifth"', 'id="Fifth"'), "came 'Fifth'"),
    "an import error": ("import nothing_of_this_name", "ModuleNotFoundError: No module named"),
    "an error of many lines": ("raise ValueError('one\\ntwo')", "ValueError: one two"),
    "a module that ends the program": ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
    "no provider": ("", "came no provider"),
    "another object": ("provider = 5", "came a int"),
    "a catalogue that lacks a row": (
        PROVIDER.replace("    RATE_LIMIT_EXCEEDED", "    OTHER"),
        "its catalogue lacks RATE_LIMIT_EXCEEDED",
    ),
    "errors that are no catalogue": (
        PROVIDER.replace("errors=Error", "errors={}"),
        "errors: expected a class of the kind Catalogue",
    ),
    "a row that is no row": (
        PROVIDER.replace(
            'Spec(404, None, "no", when="path", source="test", proof="inferred")', "5"
        ),
        "errors.NOT_FOUND: no Spec",
    ),
    "an operation that is none": (
        PROVIDER.replace("operations=(", "operations=(5,"),
        "operations: expected each to be Operation, came int",
    ),
    "a check that is none": (
        PROVIDER.replace("checks=()", "checks=(5,)"),
        "mark_as_read.checks: expected each to be Check, came int",
    ),
    "an account that is none": (
        PROVIDER.replace("account=AccountKind(", "account=dict("),
        "account: expected AccountKind, came dict",
    ),
    "a path that is none": (
        PROVIDER.replace('"/v1/{sid}/messages"', '"v1/{sid}/messages"'),
        "expected a path such as /v1/{name}, came 'v1/{sid}/messages'",
    ),
    "a path of the server's own": (
        PROVIDER.replace('"/v1/{sid}/messages"', '"/_mock/{sid}"'),
        "/_mock/{sid} begins as the server's own paths do",
    ),
    "a path under another's prefix": (
        PROVIDER.replace('"/v1/{sid}/messages"', '"/d7/{sid}"'),
        "/d7/{sid} begins as the paths of d7 do",
    ),
    "a path twice": (
        PROVIDER.replace('"/v1/{sid}/messages",', '"/v1/{sid}/messages",' * 2),
        "POST /v1/{sid}/messages is documented twice",
    ),
    "a call that is not emulated, and none": (
        PROVIDER.replace("    fixture=", "    not_emulated=(3,),\n    fixture="),
        "not_emulated: expected each to be NotEmulated, came int",
    ),
    "a path that is none of a call that is not emulated": (
        NOT_EMULATED.replace("/v1/{sid}/more", "/v1/<sid>/more"),
        "send: expected a path such as /v1/{name}, came '/v1/<sid>/more'",
    ),
    "a call that is emulated and is not": (
        NOT_EMULATED.replace("/v1/{sid}/more", "/v1/{sid}/messages"),
        "POST /v1/{sid}/messages is documented twice",
    ),
    "another's host": (
        PROVIDER.replace("api.fifth.test", "api.kirim.chat"),
        "api.kirim.chat is a host of kirim already",
    ),
    "a fixture that is not there": (
        PROVIDER.replace('with_suffix(".json")', 'with_suffix(".none")'),
        "sixth.none is no file",
    ),
    "a setting's name for an id": (
        PROVIDER.replace('id="fifth"', 'id="port"'),
        "the id 'port' is a setting's name",
    ),
    "an id that another's path begins with": (
        PROVIDER.replace('id="fifth"', 'id="v1"').replace('"/v1/', '"/v9/'),
        "the id 'v1' begins a path of kirim: /v1/{phone_number_id}/messages",
    ),
    "a row that nothing causes": (
        PROVIDER.replace("shared=(Error.NOT_FOUND, ", "shared=("),
        "no operation declares NOT_FOUND",
    ),
}


@pytest.mark.sample(12)
@pytest.mark.parametrize(("text", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_provider_is_a_line_and_the_rest_runs(
    tmp_path: Path, text: str, reason: str
) -> None:
    install(tmp_path, "sixth", text)
    done = started("providers", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0
    assert "kirim" in done.stdout
    [line] = done.stderr.splitlines()
    assert line.startswith("mockserver: left out: sixth-plugin 1.2: sixth: ")
    assert reason in line


@pytest.mark.parametrize(
    ("fixture", "reason"), [("{}", "accounts: missing"), ("{", "cannot be read as JSON")]
)
def test_fixture_that_an_installed_provider_brings_is_judged_with_it(
    tmp_path: Path, start_server: Start, fixture: str, reason: str
) -> None:
    (install(tmp_path, "sixth", PROVIDER) / "sixth.json").write_text(fixture)
    server = start_server(PYTHONPATH=str(tmp_path))
    assert BY_PROVIDER["kirim"].send(server.url).status_code == 200
    [line] = [line for line in server.log.read_text().splitlines() if "left out" in line]
    assert "left out: sixth-plugin 1.2: sixth: fixture: " in line
    assert reason in line


def test_every_setting_is_known_to_be_one() -> None:
    assert set(soundness.SETTINGS) == {*(each.name for each in SETTINGS), "fault"}


def test_server_runs_without_an_unusable_provider(start_server: Start, tmp_path: Path) -> None:
    install(tmp_path, "sixth", "provider = 5")
    server = start_server(PYTHONPATH=str(tmp_path))
    assert BY_PROVIDER["kirim"].send(server.url).status_code == 200
    assert "left out: sixth-plugin 1.2: sixth: expected a mockserver.api.Provider" in (
        server.log.read_text()
    )


def test_strict_server_does_not_start_with_an_unusable_provider(tmp_path: Path) -> None:
    install(tmp_path, "sixth", "provider = 5")
    path = {"PYTHONPATH": str(tmp_path)}
    for done in (
        started("serve", "--port", "0", "--strict-plugins", **path),
        started("serve", "--port", "0", MOCKSERVER_STRICT_PLUGINS="1", **path),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        [line] = done.stderr.splitlines()
        assert line.startswith("mockserver: sixth-plugin 1.2: sixth: ")
