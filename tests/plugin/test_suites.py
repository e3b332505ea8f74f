"""What users' tests get: sandboxes, faults by markers, errors as cases, and a report that tells."""

import re

import pytest

from mockserver.client import Mock
from tests.client.conftest import remove_sandboxes
from tests.conftest import Server
from tests.derived import PROVIDERS
from tests.plugin.suites import CLIENT, SUITE, find_text, run

pytest_plugins = ["pytester"]

FAILING = f"""
import pytest
{CLIENT}

@pytest.mark.fault("kirim", "WHATSAPP_UPSTREAM_ERROR")
def test_fails(sandbox):
    assert mark_read(sandbox, sandbox.customer_writes("kirim")).status_code == 200


@pytest.fixture
def broken(sandbox):
    raise RuntimeError("broken")


def test_fails_at_setup(broken):
    pass


def test_passes(sandbox):
    assert sandbox.seed >= 0


def test_needs_nothing():
    assert True
"""


def count_cases() -> int:
    operation = PROVIDERS["kirim"].operation("mark_as_read")
    assert operation is not None
    return len(PROVIDERS["kirim"].rows_of(operation))


def test_suite_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = run(pytester, "-p", "no:cacheprovider", "-p", "no:xdist")
    result.assert_outcomes(passed=16 + 2 * count_cases())


@pytest.mark.slow
def test_suite_passes_in_two_processes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    run(pytester, "-n", "2").assert_outcomes(passed=16 + 2 * count_cases())


