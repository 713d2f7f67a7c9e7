"""What the tests of the running program share: shops to test, and the servers' logs beside a failure."""
import pytest

from tests.support import server
from tests.support.shop import open_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """One running shop for all tests that leave it as others can use it: they make products, users and orders of their own."""
    with open_shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture
def own_shop(tmp_path):
    """A shop of the test's own, which it may stop, kill and look into."""
    with open_shop(tmp_path) as opened:
        yield opened


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for running in server.started:
            if running.process is not None and running.process.poll() is None:
                report.sections.append((f"end of {running.log_path}", running.log_tail()))
