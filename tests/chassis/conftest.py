"""One service of a small world at work, on each of the two deployments."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from chassis import operating
from chassis.clock import Clock
from chassis.http.auth import Caller
from chassis.ids import Ids
from chassis.log import Log, open_log
from chassis.runtime import Runtime
from chassis.service import Service
from chassis.settings import Settings
from chassis.store import open_store
from contracts.events.configuration import ThresholdSet
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from tests.chassis.race.world import VIEWS

IDS = Ids("a secret that only these tests have")
SERVICE = Service(
    name="orders",
    views=VIEWS,
    routers=(),
    rights={"say": frozenset({"reporter"})},
    accepts=dict.fromkeys((IncidentReported, BreachReported, ReferralMade, ThresholdSet), "say"),
)
POLICE = Caller(
    id=IDS.staff("issuer", "police"),
    issuer="issuer",
    subject="police",
    agency="northmere-police",
    roles=frozenset({"reporter"}),
    areas=frozenset(),
    name="Northmere Police",
)

Start = Callable[..., Awaitable[Runtime]]


class System:
    """One deployment's log and store, on which a service can be started, stopped and started again."""

    def __init__(self, log: Callable[[], Log], store: str, stack: AsyncExitStack) -> None:
        self._log = log
        self.store = store
        self._stack = stack

    def _runtime(self, service: Service) -> Runtime:
        clock = Clock()
        settings = Settings(watermark_seconds=0.2)
        return Runtime(
            service, settings, open_store(self.store, service.name, clock), self._log(), IDS, clock
        )

    async def start(self, service: Service = SERVICE) -> Runtime:
        """A service at work, caught up. It ends with the test, or by ``stop``."""
        runtime = self._runtime(service)
        await runtime.log.start()
        await runtime.start()
        self._stack.push_async_callback(self.stop, runtime)
        await runtime.caught_up.wait()
        return runtime

    async def drop(self) -> None:
        """Drop the store as an operator does, while no service runs."""
        runtime = self._runtime(SERVICE)
        await operating.drop(runtime)
        await runtime.store.close()

    async def stop(self, runtime: Runtime) -> None:
        """End a service as a process ends."""
        await runtime.stop()
        await runtime.log.stop()


@pytest.fixture(params=["embedded", "distributed"])
async def system(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[System]:
    """The embedded log and SQLite; Kafka and PostgreSQL."""
    async with AsyncExitStack() as stack:
        if request.param == "embedded":
            yield System(lambda: open_log(f"sqlite:{tmp_path}/log.sqlite"), f"sqlite:///{tmp_path}", stack)
        else:
            address = request.getfixturevalue("clean_kafka")
            url = request.getfixturevalue("postgres_url")
            yield System(lambda: open_log(f"kafka://{address}"), url, stack)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on the distributed deployment needs both of its real parts."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None and callspec.params.get("system") == "distributed":
            item.add_marker("kafka")
            item.add_marker("postgres")
