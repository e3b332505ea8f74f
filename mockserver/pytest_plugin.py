"""The plugin for pytest: a server for the run, a sandbox for each test.

Loaded at the start of every run of pytest where this package is installed: what a run needs that
uses it is loaded then, by ``mockserver.late``.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.late import load_module

if TYPE_CHECKING:
    from mockserver.client import Mock, Sandbox
    from mockserver.testing.cases import DocumentedError
    from mockserver.testing.process import OwnServer
    from mockserver.testing.sharing import Sharing

CASES = "mockserver.testing.cases"
CLIENT = "mockserver.client"
PROCESS = "mockserver.testing.process"
PROXIES = "mockserver.testing.proxies"
REPORT = "mockserver.testing.report"
SHARING = "mockserver.testing.sharing"

CASE = "_mockserver_case"
INVITATION = "mockserver_invitation"
KEPT = "mockserver_kept"
MARKERS = (
    "sandbox(**options): what the test's sandbox is made with, such as fixtures='default'",
    "fault(provider, type, **settings): have the provider's calls fail in the test's sandbox, as "
    "sandbox.fail does",
    "scenario(name): begin the test's sandbox with a scenario",
    "every_error(provider, operation=None): run the test once for each documented error of the "
    "operation, which a rule injects; it may take the argument error",
)
NEEDING = ("sandbox", "fault", "scenario", "every_error")
TTL = "PT1H"
"""How long a sandbox stays without a call on a server that outlives the run, where the run is
killed before it removes it."""


@pytest.fixture(scope="session")
def mockserver(pytestconfig: pytest.Config) -> Iterator[Mock]:
    """A client of the server: one of the run's own, or that at ``MOCKSERVER_URL``."""
    url = pytestconfig.stash[RUN].find_url()
    with load_module(PROXIES).pass_by_proxies(url), load_module(CLIENT).Mock(url) as mock:
        yield mock


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, mockserver: Mock) -> Iterator[Sandbox]:
    """A sandbox of the test's own, made as its markers say, and removed after it."""
    keep = request.config.option.mockserver_keep
    made = mockserver.sandbox(**_read_options(request.node, keep))
    request.node.stash[SANDBOX] = made
    yield made
    if not (keep and request.node.stash.get(FAILED, False)):
        _remove(made)


@pytest.fixture(name=CASE)
def _case(request: pytest.FixtureRequest) -> Any:
    return request.param


class Run:
    """What one process of a test run has of the server; a plugin of its own, as it has hooks."""

    def __init__(self, config: pytest.Config) -> None:
        self.server: OwnServer | None = None
        self.kept: list[str] = []
        self._config = config
        self._sharing: Sharing | None = None

    def find_url(self) -> str:
        """Where the server is, which is started here or in the run's first process if need be."""
        if url := os.environ.get("MOCKSERVER_URL"):
            return url
        if worker := getattr(self._config, "workerinput", None):
            return str(load_module(SHARING).ask_for_url(worker[INVITATION]))
        if self.server is None:
            options = self._config.getini("mockserver_options")
            self.server = load_module(PROCESS).OwnServer(options, str(self._config.rootpath))
        return self.server.url

    def invite(self) -> dict[str, Any]:
        """What a worker needs to ask for the server."""
        if self._sharing is None:
            self._sharing = load_module(SHARING).Sharing(self.find_url)
        return self._sharing.invitation

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """In the run's first process, also of what failed in another."""
        if kept := getattr(report, KEPT, None):
            self.kept.append(kept)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.kept:
            return
        terminalreporter.section("mockserver: sandboxes that are kept")
        for kept in self.kept:
            terminalreporter.write_line(kept)
        if self.server is not None:
            where = f"the server at {self.server.url} stays: kill {self.server.pid} ends it"
            terminalreporter.write_line(where)

    def end(self) -> None:
        """End the server; one with sandboxes that are kept stays."""
        if self._sharing is not None:
            self._sharing.close()
        if self.server is not None:
            if self.kept:
                self.server.leave()
            else:
                self.server.stop()
            self.server = None


