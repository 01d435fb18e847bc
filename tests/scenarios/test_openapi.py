"""Each service keeps to its own OpenAPI document, whatever is sent: Schemathesis makes it up.

What fits the schema may still be refused for what no schema can say (a cursor of another list, a
version that is not at hand, a time that has not come, a rule between two fields): by a problem, never
by a fault of ours.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from chassis.http.bulk import CSV, NDJSON
from deploy.local.processes import run_apart
from tests.scenarios import scene
from tests.scenarios.conftest import START
from tests.scenarios.goldthread import SERVICES, Deployed, Goldthread, deployed
from tests.support.waiting import PATIENCE

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "8"))
"""Of each operation, as each caller, the same each time. More find more, and take their time: of 15 all of
them took a twelfth of all tests. ``CONTRIBUTING.md`` says when to try more."""

CALLERS = {
    "referrals": ("harbour-idva", "priya-nair"),
    "orders": ("castlegate-housing", "dev-malik"),
    "marac": ("priya-nair", "tom-achterberg"),
    "notify": ("colin-wray", "marcus-dunne"),
}
"""Of each service, whose posts it takes, and who reads it."""

REFUSED = ["2xx", "400", "401", "404", "409", "412", "422", "428"]
"""How what fits a schema may be answered."""


@pytest.fixture(scope="module")
def embedded() -> Iterator[Deployed]:
    """A deployment with the journey's case in it, so that there is something to read."""
    folder = Path(mkdtemp(prefix="gt-"))
    with deployed("embedded", folder, START) as found:
        run_apart(told(found.url))
        yield found


async def told(url: str) -> None:
    goldthread = Goldthread(url)
    await goldthread.set_clock(scene.FOLDED)
    await scene.configure(goldthread, scene.Place(), "http://127.0.0.1:9")
    await scene.linked(goldthread, "rowan-ellis", await scene.tell(goldthread, scene.Place()))
    await goldthread.close()


async def token(url: str, who: str) -> str:
    """The access token of a system or a person."""
    goldthread = Goldthread(url)
    if who in scene.KINDS:
        return (await goldthread.system(who)).headers["authorization"]
    return f"Bearer {(await goldthread.person(who)).cookies['goldthread']}"


ASIDE = re.compile("/stream$|/clock$|/(health|ready)$")
"""Streams that stay open; the clock, which would move under the others; what is no part of the API."""


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_keeps_to_its_document(embedded: Deployed, subtests: pytest.Subtests, service: str) -> None:
    callers = [run_apart(token(embedded.url, caller)) for caller in CALLERS[service]]
    configuration = {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": REFUSED},
            "ignored_auth": {"enabled": False},  # it sends our own header again; see test_access
        },
    }
    config = SchemathesisConfig.from_dict(configuration)
    url = f"{embedded.url}/{service}/openapi.json"  # it is made when it is first read
    document = schemathesis.openapi.from_url(url, config=config, timeout=PATIENCE)
    for found in document.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if not ASIDE.search(operation.path):
            with subtests.test(operation=operation.label):
                tried(operation, callers)


@schemathesis.serializer(NDJSON)
def as_a_line(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """An upload of one line; an integer may be larger than orjson writes."""
    return json.dumps(value).encode()


@schemathesis.serializer(CSV)
def as_a_table(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Whatever is no table."""
    return json.dumps(value).encode()


def tried(operation: Any, callers: list[str]) -> None:
    """Send an operation what fits its description and what does not, as each caller. Raises at the first
    misfit."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def keeps_to_it(case: Any) -> None:
        for caller in callers:
            case.call_and_validate(headers={"Authorization": caller})

    keeps_to_it()
