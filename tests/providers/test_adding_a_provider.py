"""The page docs/adding-a-provider.md is true: its provider is installed, served and called."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.commands import started
from tests.conftest import ROOT, Server, Start
from tests.providers.guide import COMMANDS, FILES, NAME, PACKAGE, PAGE, install, write_distribution

MAIN = {"Authorization": f"Bearer {NAME}_00000000main"}
SUSPENDED = {"Authorization": f"Bearer {NAME}_00000000suspended"}
FORMS = {"provider": f"{PACKAGE}:provider", "package": PACKAGE}


@pytest.fixture(scope="module", params=FORMS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages with the page's distribution, by either entry point."""
    source = write_distribution(tmp_path_factory.mktemp("source"))
    points = {NAME: FORMS[request.param]}
    return install(source, tmp_path_factory.mktemp("site"), points)


@pytest.fixture(scope="module")
def shared_acme(start_server: Start, site: Path) -> Server:
    return start_server("--strict-plugins", PYTHONPATH=str(site))


@pytest.fixture
def acme(shared_acme: Server) -> Server:
    """The running server with Acme, in its first state."""
    requests.post(f"{shared_acme.state}/reset", timeout=5).raise_for_status()
    return shared_acme


def call(server: Server, body: Any, **headers: str) -> requests.Response:
    url = f"{server.url}/{NAME}/v1/receipts"
    return requests.post(url, json=body, headers=headers, timeout=5)


def is_read(server: Server, state: str = "") -> bool:
    url = f"{state or server.state}/messages?provider={NAME}"
    messages = requests.get(url, timeout=5).json()["messages"]
    return any(each["read_at"] for each in messages if each["id"] == "msg_01")


def test_receipt_is_answered_as_the_page_says(acme: Server) -> None:
    answer = call(acme, {"message": "msg_01"}, **MAIN)
    assert (answer.status_code, answer.json()) == (200, {"message": "msg_01", "read": True})
    assert is_read(acme)


def test_provider_is_reached_by_its_host(acme: Server) -> None:
    headers = MAIN | {"Host": f"api.{NAME}.example"}
    body = {"message": "msg_01"}
    answer = requests.post(f"{acme.url}/v1/receipts", json=body, headers=headers, timeout=5)
    assert (answer.status_code, answer.json()) == (200, {"message": "msg_01", "read": True})


ANSWERS: dict[str, tuple[int, dict[str, str]]] = {
    "UNKNOWN_TOKEN": (401, {"problem": "unknown_token", "text": "No account has this token."}),
    "ACCOUNT_SUSPENDED": (
        403,
        {"problem": "account_suspended", "text": "This account is suspended."},
    ),
    "INVALID_BODY": (
        422,
        {"problem": "invalid_body", "text": "The body is not as documented."},
    ),
    "UNKNOWN_MESSAGE": (404, {"problem": "unknown_message", "text": "There is no such message."}),
    "SERVICE_FAILED": (500, {"problem": "service_failed", "text": "Something went wrong."}),
    "RATE_LIMIT_EXCEEDED": (
        429,
        {"problem": "too_many_requests", "text": "Too many requests."},
    ),
    "NOT_FOUND": (404, {"problem": "unknown_path", "text": "There is nothing here."}),
    "METHOD_NOT_ALLOWED": (
        405,
        {"problem": "wrong_method", "text": "This method is not allowed here."},
    ),
    "BODY_TOO_LARGE": (413, {"problem": "body_too_large", "text": "The body is too large."}),
}
CAUSES: dict[str, tuple[Any, dict[str, str]]] = {
    "UNKNOWN_TOKEN": ({"message": "msg_01"}, {}),
    "ACCOUNT_SUSPENDED": ({"message": "msg_01"}, SUSPENDED),
    "INVALID_BODY": ([], MAIN),
    "UNKNOWN_MESSAGE": ({"message": "msg_02"}, MAIN),
    "BODY_TOO_LARGE": ({"message": "x" * 1_100_000}, MAIN),
}


@pytest.mark.parametrize("name", CAUSES)
def test_error_is_caused_by_a_call(acme: Server, name: str) -> None:
    body, headers = CAUSES[name]
    answer = call(acme, body, **headers)
    assert (answer.status_code, answer.json()) == ANSWERS[name]
    assert not is_read(acme)


def test_wrong_field_is_named(acme: Server) -> None:
    assert call(acme, {"message": ""}, **MAIN).json()["field"] == "message"


def test_unknown_path_has_the_providers_shape(acme: Server) -> None:
    answer = requests.get(f"{acme.url}/{NAME}/nowhere", timeout=5)
    assert (answer.status_code, answer.json()) == ANSWERS["NOT_FOUND"]


def test_wrong_method_has_the_providers_shape(acme: Server) -> None:
    answer = requests.get(f"{acme.url}/{NAME}/v1/receipts", timeout=5)
    assert (answer.status_code, answer.json()) == ANSWERS["METHOD_NOT_ALLOWED"]
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("name", ANSWERS)
def test_error_is_injected_by_a_rule(acme: Server, name: str) -> None:
    rule = {"match": {"provider": NAME}, "fault": {"type": "error", "error": name}}
    requests.post(f"{acme.state}/faults", json=rule, timeout=5).raise_for_status()
    answer = call(acme, {"message": "msg_01"}, **MAIN)
    assert (answer.status_code, answer.json()) == ANSWERS[name]
    assert not is_read(acme)


