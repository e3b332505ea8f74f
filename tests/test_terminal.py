"""Nothing that steers a terminal, or turns around what it shows, gets there as it came."""

import ast
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7_RECEIPT
from tests.commands import Done, run
from tests.conftest import ROOT, Server, Start
from tests.sockets import raw
from tests.test_architecture import MODULES, module_name, tree_of

FORBIDDEN = [
    *map(chr, range(0x80, 0xA0)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    *"\u200e\u200f\u061c\u2028\u2029\x7f\x1b\r\b\x00",
]
NAME = f"a{''.join(FORBIDDEN)}b\u00e9\u4e16"
IN_A_PATH = NAME.replace("\0", "")


def assert_clean(*texts: str) -> None:
    for text in texts:
        assert [hex(ord(each)) for each in FORBIDDEN if each in text] == []


def command(server: Server, *arguments: str, code: int = 0) -> Done:
    done = run(*arguments, "--url", server.url)
    assert done.returncode == code, done.stderr
    assert_clean(done.stdout, done.stderr)
    return done


def test_rules_are_printed_as_valid_json(server: Server) -> None:
    rule = {"name": NAME, "fault": {"type": "status", "status": 500, "body": NAME}}
    added = json.loads(command(server, "faults", "add", json.dumps(rule)).stdout)
    listed = json.loads(command(server, "faults", "list").stdout)
    for each in (added, listed):
        assert (each["name"], each["fault"]["body"]) == (NAME, NAME)


def test_transcript_is_printed_as_valid_json(server: Server) -> None:
    fault = {"type": "status", "status": 500, "body": NAME}
    requests.post(f"{server.state}/faults", json={"fault": fault}, timeout=5)
    D7_RECEIPT.send(server.url)
    line = json.loads(command(server, "faults", "transcript").stdout)
    assert line["fault"]["body"] == NAME


@pytest.mark.parametrize(
    "arguments",
    [
        ("faults", "add", json.dumps({NAME: 1, "fault": {"type": NAME}})),
        ("faults", "apply", IN_A_PATH),
        ("faults", "remove", IN_A_PATH),
        ("faults", "list", "--sandbox", IN_A_PATH),
        ("sandboxes", "create", IN_A_PATH),
        ("sandboxes", "restore", "--name", IN_A_PATH),
        ("sandboxes", "snapshot", "default", "--download", "--name", IN_A_PATH),
    ],
)
def test_refusals_are_printed_clean(server: Server, arguments: tuple[str, ...]) -> None:
    command(server, *arguments, code=1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("faults", IN_A_PATH),
        ("faults", "add", f"@{IN_A_PATH}"),
        ("faults", "list", "--url", IN_A_PATH),
        ("sign", IN_A_PATH),
        ("serve", f"--{IN_A_PATH}"),
        ("serve", "--port", IN_A_PATH),
        ("serve", "--host", IN_A_PATH, "--port", "0"),
    ],
)
def test_what_was_typed_is_printed_clean(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode in (1, 2)
    assert_clean(done.stdout, done.stderr)


def test_mistakes_in_files_are_printed_clean(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "fixtures", tmp_path / IN_A_PATH))
    (folder / "d7.json").write_text(json.dumps({NAME: 1}), encoding="utf-8")
    (folder / "scenarios" / "mine.toml").write_text(
        f"description = 'x'\n[[rule]]\nname = {json.dumps(NAME)}\n{json.dumps(NAME)} = 1\n"
    )
    done = run("validate", "--fixtures", str(folder), cwd=tmp_path)
    assert done.returncode == 2
    assert "\\u009b" in done.stdout
    assert_clean(done.stdout, done.stderr)


def test_calls_are_logged_clean(server: Server) -> None:
    """Octets of a header are characters of Latin-1, the second half of whose controls are C1."""
    asked = f"X-Mock-Fault: latency=1;{''.join(FORBIDDEN[:32])}31m=2".encode("latin-1")
    head = f"POST {D7_RECEIPT.path} HTTP/1.1\r\nHost: localhost\r\n".encode()
    assert raw(server.url, head + asked + b"\r\n\r\n").status == 400
    logged = server.log.read_bytes().decode()
    assert "31m: unknown key" in logged
    assert_clean(logged)


def test_warnings_are_logged_clean(start_server: Start) -> None:
    logged = start_server(**{f"MOCKSERVER_{IN_A_PATH}": "1"}).log.read_bytes().decode()
    assert "MOCKSERVER_a\\u0080\\u0081" in logged
    assert_clean(logged)


def test_banner_is_printed_clean(start_server: Start, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures"))
    content: dict[str, Any] = json.loads((folder / "d7.json").read_text(encoding="utf-8"))
    for account in content["accounts"]:
        account["label"] += NAME
    for each in (*content["conversations"], *content["reports"]):
        each["account"] += NAME
    (folder / "d7.json").write_text(json.dumps(content), encoding="utf-8")
    logged = start_server("--fixtures", str(folder)).log.read_bytes().decode()
    assert "maina\\u0080\\u0081" in logged
    assert_clean(logged)


def test_command_line_has_one_way_out_and_the_client_another() -> None:
    printing = [
        module_name(path)
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("click.echo", "click.secho", "print", "sys.stdout.write")
    ]
    assert printing == ["mockserver.cli.base", "mockserver.client.watching"]
