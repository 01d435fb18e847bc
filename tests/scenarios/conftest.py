"""Each scenario runs on both deployments."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.scenarios.goldthread import Deployed, Goldthread, deployed
from tests.scenarios.webhook import Webhook

NOW = datetime.now(UTC).replace(microsecond=0)
START = NOW - timedelta(days=365)
"""Where the services' clock starts: what happens in a test has happened by today."""


@pytest.fixture(
    scope="module",
    params=[
        "embedded",
        pytest.param("distributed", marks=(pytest.mark.kafka, pytest.mark.postgres)),
    ],
)
def deployment(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """A deployment of this module's own, its clock a year ago."""
    folder = Path(mkdtemp(prefix="gt-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user, and must enter it
    with deployed(request.param, folder, START) as found:
        yield found


@pytest.fixture
async def goldthread(deployment: Deployed) -> AsyncIterator[Goldthread]:
    """Goldthread, for one test."""
    opened = Goldthread(deployment.url)
    yield opened
    await opened.close()


@pytest.fixture
async def pager() -> AsyncIterator[Webhook]:
    """A paging system that takes what it is sent: one that is away is tried again and again, and a day of
    that is most of what a test would wait for."""
    async with Webhook() as taking:
        yield taking
