"""Fixtures for every test: a real Kafka and a real PostgreSQL, when a test asks for them.

In CI a test that needs one of them, or npm, may not be skipped.
"""

import os
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import settings

from deploy.local.kafka import Kafka
from deploy.local.processes import Unavailable
from tests.support.compiled import keep_compiled
from tests.support.real import RealParts, forget_topics

T = TypeVar("T")

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")  # Kafka is there in half the time

NEEDS = {
    "kafka": {"kafka_address", "clean_kafka", "own_broker", "broker_of_users", "real_parts"},
    "postgres": {"postgres_url", "fresh_database", "real_parts"},
    "npm": {"parser"},
}
"""Each marker, and the fixtures whose use sets it."""

_parts = pytest.StashKey[RealParts]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is started yet: parts are, at their first use."""
    keep_compiled()
    config.stash[_parts] = RealParts()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Several processes that are to share a run do not begin without what they need."""
    if getattr(session.config.option, "numprocesses", None) and not _embedded_only():
        _had(session.config.stash[_parts].fetched)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes that share a run tells the first which real parts it had."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["real parts"] = session.config.stash[_parts].found


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What another process had, for the summary."""
    node.config.stash[_parts].found += getattr(node, "workeroutput", {}).get("real parts", [])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started, however the run ended."""
    config.stash[_parts].stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by what it uses, so that ``-m 'not kafka'`` means what it says. Files that take minutes go
    first: of several processes none works on one for long after the others have ended."""
    long = set()
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        for marker, fixtures in NEEDS.items():
            if used & fixtures:
                item.add_marker(marker)
        if item.get_closest_marker("slow") or "deployment" in used:
            long.add(item.path)
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a skipped test that needs a real part is a failed one."""
    report = yield
    must_run = os.environ.get("CI") == "true" and any(item.get_closest_marker(name) for name in NEEDS)
    if must_run and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and in CI it must run: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say which real parts this run had, and what its tests measured: each ``figure`` that one recorded, in
    whichever process."""
    for line in config.stash[_parts].found:
        terminalreporter.write_line(line)
    for report in (each for every in terminalreporter.stats.values() for each in every):
        told = getattr(report, "user_properties", ()) if getattr(report, "when", None) == "call" else ()
        figures = [str(value) for name, value in told if name == "figure"]
        if figures:
            terminalreporter.write_line("\n".join([report.nodeid, *figures]))


def _had(part: Callable[[], T]) -> T:
    """The part; without it, the end of the run, or a skip where only the embedded deployment is asked for."""
    try:
        return part()
    except Unavailable as problem:
        if _embedded_only():
            pytest.skip(str(problem))
        pytest.exit(f"NO REAL PART: {problem} (ALLOW_EMBEDDED_ONLY=1 goes on without)", returncode=3)


def _embedded_only() -> bool:
    return os.environ.get("ALLOW_EMBEDDED_ONLY") == "1"


@pytest.fixture
def real_parts(pytestconfig: pytest.Config) -> None:
    """For a test that starts a Kafka and a PostgreSQL of its own: they can be had."""
    _had(pytestconfig.stash[_parts].fetched)


@pytest.fixture(scope="session")
def kafka_address(pytestconfig: pytest.Config) -> str:
    """``host:port`` of a real broker that all tests of a run share. Name topics of your own on it."""
    return _had(pytestconfig.stash[_parts].kafka)


@pytest.fixture
def clean_kafka(kafka_address: str) -> str:
    """The shared broker without any topic: for tests that make the declared topics."""
    forget_topics(kafka_address)
    return kafka_address


@pytest.fixture
def own_broker(pytestconfig: pytest.Config) -> Iterator[Kafka]:
    """A real broker for this test alone, to stop, kill and start again."""
    broker = _had(pytestconfig.stash[_parts].broker)
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def broker_of_users(request: pytest.FixtureRequest) -> Iterator[Kafka]:
    """A real broker for one module, where the module's ``USERS`` sign in: the first may do everything."""
    broker = _had(lambda: request.config.stash[_parts].broker(request.module.USERS))
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def fresh_database(pytestconfig: pytest.Config) -> Callable[[], str]:
    """A function that makes an empty PostgreSQL database and gives its SQLAlchemy address (asyncpg)."""
    return lambda: _had(pytestconfig.stash[_parts].fresh_database)


@pytest.fixture
def postgres_url(fresh_database: Callable[[], str]) -> str:
    """The SQLAlchemy address (asyncpg) of an empty database for this test alone."""
    return fresh_database()
