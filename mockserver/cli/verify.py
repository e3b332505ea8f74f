"""Checking what a TOML file expects of the calls that were made."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mockserver.cli.base import stop, tell, to_a_sandbox
from mockserver.cli.junit import write_junit
from mockserver.client import Connection, MockError, Refusal, quote_name
from mockserver.text.mistakes import Mistake, Mistakes
from mockserver.text.shown import shown, there_are
from mockserver.text.times import SECOND, parse_duration
from mockserver.text.toml import read_toml

TABLES = "expectation"
KEYS = (TABLES, "order")
PATIENCE = 10.0
"""Seconds that an answer may take beside what is to be waited for."""
FAILED = 409

Result = Mapping[str, Any]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="write the results as JUnit XML there",
)
@to_a_sandbox
def verify(file: Path, junit: Path | None, url: str, sandbox: str) -> None:
    """Check the expectations of a TOML FILE, print what came, and exit with 1 where one fails."""
    expectations, order = _read_file(file)
    body = {"expectations": expectations, "order": order}
    path = f"/sandboxes/{quote_name(sandbox)}/verify"
    patience = PATIENCE + max(map(_find_wait, expectations))
    try:
        answer = Connection(url).ask("POST", path, body, timeout=patience, allowed=FAILED)
    except Refusal as refusal:
        wrong = refusal.status == 400
        reason = f"{refusal.message}; {refusal.hint}".replace("expectations[", f"{TABLES}[")
        stop(f"{file}: {reason}" if wrong else str(refusal), code=2 if wrong else 1)
    except MockError as error:
        stop(str(error), code=1)
    results = [
        {**result, "name": _write_name(result.get("name", f"{TABLES}[{place}]"))}
        for place, result in enumerate(answer.json()["results"])
    ]
    for line in write_table(results):
        tell(line)
    if junit is not None:
        _write(junit, write_junit(str(file), results, explain))
    sys.exit(0 if all(result["ok"] for result in results) else 1)


def _read_file(file: Path) -> tuple[list[Any], Any]:
    """Its expectations, which the server judges, and whether it asks for their order."""
    try:
        content = read_toml(file)
        mistakes = [
            Mistake(str(file), key, f"unknown key; {there_are(KEYS, key)}")
            for key in sorted(set(content) - set(KEYS))
        ]
        expectations = content.get(TABLES)
        if not isinstance(expectations, list) or not expectations:
            reason = f"expected tables: [[{TABLES}]]"
            came = "" if expectations is None else f", came {shown(expectations)}"
            mistakes.append(Mistake(str(file), TABLES, f"{reason}{came}"))
        if mistakes:
            raise Mistakes(mistakes)
    except Mistakes as wrong:
        for mistake in wrong.mistakes:
            tell(f"mockserver: {mistake}", err=True)
        sys.exit(2)
    return content[TABLES], content.get("order", False)


def _write_name(name: str) -> str:
    """In one line of the table."""
    return " ".join(name.split("\n"))


def _find_wait(expectation: Any) -> float:
    """Seconds that it may take; of one that is wrong none, as the server refuses it."""
    try:
        return parse_duration(expectation["within"]) / SECOND
    except (KeyError, TypeError, ValueError):
        return 0.0


def write_table(results: Sequence[Result]) -> Iterator[str]:
    """A line for each expectation, and under one that failed why."""
    width = max(len("expectation"), *(len(result["name"]) for result in results))
    yield f"result  {'expectation':<{width}}  calls"
    for result in results:
        word = "ok" if result["ok"] else "FAILED"
        yield f"{word:<6}  {result['name']:<{width}}  {len(result['matched'])}"
        if not result["ok"]:
            yield from (f"        {line}" for line in explain(result))


def explain(result: Result) -> Iterator[str]:
    """Why an expectation failed: what was expected, and the calls that came nearest."""
    yield result["message"]
    for near in result["nearest"]:
        differs = [
            f"{each['field']} expected {each['expected']!r}, came {_write_came(each)}"
            for each in near["differs"]
        ]
        yield f"nearest {near['request']}: {'; '.join(differs) or 'all as in the match'}"


def _write_came(difference: Mapping[str, Any]) -> str:
    if difference.get("cut"):
        return "something that was cut"
    return "nothing" if difference.get("missing") else repr(difference["came"])


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        stop(f"--junit {file}: {error.strerror}", code=2)
