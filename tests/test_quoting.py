"""Variables are, in every format, what a shell or a reader makes of them again."""

import io
import json
import subprocess

import pytest
from dotenv import dotenv_values

from mockserver.cli.quoting import FORMATS

NASTY = {
    "empty": "",
    "url": "http://12345678:sandbox@[::1]:8080",
    "list": "localhost,127.0.0.1,::1",
    "blanks": " two  words ",
    "single": "it's",
    "double": 'say "so"',
    "both": """'"'"'""",
    "dollar": "$HOME $(id) `id`",
    "backslash": r"C:\new\table" + "\\",
    "doubled": r"\\server\share",
    "comment": "a #b # c",
    "java": "-Dhttp.nonProxyHosts=localhost|127.*|[::1]",
    "glob": "*?~!{a,b};&<>^%PATH%",
    "other letters": "Größe \u65e5 \u2019\u2018",
    "single and dollar": "it's $5",
}
VARIABLES = {f"V{number}": value for number, value in enumerate(NASTY.values())}


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_sh(shell: str) -> None:
    names = " ".join(f'"${name}"' for name in VARIABLES)
    script = f"{FORMATS['sh'](VARIABLES)}\nprintf '%s\\0' {names}"
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True, timeout=20)
    assert done.stdout.decode().split("\0")[:-1] == list(VARIABLES.values())
    assert done.stderr == b""


def test_sh_is_exported() -> None:
    script = f'eval "$1"; exec {"printenv"} V1'
    command = ["sh", "-c", script, "sh", FORMATS["sh"](VARIABLES)]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=20)
    assert done.stdout == f"{NASTY['url']}\n"


def test_dotenv() -> None:
    text = FORMATS["dotenv"](VARIABLES)
    assert dotenv_values(stream=io.StringIO(text), interpolate=False) == VARIABLES


def test_dotenv_has_no_quotes_without_need() -> None:
    """Docker's ``--env-file`` would keep them."""
    plain = {name: NASTY[name] for name in ("empty", "url", "list", "java")}
    assert FORMATS["dotenv"](plain) == "\n".join(f"{name}={v}" for name, v in plain.items())


def test_json() -> None:
    assert json.loads(FORMATS["json"](VARIABLES)) == VARIABLES


QUOTED = {
    "fish": {
        "empty": "set -gx V ''",
        "single": r"set -gx V 'it\'s'",
        "backslash": r"set -gx V 'C:\\new\\table\\'",
        "dollar": "set -gx V '$HOME $(id) `id`'",
    },
    "powershell": {
        "empty": "$env:V = ''",
        "single": "$env:V = 'it''s'",
        "backslash": "$env:V = 'C:\\new\\table\\'",
        "dollar": "$env:V = '$HOME $(id) `id`'",
        "other letters": "$env:V = 'Größe \u65e5 \u2019\u2019\u2018\u2018'",
    },
}


@pytest.mark.parametrize(
    ("form", "value", "written"),
    [(form, NASTY[name], text) for form in QUOTED for name, text in QUOTED[form].items()],
)
def test_shells_that_are_not_here(form: str, value: str, written: str) -> None:
    assert FORMATS[form]({"V": value}) == written
