"""The documents are OpenAPI, and tell what the specifications hold."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockserver.admin.desk import Inquiry
from mockserver.admin.openapi import tell_provider
from mockserver.api import Call, Operation, Provider, Reply
from mockserver.app import create_desk
from mockserver.config import Settings
from mockserver.sandbox.clock import SystemClock
from tests.calls import BY_PROVIDER, CALLS, ValidCall, named
from tests.commands import run
from tests.conftest import Server
from tests.derived import EVERY_CALL, PROVIDERS
from tests.openapi.documents import (
    ADMINISTRATION,
    DOCUMENTS,
    Json,
    contents_of,
    fetch,
    list_examples,
    operations_of,
)

MOST_BYTES = 262_144
OF_HTTP = {"content-type", "content-length", "date", "server", "connection", "keep-alive"}
OPERATIONS = [
    pytest.param(provider, operation, id=f"{provider.id}-{operation.name}")
    for provider in PROVIDERS.values()
    for operation in provider.operations
]


def judge(document: Json, schema: Json, value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def document_of(server: Server, provider: str) -> Json:
    return fetch(server.url, f"openapi/{provider}.json")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_openapi_3_1(shared_server: Server, name: str) -> None:
    document = fetch(shared_server.url, name)
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_examples_are_as_their_schemas_say(shared_server: Server, name: str) -> None:
    document = fetch(shared_server.url, name)
    wrong = [
        (where, each)
        for where, content in contents_of(document)
        for example in list_examples(content)
        for each in judge(document, content["schema"], example)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_operations_have_names_of_their_own(shared_server: Server, name: str) -> None:
    operations = [each for _, _, each in operations_of(fetch(shared_server.url, name))]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    assert all(each["summary"] for each in operations)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_small(shared_server: Server, name: str) -> None:
    answer = requests.get(f"{shared_server.url}/_mock/{name}", timeout=10)
    assert 5_000 < len(answer.content) < MOST_BYTES


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS)
def test_operation_stands_at_every_documented_path(
    shared_server: Server, provider: Provider, operation: Operation
) -> None:
    document = document_of(shared_server, provider.id)
    method = operation.method.lower()
    for path in operation.paths:
        told = document["paths"][path][method]
        parameters = {each["name"] for each in told["parameters"] if each["in"] == "path"}
        assert [f"{{{name}}}" in path for name in parameters] == [True] * path.count("{")
        assert operation.source in told["description"]


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS)
def test_every_error_of_an_operation_has_its_example(
    shared_server: Server, provider: Provider, operation: Operation
) -> None:
    document = document_of(shared_server, provider.id)
    responses = document["paths"][operation.paths[0]][operation.method.lower()]["responses"]
    rows = provider.rows_of(operation)
    told = {
        name: example["value"]
        for response in responses.values()
        for content in response["content"].values()
        for name, example in content.get("examples", {}).items()
    }
    assert set(told) == {row.name for row in rows}
    for row in rows:
        content = responses[str(row.spec.status)]["content"]
        assert row.name in next(iter(content.values()))["examples"]
        assert row.spec.example in (None, told[row.name])
        assert row.spec.when in responses[str(row.spec.status)]["description"]


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS)
def test_every_success_has_its_status_and_media_type(
    shared_server: Server, provider: Provider, operation: Operation
) -> None:
    document = document_of(shared_server, provider.id)
    responses = document["paths"][operation.paths[0]][operation.method.lower()]["responses"]
    for shape in operation.answers:
        assert responses[str(shape.status)]["content"][shape.media_type]["schema"]


@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
def test_answer_is_as_the_document_says(server: Server, call: ValidCall) -> None:
    document = document_of(server, call.provider)
    answer = call.send(f"{server.url}/{call.provider}")
    told = document["paths"][call.template][call.method.lower()]["responses"][
        str(answer.status_code)
    ]
    content = told["content"][answer.headers["Content-Type"]]
    assert judge(document, content["schema"], answer.json()) == []
    assert {each.lower() for each in answer.headers} - OF_HTTP <= {
        each.lower() for each in told["headers"]
    }


@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
def test_body_of_a_valid_call_is_as_the_document_says(server: Server, call: ValidCall) -> None:
    document = document_of(server, call.provider)
    told = document["paths"][call.template][call.method.lower()]
    if "requestBody" not in told:
        assert PROVIDERS[call.provider].operation(call.operation).request is None  # type: ignore[union-attr]
        return
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    assert judge(document, schema, call.full) == []
    assert judge(document, schema, {**call.full, "more": 1}) == []
    for name in document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["required"]:
        without = {key: value for key, value in call.full.items() if key != name}
        assert judge(document, schema, without)
        assert judge(document, schema, {**call.full, name: 1})


CREDENTIALS = {
    "d7": {"bearer": {"type": "http", "scheme": "bearer"}},
    "kaleyra": {"api-key": {"type": "apiKey", "in": "header", "name": "api-key"}},
    "kirim": {"bearer": {"type": "http", "scheme": "bearer"}},
    "nxcloud": {
        "accessKey": {"type": "apiKey", "in": "header", "name": "accessKey"},
        "sign": {"type": "apiKey", "in": "header", "name": "sign"},
    },
}


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_credentials_are_the_security_schemes(shared_server: Server, provider: str) -> None:
    document = document_of(shared_server, provider)
    schemes = document["components"]["securitySchemes"]
    for scheme in schemes.values():
        assert scheme.pop("description")
    assert schemes == CREDENTIALS[provider]
    needed: list[Json] = [{name: [] for name in schemes}]
    assert all(each["security"] == needed for _, _, each in operations_of(document))


@pytest.mark.parametrize("call", [each for each in CALLS if each.provider == "nxcloud"], ids=named)
def test_signed_headers_are_parameters(shared_server: Server, call: ValidCall) -> None:
    document = document_of(shared_server, call.provider)
    parameters = document["paths"][call.template]["post"]["parameters"]
    told = {each["name"]: each["required"] for each in parameters if each["in"] == "header"}
    assert told == {"ts": True, "bizType": True, "action": True, "algorithm": False}
    sent = set(call.signature()) - {"accessKey", "sign", "Content-Type"}
    assert sent <= set(told)


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_servers_are_this_one_and_the_real_ones(shared_server: Server, provider: str) -> None:
    urls = [each["url"] for each in document_of(shared_server, provider)["servers"]]
    assert urls[0] == f"{shared_server.url}/{provider}"
    assert urls[1:] == [f"https://{host}" for host in PROVIDERS[provider].hosts]


def test_d7_success_is_written_in_three_ways(shared_server: Server) -> None:
    document = document_of(shared_server, "d7")
    content = document["paths"]["/whatsapp/v2/read-receipt/{message_id}"]["post"]["responses"][
        "200"
    ]["content"]
    done = "Message successfully marked as read"
    assert judge(document, content["application/json"]["schema"], done) == []
    assert judge(document, content["application/json"]["schema"], {"message": done}) == []
    assert judge(document, content["application/json"]["schema"], {"message": "else"})
    assert judge(document, content["text/plain; charset=utf-8"]["schema"], done) == []


def test_object_that_must_be_empty_is_said_to_be(shared_server: Server) -> None:
    schema = {"$ref": "#/components/schemas/Accepted"}
    body = {"code": "WA202", "message": "Request Accepted", "data": {"message_id": "A"}}
    document = document_of(shared_server, "kaleyra")
    assert judge(document, schema, {**body, "error": {}}) == []
    assert judge(document, schema, {**body, "error": {"error": "no"}})


def test_document_is_kept_once_however_the_server_is_called() -> None:
    desk = create_desk(Settings(), PROVIDERS, SystemClock())
    told = []
    for port in range(3):
        call = Call("GET", "", "", {}, base_url=f"http://localhost:{port}")
        told.append(tell_provider(desk, Inquiry(call, {"provider": "kirim"}, None)))
    first, *_, last = [each.body for each in told if isinstance(each, Reply)]
    assert first["servers"] != last["servers"]
    assert first["paths"] is last["paths"]
    assert len(desk.documents) == 1


def test_unknown_provider_is_told_which_there_are(shared_server: Server) -> None:
    answer = requests.get(f"{shared_server.url}/_mock/openapi/kirin.json", timeout=5)
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert error["code"] == "unknown_provider"
    assert error["hint"] == "did you mean kirim? there are d7, kaleyra, kirim, nxcloud"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_foreign_page_reads_a_document(shared_server: Server, name: str) -> None:
    url = f"{shared_server.url}/_mock/{name}"
    foreign = requests.get(url, headers={"Origin": "http://evil.example"}, timeout=5)
    assert foreign.status_code == 403
    assert requests.get(url, headers={"Host": "evil.example"}, timeout=5).status_code == 403


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_made_once_and_tells_whom_it_is_told(server: Server, name: str) -> None:
    """What happens in the server does not change it, and how the server is called only its URL."""
    url = f"{server.url}/_mock/{name}"
    before = requests.get(url, timeout=5).json()
    for call in CALLS:
        call.send(server.url)
    called = requests.get(url, headers={"Host": "localhost:1234"}, timeout=5).json()
    assert called.pop("servers")[0]["url"].startswith("http://localhost:1234")
    assert before.pop("servers")[0]["url"].startswith(server.url)
    assert called == before


def test_no_document_holds_a_secret(server: Server) -> None:
    world = requests.get(server.state, timeout=5).json()
    texts = [requests.get(f"{server.url}/_mock/{name}", timeout=5).text for name in DOCUMENTS]
    for id, provider in world["providers"].items():
        for name in set(PROVIDERS[id].account.credentials) - set(PROVIDERS[id].account.public):
            for account in provider["accounts"]:
                assert all(account[name] not in text for text in texts)


@pytest.mark.parametrize("provider", ["", *PROVIDERS])
def test_command_prints_what_a_server_answers(shared_server: Server, provider: str) -> None:
    done = run("openapi", *filter(None, [provider]), "--url", f"{shared_server.url}/")
    name = f"openapi/{provider}.json" if provider else ADMINISTRATION
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        json.loads(done.stdout)
        == requests.get(f"{shared_server.url}/_mock/{name}", timeout=5).json()
    )


def test_command_refuses_an_unknown_provider() -> None:
    done = run("openapi", "kirin")
    assert done.returncode == 2
    assert done.stderr.startswith("mockserver: no such provider: 'kirin'; did you mean kirim?")
    assert done.stdout == ""


def test_command_tells_what_is_wrong_with_the_fixtures(tmp_path: Path) -> None:
    done = run("openapi", "kirim", "--fixtures", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "d7.json: missing" in done.stderr
    assert done.stderr.count("\n") == 1


MADE_WITH = ("apispec", "mockserver.openapi.", "mockserver.admin.shapes")


def test_start_loads_nothing_that_makes_documents() -> None:
    loaded = (
        "import sys, mockserver.cli.serve, mockserver; mockserver.create_app(); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert "mockserver.admin.routes" in done.stdout.split()
    assert [each for each in done.stdout.split() if each.startswith(MADE_WITH)] == []
