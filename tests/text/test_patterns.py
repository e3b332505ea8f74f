"""Every regular expression of the package takes a time that grows as the text does.

Two proofs: looks at characters are counted on short hostile texts, and of twice the text there may
be twice as many; and ``re`` itself is given 1 MiB of the worst of them, in a process that has CPU
seconds for linear work a hundred times over, where quadratic work would take hours.
"""

import functools
import json
import random
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.backtracking import (
    Matcher,
    Pattern,
    Recipe,
    TooMuchWork,
    count_steps,
    find_patterns,
    find_recipes,
)
from tests.conftest import Server

PATTERNS = list(find_patterns())
SHORT = 80  # more than any pattern allows of one thing, but those that allow any number
TEXTS = 600
PER_CHARACTER = 40
MIB = 1_048_576
CPU_SECONDS = 20


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    """The counting matcher calls itself for every repetition of a group."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    yield
    sys.setrecursionlimit(before)


@functools.cache
def find_worst(pattern: Pattern) -> tuple[float, Recipe]:
    """How many times the most work of a short text that of one of twice its length is, and the
    recipe of the one that takes it.
    """
    recipes = find_recipes(pattern)
    recipes = random.Random(pattern.text).sample(recipes, min(len(recipes), TEXTS))
    once, twice = (
        [
            count_steps(pattern, each.write(length), PER_CHARACTER * (length + 40))
            for each in recipes
        ]
        for length in (SHORT, 2 * SHORT)
    )
    return max(twice) / max(once), recipes[twice.index(max(twice))]


def name_of(pattern: Pattern) -> str:
    return pattern.place


def test_patterns_are_found_wherever_they_stand() -> None:
    places = {pattern.place.partition(":")[0] for pattern in PATTERNS}
    assert {
        "mockserver.match.schema",  # a validator
        "mockserver.text.times",  # a compiled one
        "mockserver.faults.types.malformed_json",  # one that is used as it stands
        "mockserver.web.views",  # a converter's
    } <= places


@pytest.mark.sample(10)
@pytest.mark.parametrize("pattern", PATTERNS, ids=name_of)
def test_twice_the_text_is_twice_the_work(pattern: Pattern) -> None:
    ratio, _ = find_worst(pattern)
    assert ratio < 2.5


BAD = {
    "the one that took 32 s": (r"\+?[0-9 ()-]*[0-9][0-9 ()-]*\Z", False),
    "nested": (r"(?:a+)+b", False),
    "alternatives that overlap": (r"(?:a|ab?)*c", False),
    "tried at every place": (r"\s+\Z", True),
    "twice anything": (r".*,.*;", False),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_pattern_is_noticed(name: str) -> None:
    text, anywhere = BAD[name]
    pattern = Pattern(name, text, 0, anywhere)
    try:
        ratio, _ = find_worst(pattern)
    except TooMuchWork:
        return
    assert ratio > 2.5


@pytest.mark.sample(10)
@pytest.mark.parametrize("pattern", PATTERNS, ids=name_of)
def test_counting_matcher_finds_what_re_finds(pattern: Pattern) -> None:
    compiled = re.compile(pattern.text, pattern.flags)
    parsed: Any = list(re._parser.parse(pattern.text, pattern.flags))  # type: ignore[attr-defined]
    for text in [recipe.write(6) for recipe in find_recipes(pattern)][:200]:
        matcher = Matcher(text, 10**6, pattern.flags)
        found = compiled.match(text)
        assert matcher.match(parsed, 0) == (found.end() if found else -1), text


def limit_cpu() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


TRY_ALL = """
import json, re, sys
for text, flags, anywhere, hostile in json.load(sys.stdin):
    compiled = re.compile(text, flags)
    compiled.sub("", hostile) if anywhere else compiled.match(hostile)
print("done")
"""


@pytest.mark.slow
def test_re_itself_tries_a_mebibyte() -> None:
    tries = []
    for pattern in PATTERNS:
        _, recipe = find_worst(pattern)
        tries.append([pattern.text, pattern.flags, pattern.anywhere, recipe.write(MIB)])
    done = subprocess.run(
        [sys.executable, "-c", TRY_ALL],
        input=json.dumps(tries),
        preexec_fn=limit_cpu,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


LONG = MIB - 1_000
DIGITS = "1" * LONG
HOSTILE: dict[str, tuple[str, Any]] = {
    "business_number": ("faults", {"match": {"business_number": DIGITS + "y"}}),
    "customer": ("faults", {"match": {"customer": DIGITS + "y"}}),
    "path": ("faults", {"match": {"path": "/" * LONG + "?"}}),
    "pointer": ("faults", {"match": {"body": {"/~0" * (LONG // 3) + "~": 1}}}),
    "header's name": ("faults", {"match": {"header": {"a" * LONG + " ": "1"}}}),
    "sequence": ("faults", {"schedule": {"sequence": "." * LONG}}),
    "instant": ("faults", {"schedule": {"from": "P" + DIGITS}}),
    "time of day": ("faults", {"schedule": {"from": DIGITS}}),
    "answer's header": ("faults", {"fault": {"type": "status", "status": 200,
                                             "headers": {"a": "b" * LONG + "\0"}}}),
    "error": ("faults", {"fault": {"type": "error", "error": "A" * LONG}}),
    "sender": ("messages", {"provider": "kirim", "from": DIGITS}),
    "recipient": ("messages", {"provider": "kirim", "from": "+6281", "to": "a" * LONG}),
    "age": ("messages", {"provider": "kirim", "from": "+6281", "age": "PT" + DIGITS}),
    "provider": ("messages", {"provider": "kirim" * (LONG // 5), "from": "+6281"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def limited(start_server: Callable[..., Server]) -> Server:
    """A server that ends once it has worked for too many seconds."""
    server = start_server()
    resource.prlimit(server.process.pid, resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    return server


@pytest.mark.sample(6)
@pytest.mark.parametrize("name", HOSTILE)
def test_mebibyte_of_hostile_text_is_refused(limited: Server, name: str) -> None:
    path, data = HOSTILE[name]
    body = {"fault": {"type": "reset"}, **data} if path == "faults" else data
    answer = requests.post(f"{limited.state}/{path}", json=body, timeout=60)
    assert (answer.status_code, len(answer.content) < 5_000) == (400, True)
