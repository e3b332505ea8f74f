"""Documents of a data file that their schemas do not take: the start is refused, with the line."""

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.text.mistakes import Mistakes
from tests.calls import D7_MESSAGE
from tests.commands import run
from tests.conftest import StillClock, new_client
from tests.sandbox.worlds import ALL, account_of, make, messages, receipt, show, write

HEADER = b'{"mockserver-data":1}'
KIRIM = ("default", "accounts", "kirim/main")
NUMBER = (*KIRIM, "numbers", 0)
MESSAGE = ("default", "messages/d7", D7_MESSAGE)
SELF = ("q", "sandbox", "self")
CLOCK = ("q", "clock", "own")
JOB = ("q", "jobs", "waits")

Case = tuple[tuple[str | int, ...], Any, str]
"""Where in the documents, what comes there, and what is said of it."""

WRONG: dict[str, Case] = {
    "no credentials": ((*KIRIM, "credentials"), {}, "credentials.api_key: missing"),
    "a credential": (
        (*KIRIM, "credentials"),
        {"api_key": 5},
        "credentials.api_key: expected a text, came 5",
    ),
    "an empty credential": (
        (*KIRIM, "credentials"),
        {"api_key": ""},
        "credentials.api_key: empty",
    ),
    "one too many": ((*KIRIM, "credentials", "token"), "t", "credentials.token: unknown key"),
    "no numbers": ((*KIRIM, "numbers"), [], "numbers: expected at least one, came []"),
    "no names of a number": ((*NUMBER, "ids"), {}, "numbers[0].ids.phone_number_id: missing"),
    "a name of a number": (
        (*NUMBER, "ids", "phone_number_id"),
        5,
        "numbers[0].ids.phone_number_id: expected a text, came 5",
    ),
    "a state": ((*NUMBER, "state"), "x", "numbers[0].state: expected one of connected"),
    "a condition": ((*KIRIM, "condition"), "weird", "condition: expected one of good"),
    "a label": ((*KIRIM, "label"), "x", "label: expected 'main', as in the id 'kirim/main'"),
    "a provider": ((*KIRIM, "provider"), "x", "provider: expected 'kirim', as in the id"),
    "no JSON": ((*MESSAGE, "content"), "notjson", "content: expected JSON as text"),
    "no object": ((*MESSAGE, "content"), "5", "expected an object, came 5"),
    "no text": ((*MESSAGE, "content"), "{}", "content: text.body: missing"),
    "no body": ((*MESSAGE, "content"), '{"body":5}', "text.body: expected a text, came 5"),
    "half a character": ((*MESSAGE, "content"), '{"body":"\\ud800"}', "content: expected JSON"),
    "a large number": (
        (*MESSAGE, "content"),
        f'{{"body":"x","n":{10**30}}}',
        "content: expected a number of at most 64 bits",
    ),
    "no number": ((*MESSAGE, "content"), '{"body":"x","n":NaN}', "content: expected JSON"),
    "a deep content": (
        (*MESSAGE, "content"),
        '{"body":"x","n":%s}' % ("[" * 40 + "]" * 40),
        "content: expected at most 32 levels of JSON",
    ),
    "no contacts": ((*MESSAGE, "type"), "contacts", "content: contacts: expected a list"),
    "a sandbox's id": ((*SELF, "id"), "zz", "id: expected that of the sandbox, came 'zz'"),
    "a code": ((*SELF, "code"), "x", "code: expected 8 digits, came 'x'"),
    "no code": ((*SELF, "code"), None, "code: expected 8 digits, came None"),
    "switches": (
        (*SELF, "switches"),
        {"kirim": 5},
        "switches.kirim: expected switches by name, came 5",
    ),
    "a switch": (
        (*SELF, "switches", "d7", "read_receipt_body"),
        "x",
        "switches.d7.read_receipt_body: expected one of json, text, object, came 'x'",
    ),
    "an unknown switch": ((*SELF, "switches", "d7", "x"), 1, "switches.d7.x: unknown switch"),
    "fixtures": (
        (*SELF, "fixtures"),
        7,
        "fixtures: expected accounts, default or fixtures by provider, came 7",
    ),
    "what was planted": (
        ("default", "sandbox", "planted", "d7"),
        5,
        "d7: expected sums by kind and id, came 5",
    ),
    "what is left of a limit": (
        ("default", "notes", "kirim/main/writes/", "value"),
        5,
        "value: expected what is noted as writes, came 5",
    ),
    "a part of it": (("default", "notes", "kirim/main/writes/", "value", 0), "5", "came ['5', "),
    "an answer": (
        ("default", "notes", "kirim/main/idempotency-key/a/writes/False", "value"),
        {"digest": "x"},
        "value: expected what is noted as idempotency-key, came {'digest': 'x'}",
    ),
    "a failure": (
        ("default", "notes", "kirim/main/idempotency-key/a/writes/True", "value", "error"),
        "x",
        "value: expected what is noted as idempotency-key, came",
    ),
    "a clock's rate": ((*CLOCK, "rate"), 0, "rate: expected a number from 0.001 to 100000, came 0"),
    "a clock's time": ((*CLOCK, "at"), -1, "at: expected a whole number from 0 to"),
    "a job's time": ((*JOB, "due"), "soon", "due: expected a whole number from 0 to"),
    "a job's kind": ((*JOB, "kind"), 5, "kind: expected a text, came 5"),
    "a job's id": ((*JOB, "id"), "x", "id: expected it again, came 'x'"),
    "a kept account": (
        ("q", "snapshots", "n", "tables", "accounts", "kirim/main", "numbers"),
        [],
        "n: tables: accounts: kirim/main: numbers: expected at least one",
    ),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The documents of a data file with two sandboxes, one of them with a snapshot."""
    path = tmp_path_factory.mktemp("data") / "data"
    client = new_client(StillClock(), data=path)
    make(client, id="q")
    client.put(f"{ALL}/q/clock", json={"rate": 60})
    sandbox = client.application.sandboxes.find("q")
    sandbox.change([sandbox.timers.draft("waits", "probe", 10**13)])
    client.post(f"{ALL}/q/snapshot", json={"name": "n"})
    for message_id in (write(client, "default", "kirim"), "x"):
        sent = receipt("kirim", account_of(show(client, "default"), "kirim"), message_id)
        sent.with_headers(Idempotency_Key=f"a/writes/{message_id == 'x'}").by(client)
    client.application.sandboxes.close()
    new_client(StillClock(), data=path).application.sandboxes.close()  # a line for each sandbox
    return [json.loads(line.partition(b"\t")[0]) for line in path.read_bytes().splitlines()[1:]]


@pytest.fixture
def documents(written: Any) -> Any:
    return {
        name: tables for line in json.loads(json.dumps(written)) for name, tables in line.items()
    }


def keep(data: Path, documents: Any, *, with_sums: bool) -> bytes:
    """Write the file, a line for each sandbox: ``default`` is in the second, ``q`` in the third.
    The content.
    """
    lines = [HEADER, *(json.dumps({name: each}).encode() for name, each in documents.items())]
    if with_sums:
        lines = [b"%b\t%08x" % (line, zlib.crc32(line)) for line in lines]
    content = b"\n".join(lines) + b"\n"
    data.write_bytes(content)
    return content


def put_in(documents: Any, path: tuple[str | int, ...], wrong: Any) -> None:
    inner = documents
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = wrong


def refused(start: Callable[..., Any]) -> str:
    with pytest.raises(Mistakes) as raised:
        start()
    [mistake] = raised.value.mistakes
    return str(mistake)


@pytest.mark.parametrize("with_sums", [True, False], ids=["summed", "plain"])
def test_these_documents_are_taken_where_nothing_is_wrong(
    start: Callable[..., Any], data: Path, documents: Any, with_sums: bool
) -> None:
    keep(data, documents, with_sums=with_sums)
    assert messages(start())


@pytest.mark.sample(12)
@pytest.mark.parametrize("with_sums", [True, False], ids=["summed", "plain"])
@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_wrong_document_is_refused_and_the_file_left_as_it_is(
    start: Callable[..., Any], data: Path, documents: Any, case: Case, with_sums: bool
) -> None:
    path, wrong, told = case
    put_in(documents, path, wrong)
    content = keep(data, documents, with_sums=with_sums)
    said = refused(start)
    sandbox, table, document_id = path[:3]
    line = {"default": 2, "q": 3}[str(sandbox)]
    assert f"{data}: line {line}: {sandbox}: {table}: {document_id}: " in said
    assert told in said
    assert len(said.splitlines()) == 1
    assert data.read_bytes() == content


def test_start_on_it_ends_in_one_line_and_exit_code_2(data: Path, documents: Any) -> None:
    put_in(documents, (*KIRIM, "numbers"), [])
    content = keep(data, documents, with_sums=True)
    done = run("serve", "--port", "0", "--data", str(data))
    assert (done.returncode, done.stdout) == (2, "")
    start = f"mockserver: {data}: line 2: default: accounts: kirim/main: numbers: expected"
    assert done.stderr.startswith(start)
    assert len(done.stderr.splitlines()) == 1
    assert data.read_bytes() == content


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("credentials", "api_key"), "credentials.api_key: duplicate"),
        (("numbers", 0, "ids", "phone_number_id"), "ids.phone_number_id: duplicate"),
    ],
)
def test_accounts_must_not_have_what_another_has(
    start: Callable[..., Any], data: Path, documents: Any, path: Any, told: str
) -> None:
    """And no credential is told in full."""
    accounts = documents["default"]["accounts"]
    other = next(each for each in accounts if re.fullmatch("kirim/(?!main$).+", each))
    value: Any = accounts["kirim/main"]
    for step in path:
        value = value[step]
    put_in(accounts[other], path, value)
    keep(data, documents, with_sums=True)
    said = refused(start)
    assert f"default: accounts: {other}: " in said
    assert told in said
    assert "stands at kirim/main: " in said
    assert accounts["kirim/main"]["credentials"]["api_key"] not in said


def test_what_belongs_to_a_provider_that_is_not_there_is_left_alone(
    start: Callable[..., Any], data: Path, documents: Any
) -> None:
    """Such as one that was installed when the file was written."""
    account = {**documents["default"]["accounts"]["kirim/main"], "provider": "gone"}
    documents["default"]["accounts"]["gone/main"] = account
    documents["q"]["sandbox"]["self"]["switches"]["gone"] = {"x": 1}
    keep(data, documents, with_sums=True)
    assert messages(start())


def test_scenario_that_is_gone_is_warned_of(
    start: Callable[..., Any], data: Path, documents: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Its file may be in a folder that this start was not told of: the document is right."""
    documents["q"]["sandbox"]["self"]["scenario"] = "nope"
    keep(data, documents, with_sums=True)
    assert messages(start())
    [told] = [each.getMessage() for each in caplog.records if "scenario" in each.getMessage()]
    assert told.startswith("q cannot be reset: it was made with a scenario that is gone: ")
    assert "nope" in told


def test_line_is_the_one_that_tells_of_the_wrong_field(
    start: Callable[..., Any], data: Path, documents: Any
) -> None:
    """Not a later one, which tells of others."""
    put_in(documents, (*MESSAGE, "content"), "5")
    keep(data, documents, with_sums=False)
    later = json.dumps({"default": [["set", "messages/d7", D7_MESSAGE, {"read_at": 1}]]})
    with data.open("a") as file:
        file.write(f"{later}\n")
    assert "line 2: default: messages/d7: " in refused(start)
    with data.open("a") as file:
        file.write(later.replace('"read_at"', '"content"') + "\n")
    assert "line 5: default: messages/d7: " in refused(start)


CONTENTS = {
    "image": {"id": "1", "sizes": [1, 2.5, None, {"deep": True}]},
    "location": {"latitude": 1.5, "longitude": -2},
    "contacts": [{"name": {"first_name": "x"}}],
    "reaction": {"emoji": "🙏", "message_id": "x"},
    "interactive": {},
}


def test_contents_of_every_kind_are_taken(start: Callable[..., Any]) -> None:
    client = start()
    for kind, content in CONTENTS.items():
        write(client, "default", "d7", id=kind, type=kind, **{kind: content})
    kept = {each["id"]: each for each in messages(start())}
    assert {kind: kept[kind][kind] for kind in CONTENTS} == CONTENTS
