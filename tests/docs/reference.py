"""Makes docs/client.md out of the client's docstrings.

Run: python -m tests.docs.reference > docs/client.md
"""

import inspect
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from mockserver import client

INTRODUCTION = """\
# The client

How a Python program steers a running server: `mockserver.client`, which the command line and the
plugin for [pytest](testing.md) are built on. It loads `requests`, and nothing of the server.

```python
from mockserver.client import Mock

with Mock("http://127.0.0.1:8080").sandbox() as sandbox:
    message = sandbox.customer_writes("kirim", text="Halo")
    sandbox.fail("kirim", "WHATSAPP_UPSTREAM_ERROR", times=2)
    ...  # your application, with sandbox.kirim.base_url and .api_key, or sandbox.env()
    sandbox.assert_read(message)
```

This page is made from the docstrings. Durations are text such as `"PT61S"`, seconds or a
`timedelta`; instants are text or a `datetime` with a time zone.
"""
SHOWN = (
    client.Mock,
    client.Sandbox,
    client.Clock,
    client.Provider,
    client.Account,
    client.Number,
    client.Message,
    client.Entry,
    client.Event,
    client.Events,
    client.Explanation,
    client.Verdict,
    client.MockError,
    client.Unreachable,
    client.Refusal,
)


def write_page() -> str:
    return "\n".join([INTRODUCTION, *(line for each in SHOWN for line in write_class(each))])


def write_class(shown: type) -> Iterator[str]:
    yield f"## {shown.__name__}\n\n{write_doc(shown)}\n"
    for name, member in list_members(shown):
        yield f"- `{write_signature(name, member)}`: {' '.join(write_doc(member).split())}"
    if any(True for _ in list_members(shown)):
        yield ""


def list_members(shown: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that the class or one of its bases here defines."""
    bases = [each for each in reversed(shown.__mro__) if each.__module__.startswith("mockserver.")]
    for base in bases:
        for name, member in vars(base).items():
            if not name.startswith("_") and (inspect.isfunction(member) or hasattr(member, "fget")):
                yield name, member


def write_signature(name: str, member: Any) -> str:
    if isinstance(member, property):
        return name
    text = str(inspect.signature(member)).replace("(self, ", "(").replace("(self)", "()")
    return name + re.sub(r"(?:[a-z_]+\.)+(?=[A-Za-z])", "", text)


def write_doc(documented: Any) -> str:
    """Its docstring as Markdown: an indented block is code."""
    text = (inspect.getdoc(documented) or "").replace("``", "`")
    return re.sub(r"(?:^    .+\n?)+", _write_code, text, flags=re.MULTILINE)


def _write_code(found: re.Match[str]) -> str:
    return f"```python\n{dedent(found[0]).strip()}\n```"


if __name__ == "__main__":
    print(write_page(), end="")
