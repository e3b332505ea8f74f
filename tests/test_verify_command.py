"""``mockserver verify FILE``: a table, JUnit XML, and the exit code."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.calls import KIRIM_KEY, KIRIM_RECEIPT
from tests.commands import Done, run
from tests.conftest import Server
from tests.docs.pages import blocks
from tests.faults.command import assert_one_line

GOOD = """
[[expectation]]
name = "marked as read"
match = {provider = "kirim", operation = "mark_as_read", status = 200}
count.exactly = 1

[[expectation]]
match.error = "LOW_BALANCE"
never = true
"""
BAD = """
[[expectation]]
name = "typing"
match = {provider = "kirim", body = {"/typing_indicator/type" = "text"}}
within = "PT0.1S"
"""


def verify(server: Server, folder: Path, text: str, *arguments: str) -> Done:
    (folder / "calls.toml").write_text(text, encoding="utf-8")
    return run("verify", "calls.toml", *arguments, "--url", server.url, cwd=folder)


@pytest.fixture
def called(server: Server) -> Server:
    KIRIM_RECEIPT.send(server.url)
    return server


def test_all_that_hold_is_0(called: Server, tmp_path: Path) -> None:
    done = verify(called, tmp_path, GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "result  expectation     calls",
        "ok      marked as read  1",
        "ok      expectation[1]  0",
    ]


def test_name_of_two_lines_is_one_of_the_table(called: Server, tmp_path: Path) -> None:
    done = verify(called, tmp_path, GOOD.replace("marked as", "marked\\nas"))
    assert "ok      marked as read  1" in done.stdout.splitlines()


def test_one_that_fails_is_1_and_told_why(called: Server, tmp_path: Path) -> None:
    done = verify(called, tmp_path, GOOD + BAD)
    assert (done.returncode, done.stderr) == (1, "")
    assert "FAILED  typing" in done.stdout
    assert "expected at least 1 call with provider" in done.stdout
    assert "body/typing_indicator/type expected 'text', came nothing" in done.stdout


def test_order_is_that_of_the_tables(called: Server, tmp_path: Path) -> None:
    tables = '[[expectation]]\nmatch.provider = "kirim"\n[[expectation]]\nmatch.status = 200\n'
    assert verify(called, tmp_path, tables).returncode == 0
    done = verify(called, tmp_path, f"order = true\n{tables}")
    assert done.returncode == 1
    assert "had to come after" in done.stdout


def test_junit_is_what_was_printed(called: Server, tmp_path: Path) -> None:
    done = verify(called, tmp_path, GOOD + BAD, "--junit", "junit.xml")
    assert done.returncode == 1
    [suite] = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "calls.toml", "3", "1",
    )  # fmt: skip
    assert [case.get("name") for case in suite] == ["marked as read", "expectation[1]", "typing"]
    [failure] = suite.iter("failure")
    assert (failure.get("message") or "") in done.stdout
    assert (failure.text or "").startswith(failure.get("message") or "?")


def test_junit_is_well_formed_whatever_the_texts_hold(server: Server, tmp_path: Path) -> None:
    nasty = "\x01\x0b\x1b[2J\x85\uffff\u202e]]>&<\"'"
    body: dict[str, Any] = {"status": nasty, "message_id": "x"}
    url = f"{server.url}{KIRIM_RECEIPT.path}"
    requests.post(url, json=body, headers=KIRIM_RECEIPT.headers, timeout=5)
    escaped = nasty.encode("unicode-escape").decode().replace("\\x", "\\u00").replace('"', '\\"')
    text = f'[[expectation]]\nname = "{escaped}"\nmatch.body = {{"/status" = "{escaped}!"}}\n'
    done = verify(server, tmp_path, text, "--junit", "junit.xml")
    assert done.returncode == 1, done.stderr
    case = next(ElementTree.parse(tmp_path / "junit.xml").iter("testcase"))
    assert case.get("name") == "\\u0001\\u000b\\u001b[2J\\u0085\\uffff\\u202e]]>&<\"'"


def test_no_secret_is_printed(called: Server, tmp_path: Path) -> None:
    text = f'[[expectation]]\nmatch.header = {{Authorization = "Bearer {KIRIM_KEY}x"}}\n'
    done = verify(called, tmp_path, text, "--junit", "junit.xml")
    assert done.returncode == 1
    assert KIRIM_KEY not in done.stdout + (tmp_path / "junit.xml").read_text()


WRONG = {
    "no TOML": ("[[expectation", "cannot be read as TOML"),
    "no expectation": ("", "expectation: expected tables: [[expectation]]"),
    "no table": ("expectation = 1", "expectation: expected tables: [[expectation]], came 1"),
    "no order": (f"order = 1\n{BAD}", "order: expected true or false, came 1"),
    "unknown match": ("[[expectation]]\nmatch.statu = 1", "expectation[0]: match.statu: unknown"),
    "unknown name": ('[[expectation]]\nmatch.provider = "kirm"', "did you mean kirim?"),
    "no duration": ("[[expectation]]\nwithin = 5", "expectation[0]: within: expected"),
    "unknown since": ('[[expectation]]\nsince = "req_x"', "no entry 'req_x'"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_file_is_2_with_file_and_path(
    server: Server, tmp_path: Path, text: str, said: str
) -> None:
    assert_one_line(verify(server, tmp_path, text), 2, "calls.toml: ", said)


def test_documented_file_is_right(called: Server, tmp_path: Path) -> None:
    [text] = blocks("docs/verification.md", "toml")
    done = verify(called, tmp_path, text)
    assert (done.returncode, done.stderr) == (0, "")


def test_file_that_is_not_there_is_2(server: Server, tmp_path: Path) -> None:
    done = run("verify", "nowhere.toml", "--url", server.url, cwd=tmp_path)
    assert_one_line(done, 2, "nowhere.toml: cannot be read")


def test_junit_that_cannot_be_written_is_2(called: Server, tmp_path: Path) -> None:
    done = verify(called, tmp_path, GOOD, "--junit", "nowhere/junit.xml")
    assert done.returncode == 2
    assert "nowhere/junit.xml" in done.stderr


def test_two_unknown_keys_are_told_in_two_lines(server: Server, tmp_path: Path) -> None:
    done = verify(server, tmp_path, f"ordr = true\nexpectations = 1\n{BAD}")
    assert done.returncode == 2
    assert "did you mean order?" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_no_server_is_1(tmp_path: Path) -> None:
    (tmp_path / "calls.toml").write_text(GOOD)
    done = run("verify", "calls.toml", "--url", "http://127.0.0.1:1", cwd=tmp_path)
    assert_one_line(done, 1, "no server answers")
