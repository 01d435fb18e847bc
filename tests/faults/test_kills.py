"""How long the harness waits for a process to die at its step: for as long as it can be at work."""

import itertools
import signal
from types import SimpleNamespace
from typing import cast

import pytest

from chassis.steps import Step
from tests.faults import kills
from tests.faults.killable import NotBack
from tests.faults.trial import Trial

STEP, BACK = 0.3, 0.5


class One:
    """A deployment of one service. It says that it is not ready as often as it is told to, and dies when it
    has been asked so often."""

    killable = ("orders",)

    def __init__(self, not_ready: int, dies: int | None) -> None:
        self.processes = {"orders": SimpleNamespace(returncode=None)}
        self._not_ready, self._dies = not_ready, dies
        self._asked = itertools.count(1)

    def start_to_die(self, part: str, where: str) -> None:
        """It runs already."""

    def may_start(self, part: str) -> bool:
        """Never: nothing else ends it."""
        return False

    def ended(self, part: str) -> bool:
        """Whether it died."""
        return self.processes[part].returncode is not None

    def is_back(self, part: str) -> bool:
        """Whether it is ready."""
        asked = next(self._asked)
        if asked == self._dies:
            self.processes[part].returncode = -signal.SIGKILL
        return asked > self._not_ready


@pytest.mark.parametrize(
    ("not_ready", "dies", "fails"),
    [
        (0, 3, None),
        (4, 6, None),
        (1_000, None, "no service was ready"),
        (2, None, "did not reach"),
    ],
    ids=["it dies at work", "its store was away for longer than that takes", "for too long", "never"],
)
async def test_time_in_which_no_service_is_ready_is_not_counted(
    not_ready: int, dies: int | None, fails: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kills, "STEP_SECONDS", STEP)
    monkeypatch.setattr(kills, "BACK_SECONDS", BACK)
    monkeypatch.setattr(kills, "ASK_SECONDS", 0.1)
    trial = cast("Trial", SimpleNamespace(deployment=One(not_ready, dies), reached=set[Step]()))
    if fails is None:
        await kills.dies(trial, "orders", Step.FOLD_TAKEN)
        assert trial.reached == {Step.FOLD_TAKEN}
    else:
        with pytest.raises(NotBack, match=fails):
            await kills.dies(trial, "orders", Step.FOLD_TAKEN)
        assert not trial.reached
