"""Links that were undone, by their table."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from chassis.facts import Fact, FactSet
from chassis.ids import new_id
from chassis.views import Subject
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.identity import IdentityAssigned, Parted
from contracts.sections import Routing
from contracts.vocabulary import AlertRule
from services.referrals import mixtures
from services.referrals.links import AnswerLine, UndoneLink, decide, fold_link
from services.referrals.rules.sharing import may_see_undone
from services.referrals.rules.witnessing import AS_MANY, Part, mixes
from tests.support.facts import fact, mention_of, root_of

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
DUE = AT + timedelta(hours=72)
SERVICES = Path(__file__).parents[3] / "services"
TABLE = yaml.safe_load(Path(__file__).with_name("undone.yaml").read_text())


@pytest.mark.parametrize("row", TABLE["sees"], ids=lambda row: row["case"])
def test_who_may_see_an_undone_link(row: dict[str, Any]) -> None:
    for one, other in ((row["one"], row["other"]), (row["other"], row["one"])):
        assert may_see_undone({row["role"]}, row["areas"], {*one, *other}) is row["sees"]


@pytest.mark.parametrize("row", TABLE["clock"], ids=lambda row: row["case"])
def test_the_clock_runs_while_nothing_is_said_to_be_done(row: dict[str, Any]) -> None:
    answer = AnswerLine(at=AT, agency="council", reported=False, reason="Told.")
    link = UndoneLink(
        cause=new_id(),
        parted=(("one", "other"),),
        at=AT,
        due=DUE if row["started"] else None,
        area="north",
        generation=row["started"],
        stopped=row["stopped"],
        answer=answer if row["answered"] else None,
    )
    said = [each.content for each in decide(link, AT)]
    names = [f"{'start' if isinstance(each, ClockStarted) else 'stop'} {each.generation}" for each in said]
    assert names == [row["says"]] * (row["says"] != "nothing")
    for each in said:
        if isinstance(each, ClockStarted):
            assert (each.due, each.routing) == (DUE, Routing(area="north")), "as it was"


def test_a_link_has_its_own_clock_and_no_other_of_its_cause() -> None:
    """One of another rule that starts later, and one that stops, change nothing of it."""
    cause, other = root_of("decision"), root_of("another decision")
    parted = [Parted(mentions=[mention_of("police", "1"), mention_of("police", "2")])]
    facts: list[Fact[Any]] = [
        fact(IdentityAssigned(seq=1, moves=[], parted=parted), root=cause, occurred=AT),
        fact(IdentityAssigned(seq=2, moves=[]), root=other, occurred=AT),
        fact(ClockStarted(rule=AlertRule.MIXTURE, cause=cause, generation=1, due=DUE)),
        fact(ClockStarted(rule=AlertRule.HEARING, cause=cause, generation=2, due=AT)),
        fact(ClockStopped(rule=AlertRule.HEARING, cause=cause, generation=1)),
    ]
    link = fold_link(Subject(cause, FactSet(facts), FactSet(), AT)).row
    assert isinstance(link, UndoneLink)
    assert (link.generation, link.due, link.stopped) == (1, DUE, False)
    assert fold_link(Subject(other, FactSet(facts), FactSet(), AT)).row is None, "it parted nobody"


def test_each_two_parts_are_compared_and_all_that_went_with_each() -> None:
    """Of one person three parts, of another two; and of a decision that told one mention of each part
    alone."""
    a, a2, b, c, d, e = (mention_of("police", name) for name in ("a", "a2", "b", "c", "d", "e"))
    parted = [
        Parted(mentions=[a, b], parts=[[a, a2], [b]]),
        Parted(mentions=[b, c], parts=[[b], [c]]),
        Parted(mentions=[d, e]),
    ]
    cause = root_of("decision")
    facts = FactSet([fact(IdentityAssigned(seq=1, moves=[], parted=parted), root=cause, occurred=AT)])
    link = fold_link(Subject(cause, facts, FactSet(), AT)).row
    assert isinstance(link, UndoneLink)
    assert link.parted == ((a, b), (a, c), (b, c), (d, e))
    assert link.parts == {a: (a, a2), b: (b,), c: (c,)}


@pytest.mark.parametrize("row", TABLE["looks"], ids=lambda row: row["case"])
def test_who_was_shown_two_as_one(row: dict[str, Any]) -> None:
    parts = (
        Part(frozenset({"one"}), frozenset({"1", "both"})),
        Part(frozenset({"other"}), frozenset({"2", "both"})),
    )
    at, other_way = AT - timedelta(minutes=row["before"]), {"1": "2", "2": "1", "one": "other"}
    for pair in (parts, parts[::-1]):
        assert mixes(row["view"], row["facts"], at, [pair], AT, row.get("asked")) is row["mixed"]
    turned = [other_way.get(each, each) for each in row["facts"]]
    asked = other_way.get(row.get("asked"), row.get("asked"))
    assert mixes(row["view"], turned, at, [parts], AT, asked) is row["mixed"], "whichever of the two it is"


def test_every_view_of_many_is_one_that_is_shown() -> None:
    """One that is named anew would count again."""
    files = [
        "marac/conference/meetings.py",
        "marac/conference/queries.py",
        "marac/tasking/queries.py",
        "orders/circulation.py",
        "referrals/feeds/reading.py",
        "referrals/review.py",
    ]
    shown = "".join((SERVICES / each).read_text() for each in files)
    assert [view for view in sorted(AS_MANY) if f'caller, "{view}"' not in shown] == []


class Watched:
    """A runtime with one undone link that nobody had been shown, and the audit that is here by now."""

    def __init__(self, link: UndoneLink, here: list[datetime | None]) -> None:
        self.clock = SimpleNamespace(now=lambda: AT)
        self.link, self.here, self.asked = link, here, 0

    async def rows(self, *_: Any) -> list[UndoneLink]:
        """The link; the store is away when it is asked for it first."""
        self.asked += 1
        if self.asked == 1:
            raise OSError
        if not self.here:
            raise asyncio.CancelledError
        return [self.link]

    async def fresh_until(self) -> datetime | None:
        """Before when all is here."""
        return self.here[0]


async def test_a_link_is_looked_at_until_all_is_here_and_only_at_what_can_be_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = UndoneLink(
        cause=new_id(), parted=(), at=AT, due=None, area=None, generation=0, stopped=False, answer=None
    )
    before, after = AT - timedelta(minutes=1), AT + timedelta(seconds=1)
    runtime, looked = Watched(link, [None, before, after, after]), []

    async def shown(_: Any, __: UndoneLink, since: datetime | None) -> list[Any]:
        looked.append(since)
        return []

    async def passes(_: float) -> None:
        if runtime.asked > 1:
            runtime.here.pop(0)

    monkeypatch.setattr(mixtures, "_shown", shown)
    monkeypatch.setattr(mixtures.asyncio, "sleep", passes)
    with pytest.raises(asyncio.CancelledError):
        await mixtures.watch_links(runtime)  # type: ignore[arg-type]
    assert looked == [None, None, before], "all of it; all again; what is new; and then no more"
