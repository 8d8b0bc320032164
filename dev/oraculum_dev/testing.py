"""The pytest plugin that gives every test of the house the real servers it needs.

A server starts when a test first asks for it, and is shared by all workers of the run. With pytest-xdist the directing
process owns the servers and the workers ask it for addresses.
"""

import os
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import redis
import structlog

from oraculum_dev.fixtures import evidence
from oraculum_dev.fixtures.databases import Databases
from oraculum_dev.fixtures.servers import OVERRIDES, Desk, LocalServers, RemoteServers, Servers
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.infrastructure import ports
from oraculum_dev.suite.home import Home
from oraculum_kit.clock import SystemClock

SERVERS = pytest.StashKey[Servers]()
DESK = pytest.StashKey[Desk]()
RECURSION_LIMIT = sys.getrecursionlimit()


# Whoever asks for one of these needs a server.
NEEDS_SERVERS = {"postgres", "database_for", "kafka_bootstrap", "redis_url", "suite"}
# What is shared and borne by one test at a time, the choosier first.
ONE_AT_A_TIME = ("breakable_suite", "suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a developer run what needs nothing but Python, and choose where evidence goes."""
    parser.addoption("--without-servers", action="store_true", help="leave out tests that need a real server")
    parser.addoption(
        "--failures",
        default=str(evidence.FAILURES),
        help="where the logs of a suite are kept when a test that used it fails",
    )


# Before pytest-xdist, which reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep together what shares a whole suite, and leave out what asks for a server, if that was wanted."""
    for item in items:
        if item.get_closest_marker("end_to_end"):
            item.add_marker(pytest.mark.xdist_group(_group_of(item)))
    if not config.getoption("--without-servers"):
        return
    served = [item for item in items if _needs_servers(item)]
    config.hook.pytest_deselected(items=served)
    items[:] = [item for item in items if item not in served]


def _needs_servers(item: pytest.Item) -> bool:
    asked = NEEDS_SERVERS & set(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("own_suite") is not None


def _group_of(item: pytest.Item) -> str:
    """Whose turn a test waits for under `--dist loadgroup`: that of a shared suite, or of its own file's tests."""
    asked = getattr(item, "fixturenames", ())
    return next((name for name in ONE_AT_A_TIME if name in asked), item.path.name)


def pytest_collection_finish() -> None:
    """Undo what one package's library does to all: with the limit it sets, nested input kills the interpreter."""
    sys.setrecursionlimit(RECURSION_LIMIT)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what a suite has said when a test that used it fails, and say where: at the end of the run it is removed."""
    report = yield
    used = {one.folder for one in getattr(item, "funcargs", {}).values() if isinstance(one, Suite)}
    if report.failed:
        report.sections += [("what the suite said", _kept(folder, item)) for folder in sorted(used)]
    return report


def _kept(suite: Path, test: pytest.Item) -> str:
    failures = Path(test.config.getoption("--failures"))
    try:
        kept = evidence.keep(Home(suite), test.nodeid, SystemClock().now(), failures)
    except OSError as error:
        # The test's own failure is what matters, and must be seen whatever happens here.
        return f"its logs could not be kept: {error}"
    return f"its logs are kept in {kept}"


def pytest_configure(config: pytest.Config) -> None:
    """Decide who owns the servers: this process, or the one that directs it; print tracebacks plainly."""
    _print_plain_tracebacks()
    workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[SERVERS] = RemoteServers(tuple(workerinput["oraculum_servers"]))
        return
    config.stash[SERVERS] = LocalServers()
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell that runs us in the background has Ctrl-C ignored, and every process that a test starts would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _print_plain_tracebacks() -> None:
    # Where nobody has configured it, structlog draws tracebacks with all locals: that takes longer than a deadline.
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker, before it starts, where to ask."""
    stash = node.config.stash
    if DESK not in stash:
        stash[DESK] = Desk(stash[SERVERS])
    node.workerinput["oraculum_servers"] = stash[DESK].rendezvous


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process owns, also after Ctrl-C."""
    if desk := config.stash.get(DESK, None):
        desk.close()
    servers = config.stash.get(SERVERS, None)
    if isinstance(servers, LocalServers):
        servers.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # As Ctrl-C does, so that the servers are stopped and their data is removed.
    raise KeyboardInterrupt


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> str:
    """The superuser's address of a running PostgreSQL."""
    return pytestconfig.stash[SERVERS].address("postgres")


@pytest.fixture(scope="session")
def database_for(postgres: str) -> Iterator[Databases]:
    """A factory of fresh, migrated databases; awaited with a service's name it gives the address for that service's role."""
    databases = Databases(postgres)
    yield databases
    # Our own server is thrown away with all that is in it; one that somebody keeps is left as it was found.
    if os.environ.get(OVERRIDES["postgres"]):
        databases.drop_all()


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """The bootstrap address of a running Kafka; topics and groups are shared by the run, so name them uniquely."""
    return pytestconfig.stash[SERVERS].address("kafka")


@pytest.fixture(scope="session")
def redis_url(pytestconfig: pytest.Config) -> str:
    """The address of a Valkey database of this worker's own, empty at its start."""
    base = pytestconfig.stash[SERVERS].address("valkey")
    worker = str(getattr(pytestconfig, "workerinput", {}).get("workerid", "gw0"))
    number = int(re.sub(r"\D", "", worker)) % 64
    url = f"{base.rsplit('/', 1)[0]}/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def suite(pytestconfig: pytest.Config) -> Suite:
    """A whole suite with invented venues, shared by the run: for tests marked `end_to_end`."""
    return Suite(Path(pytestconfig.stash[SERVERS].address("suite")))


@pytest.fixture(scope="session")
def breakable_suite(pytestconfig: pytest.Config) -> Suite:
    """Another one, for tests that kill parts of it or keep it busy; a folder of such tests names it `suite`."""
    return Suite(Path(pytestconfig.stash[SERVERS].address("breakable-suite")))


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that returns a port nobody listens on."""
    return ports.free_port