def test_errors_written_here_are_all_that_there_are(acme: Server) -> None:
    listed = requests.get(f"{acme.url}/_mock/providers", timeout=5).json()["providers"]
    [described] = [each for each in listed if each["id"] == NAME]
    assert [row["name"] for row in described["errors"]] == [*ANSWERS]
    assert sorted(described["operations"][0]["errors"]) == sorted(ANSWERS)


def test_credential_of_a_made_sandbox_carries_its_code_and_finds_it(acme: Server) -> None:
    made = requests.post(f"{acme.url}/_mock/sandboxes", json={"fixtures": "default"}, timeout=5)
    sandbox = made.json()
    state = f"{acme.url}/_mock/sandboxes/{sandbox['id']}"
    account = sandbox["providers"][NAME]["accounts"][0]
    assert re.fullmatch(f"{NAME}_{sandbox['code']}[a-z0-9]{{16}}", account["token"])
    answer = call(acme, {"message": "msg_01"}, Authorization=f"Bearer {account['token']}")
    assert answer.status_code == 200
    assert (is_read(acme, state), is_read(acme)) == (True, False)
    wrong = call(acme, {}, Authorization=f"Bearer {NAME}_{sandbox['code']}nobody")
    assert (wrong.status_code, wrong.json()) == ANSWERS["UNKNOWN_TOKEN"]
    entries = requests.get(f"{state}/requests", timeout=5).json()["requests"]
    assert [each["error"] for each in entries] == [None, "UNKNOWN_TOKEN"]


def test_pages_commands_answer_as_it_says(acme: Server, site: Path) -> None:
    quiet = 'curl() { command curl -sS -o /dev/null -w "%{http_code}\\n" "$@"; }\n'
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [
            shutil.which("bash") or "bash",
            "-c",
            quiet + COMMANDS.replace("http://127.0.0.1:8080", acme.url),
        ],
        capture_output=True,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(site)},
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.split(), done.stderr) == (["200", "403", "500", "200", "200"], "")
    assert "They answer 200, 403, 500 and 200 again" in PAGE


def test_providers_command_lists_it(site: Path) -> None:
    done = started("providers", PYTHONPATH=str(site))
    assert done.stderr == ""
    assert f"{NAME}  http://127.0.0.1:8080/{NAME}  api.{NAME}.example\n" in done.stdout


def test_banner_has_a_call_to_paste(acme: Server) -> None:
    calls = [each for each in acme.log.read_text().splitlines() if "curl -X" in each]
    [line] = [each for each in calls if f"{acme.url}/{NAME}/v1/receipts" in each]
    assert """-d '{"message":"msg_01"}'""" in line


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".py")])
def test_provider_imports_its_own_the_api_and_marshmallow(name: str) -> None:
    tree = ast.parse(FILES[name])
    modules = {each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    theirs = {each for each in modules if each.split(".")[0] not in sys.stdlib_module_names}
    assert {each for each in theirs if each.split(".")[0] != PACKAGE} <= {
        "mockserver.api",
        "marshmallow",
    }


def test_provider_has_the_files_that_ours_have() -> None:
    ours = {each.name for each in (ROOT / "mockserver" / "providers" / "d7").glob("*.py")}
    assert {Path(name).name for name in FILES if name.endswith(".py")} == ours


def test_pages_code_is_formatted_as_ours(tmp_path: Path) -> None:
    write_distribution(tmp_path)
    ours = f'lint.isort.known-first-party = ["mockserver", "{PACKAGE}"]'
    config = ["--config", str(ROOT / "pyproject.toml"), "--config", ours, "--no-cache"]
    for command in (["check"], ["format", "--check"]):
        ruff = [str(Path(sys.executable).parent / "ruff"), *command, *config, str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stdout


def test_fixture_is_json_that_names_every_condition() -> None:
    accounts = json.loads(FILES[f"{PACKAGE}/{NAME}.json"])["accounts"]
    assert {each.get("condition", "good") for each in accounts} == {"good", "suspended"}


def test_what_is_documented_and_not_built_is_told(acme: Server) -> None:
    at_root = requests.get(f"{acme.url}/v1/receipts/msg_01", headers=MAIN, timeout=5)
    assert "not emulated yet" in at_root.json()["error"]["message"]
    by_prefix = requests.get(f"{acme.url}/{NAME}/v1/receipts/msg_01", headers=MAIN, timeout=5)
    assert (by_prefix.status_code, by_prefix.json()["problem"]) == (404, "unknown_path")


def test_openapi_document_tells_of_it(acme: Server) -> None:
    document = requests.get(f"{acme.url}/_mock/openapi/{NAME}.json", timeout=5).json()
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    told = document["paths"]["/v1/receipts"]["post"]
    [example] = told["requestBody"]["content"]["application/json"]["examples"].values()
    assert example["value"] == {"message": "msg_03"}
    assert "unknown_token" in json.dumps(told["responses"]["401"])
    assert told["security"] == [{"bearer": []}]
