"""A process dies at the step that it was told, and at no other."""

import signal
import subprocess
import sys

import pytest

from chassis.steps import Step, parsed

PROGRAM = """
from chassis.steps import Step, die_at, reached
die_at("relay.sent:2")
for step in (Step.RELAY_READ, Step.RELAY_SENT, Step.RELAY_READ):
    reached(step)
print("the first time", flush=True)
reached(Step.RELAY_SENT)
print("the second time", flush=True)
"""


def test_a_process_is_killed_at_the_nth_time() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "the first time\n"


def test_a_step_without_a_count_is_the_first_time() -> None:
    assert parsed("load.committed") == (Step.LOAD_COMMITTED, 1)


@pytest.mark.parametrize("where", ["", "nowhere", "relay.sent:0", "relay.sent:soon"])
def test_what_is_no_step_is_refused(where: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (whichever part is wrong)
        parsed(where)
