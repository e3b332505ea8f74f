"""The settings: one table that feeds the options, the environment and the configuration file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

from marshmallow.fields import Field

from mockserver.config.values import (
    CertifiedNames,
    Choice,
    FilePath,
    HostNames,
    PassedHosts,
    Truth,
    text_field,
    token_field,
    whole_number,
)
from mockserver.text.targets import Pattern
from mockserver.verdicts.thresholds import ATTEMPTS, BACK_OFF, WINDOW

PACKAGE = Path(__file__).parents[1]
PREFIX = "MOCKSERVER_"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")

Source = tuple[str, str]
"""The option, variable or file that a value comes from, and its path there."""


def _add_row(
    default: Any, judge: Field[Any], metavar: str | None, help: str, *, repeated: bool = False
) -> Any:
    row = {"judge": judge, "metavar": metavar, "help": help, "repeated": repeated}
    return field(default=default, metadata=row)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Settings:
    """What a server is started with: the table that options, environment and file are read by.

    The rest are no options: ``switches`` by provider and name, ``faults``, which are rules as the
    administration API takes them, the name of the ``file`` that they stand in, and by setting the
    ``sources``: the option, variable or file that it comes from, and its path there.
    """

    host: str = _add_row("127.0.0.1", text_field(), "ADDRESS", "address to listen on")
    port: int = _add_row(
        8080, whole_number(0, 65_535), "PORT", "port to listen on; 0 takes any free one"
    )
    fixtures: Path | None = _add_row(
        None,
        FilePath(),
        "DIR",
        "folder with accounts and seeded messages; default: the packaged one",
    )
    data: Path | None = _add_row(
        None,
        FilePath(),
        "FILE",
        "keep what sandboxes remember in this file across restarts; default: in memory",
    )
    allowed_hosts: tuple[str, ...] = _add_row(
        (),
        HostNames(),
        "NAMES",
        "further names, with commas between them, by which /_mock may be asked; "
        "localhost, addresses and names without a dot always may",
    )
    admin_token: str | None = _add_row(
        None,
        token_field(),
        "TOKEN",
        "what /_mock is asked with, as Authorization: Bearer TOKEN; default: without",
    )
    url_file: Path | None = _add_row(
        None,
        FilePath(),
        "FILE",
        "write the URL to this file once the server accepts; the commands that talk to it "
        "find it there; default: none",
    )
    scenario: str | None = _add_row(
        None, text_field(), "NAME", "fault scenario to start with; default: none"
    )
    journal: int = _add_row(
        10_000, whole_number(0, 1_000_000), "N", "how many of the newest calls the journal keeps"
    )
    journal_memory: int = _add_row(
        64,
        whole_number(1, 65_536),
        "MIB",
        "MiB that all journals and transcripts together may take; "
        "the oldest entries of the fullest go first",
    )
    max_sandboxes: int = _add_row(
        10_000,
        whole_number(1, 1_000_000),
        "N",
        "how many sandboxes may be made besides default",
    )
    strict_plugins: bool = _add_row(
        False, Truth(), None, "refuse to start when an installed provider cannot be used"
    )
    end_with_stdin: bool = _add_row(
        False,
        Truth(),
        None,
        "stop when standard input ends or the program that started this one is gone; "
        "a line that is written there first ends this watch",
    )
    explain_header: bool = _add_row(
        False,
        Truth(),
        None,
        "tell why a call failed in a header of its answer, in a line without secrets",
    )
    keep_alive: int = _add_row(
        75,
        whole_number(1, 86_400),
        "SECONDS",
        "how long a connection may idle between two calls before it is closed",
    )
    log_level: str | None = _add_row(
        None,
        Choice(LOG_LEVELS),
        "LEVEL",
        "what is told on stderr: debug is every call, info failed calls and what was chosen, "
        "warning, or error; default: debug on a terminal, info elsewhere",
    )
    log_format: str = _add_row(
        "text", Choice(LOG_FORMATS), "FORMAT", "text or, for programs that read it, json"
    )
    ca_dir: Path | None = _add_row(
        None,
        FilePath(),
        "DIR",
        "folder of the certificate authority that TLS goes by, made where there is none yet; "
        "default: one in the user's state directory",
    )
    tls_name: tuple[str, ...] = _add_row(
        (),
        CertifiedNames(),
        "NAME",
        "a further name or address that the server speaks TLS as, besides the providers' hosts, "
        "localhost, 127.0.0.1 and ::1; may be told several times, or with commas between them",
        repeated=True,
    )
    pass_: tuple[Pattern, ...] = _add_row(
        (),
        PassedHosts(),
        "HOST",
        "let clients on this machine reach this host through this server as their proxy, which "
        "refuses all but the providers' hosts and local ones; HOST, HOST:PORT or *.DOMAIN; "
        "may be told several times, or with commas between them",
        repeated=True,
    )
    verdict_attempts: int = _add_row(
        ATTEMPTS.default,
        whole_number(ATTEMPTS.low, ATTEMPTS.high),
        "N",
        "verdicts: how often a client may try one call",
    )
    verdict_window: int = _add_row(
        WINDOW.default,
        whole_number(WINDOW.low, WINDOW.high),
        "SECONDS",
        "verdicts: within how many seconds an equal call is another try",
    )
    verdict_back_off: int = _add_row(
        BACK_OFF.default,
        whole_number(BACK_OFF.low, BACK_OFF.high),
        "PERCENT",
        "verdicts: how much shorter than the one before an interval between tries may be, "
        "as chance has it",
    )
    switches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: tuple[Mapping[str, Any], ...] = ()
    file: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def fixtures_folder(self) -> Path:
        return self.fixtures or packaged_fixtures()

    @property
    def scenario_folders(self) -> tuple[Path, ...]:
        """The packaged ones, and one's own, which win."""
        folders = (packaged_fixtures(), self.fixtures_folder)
        return tuple(dict.fromkeys(each / "scenarios" for each in folders))


class Setting(NamedTuple):
    """One row of the table above.

    ``judge`` is the field of the schema that reads a value, wherever it comes from. A setting
    without ``metavar`` is true or false, and as an option takes no value. One that is ``repeated``
    is a list, to which each option adds.
    """

    name: str
    default: Any
    judge: Field[Any]
    metavar: str | None
    help: str
    repeated: bool

    @property
    def key(self) -> str:
        """The name as users write it, which may be a word of Python's own."""
        return self.name.removesuffix("_")

    @property
    def option(self) -> str:
        return f"--{self.key.replace('_', '-')}"

    @property
    def variable(self) -> str:
        return f"{PREFIX}{self.key.upper()}"

    @property
    def usage(self) -> str:
        """The option and what it takes, such as ``--port PORT``."""
        return f"{self.option} {self.metavar}" if self.metavar else self.option

    @property
    def initially(self) -> str:
        """The default as a user would write it, empty where there is none."""
        return "" if self.default in (None, ()) else str(self.default).lower()


SETTINGS = tuple(
    Setting(each.name, each.default, **each.metadata) for each in fields(Settings) if each.metadata
)


def packaged_fixtures() -> Path:
    """In a wheel inside the package, in a checkout beside it."""
    inside = PACKAGE / "fixtures"
    return inside if inside.is_dir() else PACKAGE.parent / "fixtures"
