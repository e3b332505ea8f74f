"""Two hundred tests at once on one server see nothing of each other."""

import pytest

from tests.plugin.isolation import SUITE, TESTS
from tests.plugin.suites import run

pytest_plugins = ["pytester"]


@pytest.mark.slow
def test_tests_see_nothing_of_each_other(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    run(pytester, "-n", "2").assert_outcomes(passed=TESTS)