RUN = pytest.StashKey[Run]()
SANDBOX = pytest.StashKey["Sandbox"]()
FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockserver")
    group.addoption(
        "--mockserver-keep",
        action="store_true",
        help="keep the sandboxes of failed tests, and a server of the run's own with them",
    )
    group.addoption(
        "--mockserver-seed",
        type=int,
        metavar="N",
        help="what chance follows from in every sandbox: that of a failed test repeats it",
    )
    parser.addini(
        "mockserver_options",
        "options of mockserver serve, for a server of the run's own",
        type="args",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUN] = Run(config)
    config.pluginmanager.register(config.stash[RUN], "mockserver-run")
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Of pytest-xdist: a worker is about to start."""
    node.workerinput[INVITATION] = node.config.stash[RUN].invite()


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        run.end()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marks = [*metafunc.definition.iter_markers("every_error")]
    if not marks:
        return
    errors = [error for mark in reversed(marks) for error in _follow(mark, _list_errors)]
    ids = [error if len(marks) == 1 else f"{error.provider}-{error}" for error in errors]
    name = "error" if "error" in metafunc.fixturenames else CASE
    if name == CASE:
        metafunc.fixturenames.append(CASE)
    metafunc.parametrize(name, errors, ids=ids, indirect=name == CASE)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A marker that nothing follows would make a test pass that tests nothing."""
    marked = _list_marks(item)
    if marked and "sandbox" not in getattr(item, "fixturenames", ()):
        pytest.fail(
            f"the marker {marked[0]} needs the fixture sandbox as an argument", pytrace=False
        )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Its fixtures are made; see above."""
    marked = _list_marks(item)
    if marked and SANDBOX not in item.stash:
        pytest.fail(
            f"the marker {marked[0]} needs the plugin's fixture sandbox; one of the suite's own "
            "stands in its place, and does not take it as an argument",
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    made = item.stash.get(SANDBOX, None)
    if report.failed and report.when != "teardown" and made is not None:
        item.stash[FAILED] = True
        _tell(report, item, made)
    return report


def _tell(report: pytest.TestReport, item: pytest.Item, made: Sandbox) -> None:
    keep = item.config.option.mockserver_keep
    text = load_module(REPORT).write_report(made, _name_test(item), kept=keep)
    report.sections.append(("mockserver", text))
    if keep:
        setattr(report, KEPT, f"{item.nodeid}: {made.url}")


def _name_test(item: pytest.Item) -> str:
    """As pytest takes it where it was started."""
    folder = item.config.invocation_params.dir
    return os.path.relpath(item.path, folder) + item.nodeid[item.nodeid.find("::") :]


def _remove(made: Sandbox) -> None:
    """One that the test removed itself is gone already."""
    client = load_module(CLIENT)
    try:
        made.close()
    except client.Refusal as refused:
        if refused.status != 404:
            raise


def _list_errors(provider: str, operation: str | None = None) -> list[DocumentedError]:
    cases = load_module(CASES)
    if url := os.environ.get("MOCKSERVER_URL"):
        with load_module(CLIENT).Mock(url) as mock:
            providers = mock.providers()
    else:
        providers = cases.list_providers()
    try:
        errors: list[DocumentedError] = cases.list_errors(providers, provider, operation)
        return errors
    except cases.Unknown as unknown:
        reason = str(unknown)
    pytest.fail(f"every_error: {reason}", pytrace=False)


def _read_options(item: pytest.Item, keep: bool) -> dict[str, Any]:
    """What the markers say of the sandbox, the nearest last."""
    options: dict[str, Any] = {} if keep else {"ttl": TTL}
    if (seed := item.config.option.mockserver_seed) is not None:
        options["seed"] = seed
    write_rule = load_module(CLIENT).write_rule
    rules = [_follow(mark, write_rule) for mark in reversed([*item.iter_markers("fault")])]
    if error := _find_case(item):
        match = {} if error.operation is None else {"operation": error.operation}
        rules.append(write_rule(error.provider, error, match=match))
    if rules:
        options["faults"] = rules
    if scenario := item.get_closest_marker("scenario"):
        options["scenario"] = _follow(scenario, _take_name)
    for mark in reversed([*item.iter_markers("sandbox")]):
        options |= _follow(mark, _take_options)
    return options


def _list_marks(item: pytest.Item) -> list[str]:
    return [name for name in NEEDING if item.get_closest_marker(name)]


def _take_name(name: str) -> str:
    return name


def _take_options(**options: Any) -> dict[str, Any]:
    return options


def _follow(mark: pytest.Mark, make: Callable[..., Any]) -> Any:
    """What is made of a marker's arguments; such as do not fit fail the test with what would."""
    try:
        given = inspect.signature(make).bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        reason = str(error)
    else:
        return make(*given.args, **given.kwargs)
    [form] = [told.partition(":")[0] for told in MARKERS if told.startswith(f"{mark.name}(")]
    pytest.fail(f"the marker {mark.name}: {reason}; expected {form}", pytrace=False)


def _find_case(item: pytest.Item) -> DocumentedError | None:
    if not item.get_closest_marker("every_error"):
        return None
    parameters = item.callspec.params  # type: ignore[attr-defined]
    found: DocumentedError = parameters.get(CASE) or parameters["error"]
    return found