def test_errors_are_the_cases_of_a_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.every_error("d7")
        @pytest.mark.every_error("kirim", operation="mark_as_read")
        def test_one(sandbox, error): ...

        @pytest.mark.every_error("d7", operation="get_status")
        def test_two(sandbox): ...
        """
    )
    told = run(pytester, "--collect-only", "-q").stdout.lines[: -len(PROVIDERS)]
    ids = [line.partition("::")[2] for line in told if "::" in line]
    assert len(ids) == len(set(ids))
    assert f"test_one[d7-{next(iter(PROVIDERS['d7'].errors)).name}]" in ids
    assert "test_one[kirim-WHATSAPP_UPSTREAM_ERROR]" in ids
    assert len([each for each in ids if each.startswith("test_one[kirim")]) == count_cases()
    assert not [each for each in ids if each.startswith("test_two[d7")]


WRONG = {
    '@pytest.mark.every_error("kirin")': "no such provider: 'kirin'; there are d7, kaleyra",
    '@pytest.mark.every_error("d7", operation="x")': "no such operation: 'x'; there are mark_as",
}


@pytest.mark.slow
def test_marker_that_means_nothing_is_told(pytester: pytest.Pytester) -> None:
    for number, marker in enumerate(WRONG):
        text = f"import pytest\n\n{marker}\ndef test_one(sandbox): ...\n"
        pytester.makepyfile(**{f"test_{number}": text})
    told = run(pytester).stdout.str()
    for reason in WRONG.values():
        assert reason in told
    assert "2 errors" in told
    pytester.makepyfile(
        test_0='import pytest\n\n@pytest.mark.fault("d7", "reset")\ndef test_one(): ...\n',
        test_1='import pytest\n\n@pytest.mark.fault("d7", "nope")\ndef test_one(sandbox): ...\n',
    )
    told = run(pytester).stdout.str()
    assert "the marker fault needs the fixture sandbox as an argument" in told
    assert "nope" in told
    assert "2 errors" in told


MISUSED = {
    '@pytest.mark.fault("d7")': "the marker fault: missing a required argument: 'what'; "
    "expected fault(provider, type, **settings)",
    "@pytest.mark.scenario": "the marker scenario: missing a required argument: 'name'; "
    "expected scenario(name)",
    '@pytest.mark.sandbox("default")': "expected sandbox(**options)",
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("marker", MISUSED)
def test_marker_tells_what_it_takes(pytester: pytest.Pytester, shared: Mock, marker: str) -> None:
    pytester.makepyfile(f"import pytest\n\n{marker}\ndef test_one(sandbox): ...\n")
    told = run(pytester).stdout.str()
    assert MISUSED[marker] in told
    assert "Traceback" not in told
    assert "pytest_plugin.py" not in told


@pytest.mark.parametrize(
    ("argument", "passed", "told"),
    [("", 1, "one of the suite's own stands in its place"), ("sandbox", 2, "2 passed")],
    ids=["another", "on top of it"],
)
def test_suite_has_a_fixture_of_the_same_name(
    pytester: pytest.Pytester, shared: Mock, argument: str, passed: int, told: str
) -> None:
    pytester.makeconftest(
        f"import pytest\n\n@pytest.fixture\ndef sandbox({argument}):\n    return 'mine'\n"
    )
    pytester.makepyfile(
        """
        import pytest

        def test_own(sandbox):
            assert sandbox == "mine"

        @pytest.mark.fault("d7", "reset")
        def test_marked(sandbox): ...
        """
    )
    result = run(pytester)
    result.assert_outcomes(passed=passed, failed=2 - passed)
    assert told in result.stdout.str()


def test_failed_assertion_shows_the_tests_own_line_alone(
    pytester: pytest.Pytester, shared: Mock
) -> None:
    pytester.makepyfile(
        """
        def test_unread(sandbox):
            sandbox.assert_read(sandbox.customer_writes("d7"))

        def test_nothing_called(sandbox):
            sandbox.verify({"provider": "d7"})

        def test_refused(sandbox):
            sandbox.fail("d7", "nope")

        def test_no_such_name(sandbox):
            sandbox.kirim.token
        """
    )
    told = run(pytester).stdout.str()
    assert "kirim's account main has no 'token'" in told
    assert "kdv_live_" not in told
    for reason in ("none was made at all", "expected at least 1 call", "no such fault type"):
        assert reason in told
    assert "site-packages" not in told
    assert "mockserver/client/" not in told


@pytest.fixture
def shared(server: Server, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """A server that outlives the run, without the sandboxes of other tests."""
    monkeypatch.setenv("MOCKSERVER_URL", server.url)
    mock = Mock(server.url)
    remove_sandboxes(mock)
    return mock


def test_failure_tells_the_calls_and_how_to_repeat_it(
    pytester: pytest.Pytester, shared: Mock
) -> None:
    pytester.makepyfile(test_it=FAILING)
    result = run(pytester, "-k", "fails")
    told = result.stdout.str()
    assert told.count("- mockserver -") == 2
    assert re.search(
        r"req_\w+ POST /~\d+/kirim/v1/\S+ -> 502 WHATSAPP_UPSTREAM_ERROR\n    .+", told
    )
    assert "no call came to the sandbox" in told
    seed = find_text(result, r"again: pytest test_it.py::test_fails --mockserver-seed (\d+)\n")
    again = run(pytester, "test_it.py::test_fails", "--mockserver-seed", seed)
    assert find_text(again, r"(rule_\w+)") == find_text(result, r"(rule_\w+)")
    assert find_text(again, r"--mockserver-seed (\d+)") == seed
    assert [each["id"] for each in shared.sandboxes()] == ["default"]


@pytest.mark.slow
def test_sandboxes_of_failed_tests_are_kept_where_wanted(
    pytester: pytest.Pytester, shared: Mock
) -> None:
    pytester.makepyfile(test_it=FAILING)
    result = run(pytester, "--mockserver-keep")
    result.assert_outcomes(passed=2, failed=1, errors=1)
    kept = find_text(result, rf"test_it.py::test_fails: {shared.url}/_mock/sandboxes/(\S+)\n")
    made = [each["id"] for each in shared.sandboxes()]
    assert (len(made), kept in made) == (3, True)
    with shared.find(kept) as world:
        assert world.document["ttl"] is None
        assert [entry.status for entry in world.requests()] == [502]
    for each in made[1:]:
        shared.find(each).close()
