"""The short run of each deployment: every fault once, in the distributed one every step too.

``make chaos KILLS=1000`` is the long one. What goes wrong here is named with its seed, and goes wrong
again with ``make chaos SEED=...``.
"""

import pytest

from tests.faults import chaos
from tests.faults.faults import DISTRIBUTED, EMBEDDED
from tests.faults.kills import IN_A_ROUND

SEED = 1
A_ROUND_SECONDS = 3600
"""A round hangs nowhere: every wait in it has a time of its own, and says what did not come. On two
slow cores all of it took more than fifteen minutes (29 November 2026)."""
KILLS_OF_ONE = 8
"""In one process they come one after another, each with a start."""


@pytest.mark.chaos
@pytest.mark.timeout(A_ROUND_SECONDS)
@pytest.mark.usefixtures("real_parts")
def test_nothing_is_lost_on_kafka_and_postgresql() -> None:
    outcome = chaos.round_of("distributed", SEED, 0, chaos.A_ROUND, short=True)
    _holds(outcome, set(DISTRIBUTED))
    assert set(outcome.reached) == IN_A_ROUND, "a step that nobody reached"


@pytest.mark.chaos
def test_nothing_is_lost_in_one_folder() -> None:
    _holds(chaos.round_of("embedded", SEED, 0, KILLS_OF_ONE, short=True), set(EMBEDDED))


def _holds(outcome: chaos.Outcome, faults: set[str]) -> None:
    assert not outcome.found, "\n".join([f"seed {outcome.seed}", *outcome.found])
    assert not outcome.late
    assert faults <= outcome.faults.keys()
    assert outcome.acknowledged > 50
