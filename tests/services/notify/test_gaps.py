"""Somebody is told of a gap in the rota before it comes: once, until it is filled."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select

from chassis import ledger
from chassis.accept import own_header
from chassis.facts import Fact, FactSet
from chassis.marks import Rank
from chassis.runtime import Runtime
from chassis.views import Subject
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.configuration import RotaSet
from contracts.vocabulary import AlertRule, Post, Urgency
from services.notify.gaps import decide, fold
from services.notify.views import ALERT, AlertRow, AlertTable
from tests.services.notify.conftest import ADMIN, configure, stop
from tests.services.notify.test_coverage import hours, shift
from tests.services.notify.world import staff
from tests.support.facts import corrected, said, withdrawn
from tests.support.waiting import until

DAY, NIGHT = shift([0, 12], first="amira"), shift([24, 400], first="ben")


@dataclass
class Area:
    """An area whose rota somebody sets, and what it says by itself."""

    configuration: list[Fact[Any]]
    now: float = 0
    facts: list[Fact[Any]] = field(default_factory=list)

    def settle(self, at: float | None = None) -> list[str]:
        """Fold and decide until nothing more is said; give what was said now."""
        self.now = self.now if at is None else at
        found: list[Fact[Any]] = []
        while True:
            row = self.folded(hours(self.now))
            new = [said(each) for each in decide(row, hours(self.now))]
            if not (new := [each for each in new if each.id not in {known.id for known in self.facts}]):
                return [f"{_WORD[type(each.said)]} {each.said.generation}" for each in found]
            found += new
            self.facts += new

    def folded(self, at: datetime) -> Any:
        return fold(Subject("north", FactSet(self.facts), FactSet(self.configuration), at)).row


_WORD = {AlertRaised: "raised", AlertStoodDown: "stood down"}


def test_a_gap_is_told_once_and_stood_down_when_it_is_filled() -> None:
    area = Area([DAY, NIGHT])
    assert area.settle() == ["raised 1"]
    assert area.settle() == []
    raised = area.facts[0].said
    assert (raised.rule, raised.urgency, raised.rota_of) == (AlertRule.ROTA_GAP, Urgency.HOUR, "north")
    assert "a:north" in area.facts[0].envelope.keys.split()
    cover = shift([12, 24], first="hal")
    area.configuration.append(cover)
    assert area.settle(1) == ["stood down 1"]
    area.configuration.append(withdrawn(cover))
    assert area.settle(2) == ["raised 2"], "it is a gap again"


def test_whoever_has_no_telephone_pager_or_mail_is_a_gap_before_it_comes_until_they_have_one() -> None:
    night = shift([12, 24], by_name=["hal", "ida"], first="hal", second="ida")
    area = Area([DAY, night, NIGHT])
    assert area.settle(-150) == ["raised 1"]
    (gap,) = area.folded(hours(-150)).gaps
    assert (gap.cause, gap.starts, gap.posts) == (
        area.facts[0].said.cause,
        hours(12),
        (Post.FIRST, Post.SECOND),
    )
    one = corrected(night, shift([12, 24], by_name=["ida"], first="hal", second="ida").said)
    area.configuration.append(one)
    assert area.settle(-149) == ["raised 1", "stood down 1"], "a second is asked for by itself"
    assert area.folded(hours(-149)).gaps[0].posts == (Post.SECOND,)
    area.configuration.append(corrected(one, shift([12, 24], first="hal", second="ida").said))
    assert area.settle(-148) == ["stood down 1"]


def test_what_was_told_of_a_missing_second_hides_no_first_whom_nobody_can_reach_any_more() -> None:
    night = shift([12, 24], first="hal")
    area = Area([shift([0, 12], first="amira", second="ben"), night, NIGHT])
    assert area.settle(-150) == ["raised 1"]
    assert area.folded(hours(-150)).gaps[0].posts == (Post.SECOND,)
    worse = corrected(night, shift([12, 24], by_name=["hal"], first="hal").said)
    area.configuration.append(worse)
    assert area.settle(-149) == ["raised 1", "stood down 1"]
    assert area.folded(hours(-149)).gaps[0].posts == (Post.FIRST, Post.SECOND)
    assert len({each.said.cause for each in area.facts}) == 2
    area.configuration.append(corrected(worse, shift([12, 24], first="hal").said))
    assert area.settle(-148) == ["raised 2", "stood down 1"]


def test_a_gap_that_is_half_filled_is_another_one() -> None:
    area = Area([DAY, NIGHT])
    area.settle()
    area.configuration.append(shift([12, 18], first="hal"))
    assert area.settle(1) == ["raised 1", "stood down 1"]
    assert len({each.said.cause for each in area.facts}) == 2


def test_a_gap_whose_hours_are_moved_is_told_once() -> None:
    area = Area([DAY, NIGHT])
    area.settle()
    area.configuration.append(corrected(DAY, shift([0, 14], first="amira").said))
    assert area.settle(1) == []


def test_nobody_is_told_more_than_a_week_before_nor_after_it() -> None:
    area = Area([DAY, NIGHT])
    assert area.settle(-170) == []
    assert area.settle(-156) == ["raised 1"]
    assert area.facts[0].said.urgency is Urgency.DAY
    assert area.settle(24) == ["stood down 1"], "it is over: nobody can fill it any more"
    assert area.settle(230) == []
    assert area.settle(232) == ["raised 1"], "the rota ends in a week"


def test_an_area_that_never_had_a_rota_is_covered_by_the_one_around_it() -> None:
    assert Area([shift([0, 12], area="force", first="fay")]).settle(20) == []


def test_a_restored_store_tells_nobody_again() -> None:
    area = Area([DAY, NIGHT])
    area.settle()
    again = Area(area.configuration, 5, list(area.facts))
    assert again.settle() == []
    assert again.folded(hours(5)) == area.folded(hours(5)) == area.folded(hours(0))


async def test_the_service_at_work_calls_the_supervisor_once_and_not_again_after_a_restart(
    start: Callable[[], Awaitable[Runtime]],
) -> None:
    runtime = await start()
    await configure(runtime, first="amira", supervisor="cath")
    now = runtime.clock.now()
    said = {"area": "north", "starts": now + timedelta(days=2), "ends": now + timedelta(days=3)}
    over = RotaSet.model_validate(
        said | {"first": {"person": staff("ben"), "email": "ben@northmere.example"}}
    )
    await runtime.take(own_header(now), over, caller=ADMIN, right="rota:set")

    async def called(at: Runtime) -> list[AlertRow]:
        rows = cast("list[AlertRow]", await at.rows(ALERT, select(AlertTable)))
        return [row for row in rows if row.calls]

    (row,) = await until(lambda: called(runtime))
    assert (row.rule, row.rota_of, row.calls[0].person) == (AlertRule.ROTA_GAP, "north", staff("cath"))
    await stop(runtime)
    again = await start()
    everything = [(ledger.EVERYTHING, None, Rank.URGENT)]
    await again.store.write(lambda c: ledger.add_marks(again.store, c, everything))
    again.signals.marked([Rank.URGENT])
    await again.folded(["*", "a:north", f"o:{row.cause}"])
    (after,) = await called(again)
    assert (after.generation, len(after.calls)) == (1, 1)
    raised = (await again.facts(["a:north"])).current(AlertRaised)
    assert [each.said.cause for each in raised] == [row.cause]
