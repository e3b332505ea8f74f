"""``mockserver sandboxes …``, and ``--sandbox`` of the commands that talk to one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import NX_MESSAGE
from tests.commands import Done, run
from tests.conftest import Server
from tests.faults.command import TEA, assert_one_line

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def server(server: Server) -> Iterator[Server]:
    """Without the sandboxes of other tests."""
    yield server
    for sandbox in ids_of(server)[1:]:
        requests.delete(f"{server.url}/_mock/sandboxes/{sandbox}", timeout=5).raise_for_status()


def ids_of(server: Server) -> list[str]:
    found = requests.get(f"{server.url}/_mock/sandboxes", timeout=5).json()["sandboxes"]
    return [each["id"] for each in found]


def ask(server: Server, path: str) -> Any:
    answer = requests.get(f"{server.url}/_mock/sandboxes/{path}", timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sandboxes(server: Server, *arguments: str, **how: Any) -> Done:
    return run("sandboxes", *arguments, "--url", server.url, **how)


def test_create_prints_the_document(server: Server) -> None:
    done = sandboxes(server, "create", "mine")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == ask(server, "mine")


def test_create_without_an_id_takes_what_the_server_makes_up(server: Server) -> None:
    document = json.loads(sandboxes(server, "create").stdout)
    assert ids_of(server) == ["default", document["id"]]


def test_create_takes_all_that_the_server_does(server: Server, tmp_path: Path) -> None:
    numbers = [{"number": "+971500000001", "state": "active"}]
    content = {"accounts": [{"label": "shop", "numbers": numbers}], "conversations": []}
    (tmp_path / "fixtures.json").write_text(json.dumps({"d7": content}))
    (tmp_path / "rules.json").write_text(f"[{TEA}]")
    done = sandboxes(
        server, "create", "mine", "--fixtures", "@fixtures.json", "--seed", "7", "--ttl", "PT1H",
        "--faults", "@rules.json", "--switches", '{"d7": {"read_receipt_body": "text"}}',
        "--credentials", "any", "--scenario", "expired-credentials", cwd=tmp_path,
    )  # fmt: skip
    document = json.loads(done.stdout)
    assert (document["seed"], document["ttl"]) == (7, "PT1H")
    assert [each["label"] for each in document["providers"]["d7"]["accounts"]] == ["shop"]
    assert ask(server, "mine/faults")["faults"][-1]["name"] == "tea"
    snapshot = ask(server, "mine/snapshot")
    assert snapshot["any_credentials"] is True
    assert snapshot["switches"]["d7"] == {"read_receipt_body": "text"}


def test_create_with_the_servers_fixtures(server: Server) -> None:
    sandboxes(server, "create", "mine", "--fixtures", "default")
    assert len(ask(server, "mine/messages")["messages"]) > 100


def test_list_prints_one_a_line_and_what_was_nobodys(server: Server) -> None:
    sandboxes(server, "create", "mine")
    requests.get(f"{server.url}/~00000000/d7", timeout=5)
    done = sandboxes(server, "list")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["default", "mine"]
    assert (done.returncode, done.stderr) == (0, "unattributed: 1\n")


def test_delete_says_nothing(server: Server) -> None:
    sandboxes(server, "create", "mine")
    done = sandboxes(server, "delete", "mine")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ids_of(server) == ["default"]


@pytest.mark.parametrize("told", ["argument", "option", "option before", "variable"])
def test_sandbox_is_told_in_four_ways(server: Server, told: str) -> None:
    sandboxes(server, "create", "mine", "--fixtures", "default")
    body = {"provider": "d7", "from": "+15551234", "id": "hello"}
    requests.post(f"{server.url}/_mock/sandboxes/mine/messages", json=body, timeout=5)
    ways: dict[str, tuple[list[str], dict[str, str]]] = {
        "argument": (["reset", "mine"], {}),
        "option": (["reset", "--sandbox", "mine"], {}),
        "option before": (["--sandbox", "mine", "reset"], {}),
        "variable": (["reset"], {"MOCKSERVER_SANDBOX": "mine"}),
    }
    arguments, variables = ways[told]
    done = sandboxes(server, *arguments, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "hello" not in {each["id"] for each in ask(server, "mine/messages")["messages"]}


def test_what_was_typed_wins_over_the_variable(server: Server) -> None:
    sandboxes(server, "create", "mine")
    run("faults", "add", TEA, "--url", server.url, MOCKSERVER_SANDBOX="mine")
    run(
        "faults", "add", TEA, "--url", server.url, "--sandbox", "default", MOCKSERVER_SANDBOX="mine"
    )
    assert len(ask(server, "mine/faults")["faults"]) == 1
    assert len(ask(server, "default/faults")["faults"]) == 1


def test_snapshot_is_kept_restored_and_downloaded(server: Server, tmp_path: Path) -> None:
    sandboxes(server, "create", "mine")
    kept = sandboxes(server, "snapshot", "mine", "--name", "before")
    assert json.loads(kept.stdout) == {"name": "before"}
    run("faults", "add", TEA, "--url", server.url, "--sandbox", "mine")
    done = sandboxes(server, "restore", "mine", "--name", "before")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ask(server, "mine/faults") == {"faults": []}
    document = sandboxes(server, "snapshot", "mine", "--name", "before", "--download").stdout
    (tmp_path / "snapshot.json").write_text(document)
    before = ask(server, "mine")
    sandboxes(server, "delete", "mine")
    done = sandboxes(server, "create", "mine", "--from-snapshot", str(tmp_path / "snapshot.json"))
    assert json.loads(done.stdout)["providers"] == before["providers"]
    done = sandboxes(server, "create", "copy", "--from-snapshot", "-", given=document)
    assert json.loads(done.stdout)["id"] == "copy"


def test_rules_of_one_sandbox_are_listed_applied_and_cleared(server: Server) -> None:
    sandboxes(server, "create", "mine")
    at = ("--url", server.url, "--sandbox", "mine")
    assert run("faults", "apply", "expired-credentials", *at).returncode == 0
    assert len(run("faults", "list", *at).stdout.splitlines()) == 4
    assert run("faults", "list", "--url", server.url).stdout == ""
    assert run("faults", "clear", *at).returncode == 0
    assert run("faults", "list", *at).stdout == ""
    assert run("faults", "transcript", *at).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["delete", "default"], 1, "default cannot be deleted"),
        (["delete", "nobody"], 1, "no such sandbox: 'nobody'"),
        (["delete", "A b?"], 1, "no such sandbox: 'A b?'"),
        (["delete"], 1, "default cannot be deleted"),
        (["reset", "nobody"], 1, "no such sandbox"),
        (["restore", "--name", "nothing"], 1, "no snapshot is called 'nothing'"),
        (["snapshot", "--name", "a b"], 1, "name: "),
        (["create", "default"], 1, "there is a sandbox 'default' already"),
        (["create", "Upper"], 1, "id: expected 1 to 64"),
        (["create", "--seed", "x"], 2, "--seed"),
        (["create", "--ttl", "soon"], 1, "ttl: "),
        (["create", "--fixtures", "some"], 2, "expected accounts, default or @FILE"),
        (["create", "--fixtures", "@nowhere.json"], 2, "nowhere.json"),
        (["create", "--faults", "{"], 2, "--faults"),
        (["create", "--switches", "[]"], 1, "switches"),
        (["create", "--from-snapshot", "nowhere.json"], 2, "nowhere.json"),
        (["reset", "--sandbox", ""], 2, "--sandbox: expected the id of a sandbox"),
        (["remove", "x"], 2, "remove"),
    ],
)
def test_what_is_wrong_is_one_line(
    server: Server, arguments: list[str], code: int, told: str
) -> None:
    assert_one_line(sandboxes(server, *arguments), code, told)
    assert ids_of(server) == ["default"]


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["create"], ["delete", "x"], ["reset"], ["snapshot"], ["restore"]],
)
def test_no_server_is_one_line(arguments: list[str]) -> None:
    assert_one_line(
        run("sandboxes", *arguments, "--url", NOBODY), 1, f"no server answers at {NOBODY}"
    )


def test_rules_and_scenario_of_the_configuration_are_defaults_alone(
    start_server: Any, tmp_path: Path
) -> None:
    (tmp_path / "mockserver.toml").write_text(
        '[[fault]]\nname = "configured"\nfault = {type = "latency", ms = 1}\n'
    )
    server = start_server(
        "--config", str(tmp_path / "mockserver.toml"), "--scenario", "expired-credentials"
    )
    sandboxes(server, "create", "mine")
    assert len(ask(server, "default/faults")["faults"]) == 5
    assert ask(server, "mine/faults") == {"faults": []}


def test_bounds_are_options_of_the_server(start_server: Any) -> None:
    server = start_server("--max-sandboxes", "1", MOCKSERVER_JOURNAL_MEMORY="1")
    assert sandboxes(server, "create").returncode == 0
    assert_one_line(sandboxes(server, "create"), 1, "--max-sandboxes")


@pytest.mark.parametrize("way", ["by sandbox", "by variable", "by credentials"])
def test_calls_of_a_sandbox_are_signed_with_its_credentials(server: Server, way: str) -> None:
    document = json.loads(sandboxes(server, "create", "--fixtures", "default").stdout)
    nxcloud = document["providers"]["nxcloud"]
    [main] = [each for each in nxcloud["accounts"] if each["label"] == "main"]
    body = json.dumps(
        {
            "business_phone": main["numbers"][-1]["number"],  # that of the page
            "messaging_product": "whatsapp",
            "message_id": NX_MESSAGE,
            "status": "read",
        }
    )
    names = ("access_key", "access_secret")
    options = {
        "by sandbox": ["--sandbox", document["id"], "--url", server.url],
        "by variable": ["--url", server.url],
        "by credentials": [f"--credential={name}={main[name]}" for name in names],
    }
    variables = {"MOCKSERVER_SANDBOX": document["id"]} if way == "by variable" else {}
    signed = run("sign", "nxcloud", "--body", body, *options[way], **variables).stdout.splitlines()
    headers = dict(line.split(": ", 1) for line in signed)
    url = f"{server.url}/api/wa/markMessageAsRead"
    assert requests.post(url, data=body, headers=headers, timeout=5).json()["code"] == 0
    assert ask(server, f"{document['id']}/requests")["requests"][0]["account"] == "main"


def test_sign_for_an_unknown_sandbox_is_one_line(server: Server) -> None:
    done = run("sign", "nxcloud", "--sandbox", "nobody", "--url", server.url)
    assert_one_line(done, 1, "no such sandbox: 'nobody'")
