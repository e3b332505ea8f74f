"""Results as JUnit XML, which systems for continuous integration show."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mockserver.text.shown import escape_controls

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, however it is written."""


def write_junit(
    suite: str, results: Sequence[Mapping[str, Any]], explain: Callable[[Any], Iterable[str]]
) -> str:
    """A test case for each result, by its name; ``explain`` gives the lines of why one failed."""
    failed = sum(not result["ok"] for result in results)
    counts = {"tests": str(len(results)), "failures": str(failed), "errors": "0", "skipped": "0"}
    root = Element("testsuites", counts)
    found = SubElement(root, "testsuite", {"name": clean(suite), **counts})
    for result in results:
        name = {"classname": clean(suite), "name": clean(result["name"])}
        case = SubElement(found, "testcase", {**name, "time": "0"})
        if not result["ok"]:
            first, *more = map(clean, explain(result))
            failure = SubElement(case, "failure", {"message": first, "type": "expectation"})
            failure.text = "\n".join((first, *more))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def clean(text: str) -> str:
    """The text with what XML forbids, and what steers a terminal, as JSON has it."""
    return FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", escape_controls(text))
