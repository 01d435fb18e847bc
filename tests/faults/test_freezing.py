"""A process that freezes for longer than every time-out: for how long that is, and that it is found when the
others do not take over, or not in time."""

import asyncio
import signal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chassis.log import kafka_reader
from chassis.store import TIME_OUTS
from tests.faults import freezing
from tests.faults.faults import DISTRIBUTED, IN_A_LONG_RUN, of_round
from tests.faults.freezing import frozen_for_long
from tests.faults.killable import NotBack
from tests.faults.oracle import Oracle
from tests.faults.trial import TAKES_OVER_SECONDS, Trial

PARTS = ("orders", "matcher")


class Frozen:
    """A deployment of two of each part, of which one matcher has the lease. It notes who was frozen and who
    woke up, and takes over in so many seconds."""

    def __init__(self, folder: Path, instances: int = 2) -> None:
        self.folder = folder
        self.signals: list[tuple[str, signal.Signals]] = []
        self.killable = [part if n == 1 else f"{part}@{n}" for part in PARTS for n in range(1, instances + 1)]
        self.processes = {part: SimpleNamespace(send_signal=self._sender(part)) for part in self.killable}
        for part, began in (("matcher", "10:00"), ("matcher@2", "11:00")):
            (folder / f"{part}.log").write_text(f'{{"event":"matcher.began","time":"{began}"}}\n')
        self.took: dict[str, float] | NotBack = {"a breach came through": 3.0}

    def _sender(self, part: str) -> Any:
        return lambda how: self.signals.append((part, how))

    def instances(self, part: str) -> list[str]:
        return [each for each in self.killable if each.startswith(part)]

    async def back(self, *parts: str) -> float:
        return 0.0

    async def taken_over(self, before: list[str], asleep: list[str]) -> dict[str, float]:
        if isinstance(self.took, NotBack):
            raise self.took
        return self.took

    async def answers(self, service: str, question: str) -> list[tuple[int]]:
        return [(1,)]

    @property
    def trial(self) -> Trial:
        stands_in = SimpleNamespace(deployment=self, chance=Random(1), oracle=Oracle(), late=[])
        stands_in.taken_over, stands_in.answers = self.taken_over, self.answers
        return cast(Trial, stands_in)


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Frozen:
    monkeypatch.setattr(freezing, "long", lambda: 0.01)
    return Frozen(tmp_path)


def test_it_is_longer_than_every_time_out_whatever_that_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    every = freezing.time_outs()
    assert {"max_poll_interval_ms", "session_timeout_ms", "statement_timeout"} <= every.keys()
    assert all(0 < seconds < freezing.long() for seconds in every.values())
    monkeypatch.setitem(kafka_reader.READER, "max_poll_interval_ms", 600_000)
    assert freezing.long() > 600
    monkeypatch.setitem(TIME_OUTS, "statement_timeout", "900000")
    assert freezing.long() > 900


def test_one_of_each_part_freezes_the_matcher_that_has_the_lease_and_wakes_up(deployment: Frozen) -> None:
    trial = deployment.trial
    asyncio.run(frozen_for_long(trial))
    stopped = [part for part, how in deployment.signals if how is signal.SIGSTOP]
    assert len(stopped) == len(PARTS)
    assert "matcher@2" in stopped
    assert stopped == [part for part, how in deployment.signals if how is signal.SIGCONT]
    assert trial.late == []


def test_others_who_take_over_too_late_are_found(deployment: Frozen) -> None:
    trial = deployment.trial
    deployment.took = {"a breach came through": 3.0, "records were matched": TAKES_OVER_SECONDS + 0.1}
    asyncio.run(frozen_for_long(trial))
    (late,) = trial.late
    assert late.startswith("records were matched after 10.1 s")


def test_others_who_never_take_over_are_found_and_all_wakes_up(deployment: Frozen) -> None:
    deployment.took = NotBack("nobody takes over")
    with pytest.raises(NotBack):
        asyncio.run(frozen_for_long(deployment.trial))
    assert [how for _, how in deployment.signals].count(signal.SIGCONT) == len(PARTS)


def test_it_comes_in_the_first_of_five_rounds_of_a_long_run_and_never_in_a_short_one() -> None:
    long = [
        number for number in range(11) if set(IN_A_LONG_RUN) & set(of_round(DISTRIBUTED, number, short=False))
    ]
    assert long == [0, 5, 10]
    assert of_round(DISTRIBUTED, 0, short=True) == list(DISTRIBUTED)
