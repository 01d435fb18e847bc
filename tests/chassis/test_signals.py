"""What comes in heaps, and so is let gather: uploads of years, and of what is of today at their end."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis import recording
from chassis.http.lines import GROUP
from chassis.marks import Rank
from chassis.signals import HEAP, LULL_SECONDS, LUMP, Signals
from tests.chassis.conftest import System
from tests.chassis.test_bulk import line, packed, uploaded
from tests.support.waiting import settled, until


@pytest.mark.parametrize(
    ("before", "then", "history", "today"),
    [
        ([Rank.HISTORY] * HEAP, [], True, False),
        ([Rank.HISTORY] * (HEAP - 1), [Rank.REST] * HEAP, False, False),
        ([Rank.HISTORY] * HEAP, [Rank.REST] * HEAP, True, True),
        ([Rank.HISTORY] * HEAP, [Rank.REST] * (HEAP - 1), True, False),
        ([Rank.HISTORY] * HEAP, [Rank.URGENT] * HEAP, True, False),
        ([], [Rank.REST] * HEAP, False, False),
    ],
)
def test_what_comes_in_a_heap(before: list[Rank], then: list[Rank], history: bool, today: bool) -> None:
    signals = Signals()
    signals.marked(before)
    signals.marked(then)
    assert (signals.history_comes, signals.today_comes) == (history, today)


def test_a_heap_of_today_keeps_an_upload_coming_and_single_posts_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, signals = 100.0, Signals()
    monkeypatch.setattr("time.monotonic", lambda: now)
    signals.marked([Rank.HISTORY] * HEAP)

    def comes() -> bool:
        return signals.history_comes

    for _ in range(5):
        now += LULL_SECONDS * 0.9
        signals.marked([Rank.REST] * LUMP)
    assert comes()
    for _ in range(HEAP):
        signals.marked([Rank.REST])
    assert not signals.today_comes
    now += LULL_SECONDS * 0.9
    signals.marked([Rank.REST] * (LUMP - 1))
    now += LULL_SECONDS * 0.2
    assert not comes()
    signals.marked([Rank.HISTORY])
    assert not signals.today_comes, "another upload begins"


async def test_an_upload_does_not_wait_for_what_gathers(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.signals.LULL_SECONDS", 60.0)
    monkeypatch.setattr(recording, "BACKLOG", GROUP)
    monkeypatch.setattr(recording, "LOOKS", 100_000)
    runtime = await system.start()
    at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    today = [line(f"new-{n}", str(n), occurred=at, recorded=at) for n in range(2 * HEAP)]
    lines = [line(f"old-{n}", str(n % 7)) for n in range(HEAP)] + today
    assert {each["status"] for each in await uploaded(runtime, packed(*lines))} == {201}

    async def gathers() -> bool:
        return runtime.signals.least is Rank.URGENT

    await until(gathers)
    monkeypatch.setattr("chassis.signals.LULL_SECONDS", 0.0)
    await until(lambda: settled(runtime))
