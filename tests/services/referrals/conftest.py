"""The service at work, for whichever test asks for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.clock import Clock
from chassis.log import open_log
from chassis.runtime import Runtime
from chassis.settings import Settings
from chassis.store import open_store
from services.referrals.service import SERVICE
from tests.services.referrals.scene import COORDINATORS, IDS, Door, Referrals
from tests.support.routes import routes_of


@pytest.fixture
async def referrals(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Referrals]:
    """On SQLite, or on PostgreSQL for a test that says so by its parameter."""
    postgres = getattr(request, "param", "sqlite") == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}"
    clock, log = Clock(), open_log(f"sqlite:{tmp_path}/log.sqlite")
    await log.start()
    store = open_store(url, "referrals", clock)
    runtime = Runtime(SERVICE, Settings(data=tmp_path, watermark_seconds=0.1), store, log, IDS, clock)
    app = routes_of(runtime, Door())
    await runtime.start()
    await runtime.caught_up.wait()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://goldthread.test") as http:
        found = Referrals(runtime, http)
        await found.configure(*COORDINATORS)
        yield found
    await runtime.stop()
    await log.stop()
