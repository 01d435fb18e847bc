"""As it was known: what is shown for a time is the fold of exactly what had been accepted by then,
in whatever order it all came, and whatever came since."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from chassis import known
from chassis.accept import Refused
from chassis.archive import Archive
from chassis.clock import Clock
from chassis.facts import Fact
from chassis.ids import Ids
from chassis.ledger import entry_of
from chassis.load import Loader
from chassis.log import Record
from chassis.rows import canonical
from chassis.signals import Signals
from chassis.store import Postgres, Sqlite, Store
from chassis.views import Folded, Row, Subject, View
from contracts.content import Content
from contracts.events.alerts import AlertRaised
from contracts.events.configuration import ThresholdSet
from contracts.events.identity import IdentityAssigned, Move
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from contracts.registry import EVENTS
from contracts.topics import WATERMARKS
from contracts.vocabulary import AlertRule, BreachKind, IncidentKind, Role, Threshold, Urgency
from tests.chassis.race.world import CASE, PERSON, VIEWS, CauseTable, PersonRow
from tests.support.facts import IDS, NOON, fact, mention_of, someone
from tests.support.watermarks import of_others
from tests.support.world import World

PEOPLE = 5
FACTS = 70
SEEDS = range(3)
AGENCY = "castlegate-police"


class Given(Row):
    """All that a fold is given."""

    id: str
    at: datetime
    facts: list[str]
    configuration: list[int]
    homes: dict[str, str]
    people: dict[str, PersonRow | None]


def fold_given(subject: Subject) -> Folded:
    """A row that shows it."""
    row = Given(
        id=subject.id,
        at=subject.at,
        facts=[each.id for each in subject.facts],
        configuration=[each.said.value for each in subject.configuration.current(ThresholdSet)],
        homes=dict(sorted(subject.homes.items())),
        people={
            mention: cast("PersonRow | None", each.rows.get("person"))
            for mention, each in sorted(subject.people.items())
        },
    )
    return Folded(row)


ALONE = View(
    "alone", "cause", Given, CauseTable, fold_given, begun_by=(BreachReported,), configured_by=(ThresholdSet,)
)
READS = replace(ALONE, name="reads", reads_people=True, configured_by=())
AT = NOON + timedelta(hours=1)
BOTH = [someone(Role.VICTIM, "1"), someone(Role.RESPONDENT, "2")]
THE_BREACH = fact(BreachReported(kind=BreachKind.CONTACT, people=BOTH), root="breach", accepted=NOON)


def moves(number: str, to: str, seq: int = 1) -> Fact[Any]:
    """A decision that a record of somebody is another's."""
    mention = mention_of(AGENCY, number)
    move = {"mention": mention, "from": IDS.person(mention), "to": IDS.person(mention_of(AGENCY, to))}
    return fact(
        IdentityAssigned.model_validate({"seq": seq, "moves": [move]}), agency="goldthread", accepted=NOON
    )


THRESHOLD = fact(
    ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=1), root="late", accepted=NOON
)
INCIDENT = fact(
    IncidentReported(kind=IncidentKind.HARASSMENT, people=[someone(Role.VICTIM, "1")]),
    root="incident",
    accepted=NOON,
)
AGAIN = fact(
    BreachReported(kind=BreachKind.ONLINE, people=BOTH),
    root=THE_BREACH.root,
    version=2,
    before=[THE_BREACH],
    accepted=NOON,
)
LATE = {
    "a threshold": (ALONE, THRESHOLD),
    "a threshold of a person": (READS, THRESHOLD),
    "who is who": (ALONE, moves("2", "3")),
    "who is who, and who they are": (READS, moves("2", "3")),
    "a fact of it": (ALONE, AGAIN),
    "a fact of a person": (READS, INCIDENT),
}
"""What comes late of a time that is over, and a view of which nothing else is anew by it."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of orders."""
    if request.param == "sqlite":
        opened: Store = Sqlite(tmp_path / "store.sqlite", Clock())
    else:
        opened = Postgres(request.getfixturevalue("postgres_url"), "orders", Clock())
    await opened.prepare([view.table for view in VIEWS])
    yield opened
    await opened.close()


class Then(World):
    """The facts of a time in memory, everybody where the highest decision among them has them."""

    def homes(self) -> dict[str, str]:
        found = super().homes()
        decided = [each for each in self.facts if isinstance(each.content, IdentityAssigned)]
        for each in sorted(decided, key=lambda decision: decision.content.seq):
            found |= {move.mention: move.to for move in each.content.moves}
        return found


class History:
    """A seeded history: facts, corrections, withdrawals, moves, thresholds, alerts, one a second. What
    happened when is another order than what was accepted when."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.facts: list[Fact[Any]] = []
        self.newest: dict[str, Fact[Any]] = {}
        self.seq = 0
        for _ in range(FACTS):
            for each in self._next():
                self.facts.append(each)
                self.newest[each.root] = each

    def _next(self) -> Iterator[Fact[Any]]:
        kind = self.chance.choices(
            ["incident", "breach", "referral", "threshold", "move", "alert", "correct", "withdraw"],
            [6, 3, 3, 2, 4, 2, 5, 3],
        )[0]
        accepted = NOON + timedelta(seconds=len(self.facts))
        times = {"accepted": accepted, "occurred": NOON - timedelta(hours=self.chance.randrange(99))}
        breaches = sorted(
            each.root for each in self.newest.values() if isinstance(each.content, BreachReported)
        )
        standing = sorted(root for root, each in self.newest.items() if _is_said(each) and not each.withdrawn)
        if kind in ("correct", "withdraw"):
            if standing:
                last = self.newest[self.chance.choice(standing)]
                content = last.said if kind == "withdraw" else self._said(type(last.said))
                versions = {"version": last.version + 1, "withdrawn": kind == "withdraw", "before": [last]}
                yield fact(_bare(content), root=last.root, **versions, **times)
        elif kind == "alert":
            if breaches:
                said = AlertRaised(
                    rule=AlertRule.BREACH, cause=breaches[0], generation=1, urgency=Urgency.NOW
                )
                yield fact(said, root=f"alert {breaches[0]}", **times)
        else:
            kinds = {"incident": IncidentReported, "breach": BreachReported, "referral": ReferralMade}
            content = self._said(kinds[kind]) if kind in kinds else self._own(kind)
            yield fact(content, root=f"{len(self.facts)} {self.chance.random()}", **times)

    def _said(self, kind: type[Content]) -> Any:
        roles = (Role.VICTIM, Role.PERPETRATOR)
        people = [someone(role, str(self.chance.randrange(PEOPLE))) for role in roles]
        given: dict[type[Content], dict[str, Any]] = {
            IncidentReported: {"kind": IncidentKind.HARASSMENT},
            BreachReported: {"kind": BreachKind.CONTACT},
        }
        return kind(people=people, **given.get(kind, {}))

    def _own(self, kind: str) -> Content:
        if kind == "threshold":
            value = self.chance.randint(1, 4)
            return ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=value)
        self.seq += 1
        numbers = self.chance.sample(range(PEOPLE), 2)
        mention, onto = (mention_of(AGENCY, str(number)) for number in numbers)
        origin = Then(VIEWS, self.facts).homes().get(mention, IDS.person(mention))
        to = IDS.person(self.chance.choice([mention, onto]))
        move = Move.model_validate({"mention": mention, "from": origin, "to": to})
        return IdentityAssigned(seq=self.seq, moves=[move])

    def records(self) -> list[list[Record]]:
        """All of it in batches, shuffled, some of it twice."""
        bodies = [entry_of(each.envelope).body for each in self.facts]
        bodies += self.chance.sample(bodies, len(bodies) // 4)
        self.chance.shuffle(bodies)
        kinds = {entry_of(each.envelope).body: EVENTS[each.envelope.type].topic for each in self.facts}
        next_: Counter[str] = Counter()
        records = []
        for body in bodies:
            records.append(Record(kinds[body], "", body.encode(), 0, next_[kinds[body]]))
            next_[kinds[body]] += 1
        return [records[at : at + 7] for at in range(0, len(records), 7)]


def _is_said(each: Fact[Any]) -> bool:
    return isinstance(each.content, IncidentReported | BreachReported | ReferralMade)


def _bare(content: Any) -> Any:
    people = [mention.model_copy(update={"mention": None}) for mention in content.people]
    return content.model_copy(update={"people": people})


def _bytes(row: Row | None) -> bytes | None:
    return None if row is None else canonical(row)


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_shown_for_a_time_is_the_fold_of_what_was_accepted_by_then(
    store: Store, seed: int
) -> None:
    history = History(seed)
    loader = Loader(store, IDS, "/orders", Signals(), False, asyncio.Event())
    for batch in history.records():
        await loader.load(batch)
    await loader.load([Record(WATERMARKS, "", body, 0, n) for n, body in enumerate(of_others())])
    archive = Archive("orders", store, IDS, Clock(), VIEWS)
    everything = Then(VIEWS, history.facts).fold()
    seen = 0
    moments = [each.accepted for each in history.chance.sample(history.facts, 2)]
    moments += [
        NOON - timedelta(seconds=1),
        moments[0] - timedelta(microseconds=1),
        history.facts[-1].accepted,
    ]
    for at in moments:
        then = Then(VIEWS, [each for each in history.facts if each.accepted <= at], at=at).fold()
        for view in VIEWS:
            subjects = [subject for name, subject in everything if name == view.name]
            together = await archive.rows_as_of(view, subjects, at)
            for subject in subjects:
                folded = then.get((view.name, subject))
                expected = _bytes(folded.row if folded else None)
                assert _bytes(together.get(subject)) == expected, (view.name, subject, at)
                assert _bytes(await archive.as_of(view, subject, at)) == expected, "by itself as well"
                seen += expected is not None
    assert seen > 20, "most of it is something"


async def test_what_was_known_is_folded_again_only_where_something_of_then_has_come(store: Store) -> None:
    history = History(0)
    loader = Loader(store, IDS, "/orders", Signals(), False, asyncio.Event())
    *batches, last = history.records()
    for batch in batches:
        await loader.load(batch)
    await loader.load([Record(WATERMARKS, "", body, 0, n) for n, body in enumerate(of_others())])
    archive, folds = Archive("orders", store, IDS, Clock(), VIEWS), Counter[str]()

    def counted(subject: Subject) -> Folded:
        folds[subject.id] += 1
        return VIEWS[0].fold(subject)

    view, at = replace(VIEWS[0], fold=counted), history.facts[-1].accepted
    people = [IDS.person(mention_of(AGENCY, str(number))) for number in range(PEOPLE)]
    first = await archive.rows_as_of(view, people, at)
    assert await archive.rows_as_of(view, people, at) == first
    assert set(folds.values()) == {1}
    await loader.load(last)
    again = await archive.rows_as_of(view, people, at)
    then = Then(VIEWS, history.facts, at=at).fold()
    wanted = {each: then[(view.name, each)].row for each in people if (view.name, each) in then}
    assert {each: _bytes(row) for each, row in again.items()} == {
        each: _bytes(row) for each, row in wanted.items() if row is not None
    }
    assert 2 in folds.values(), "somebody is told of anew"


async def opened(store: Store, views: Collection[View], *facts: Fact[Any]) -> tuple[Loader, Archive]:
    """An archive of these facts, of which others have nothing more."""
    loader = Loader(store, IDS, "/orders", Signals(), False, asyncio.Event())
    await load(loader, *facts)
    await loader.load([Record(WATERMARKS, "", body, 0, n) for n, body in enumerate(of_others())])
    return loader, Archive("orders", store, IDS, Clock(), list(views))


async def load(loader: Loader, *facts: Fact[Any]) -> None:
    for each in facts:
        topic = EVENTS[each.envelope.type].topic
        await loader.load([Record(topic, "", entry_of(each.envelope).body.encode(), 0, 0)])


@pytest.mark.parametrize("late", LATE)
async def test_whatever_comes_late_of_then_is_in_the_row(store: Store, late: str) -> None:
    view, came = LATE[late]
    folds = list[str]()

    def counted(subject: Subject) -> Folded:
        folds.append(subject.id)
        return view.fold(subject)

    views = [PERSON, replace(view, fold=counted)]
    loader, archive = await opened(store, views, THE_BREACH)
    rows = [await archive.as_of(views[1], THE_BREACH.root, AT) for _ in range(2)]
    first = len(folds)
    await load(loader, came)
    rows += [await archive.as_of(views[1], THE_BREACH.root, AT) for _ in range(2)]
    assert len(folds) == 2 * first, "once before it came, and once since"
    for row, facts in zip(rows, [[THE_BREACH]] * 2 + [[THE_BREACH, came]] * 2, strict=True):
        then = Then([PERSON, view], facts, at=AT)
        given = then.subject("cause", THE_BREACH.root)
        given = given if view.reads_people else replace(given, people={})
        assert _bytes(row) == _bytes(view.fold(given).row)
    assert rows[0] != rows[-1]


async def test_of_another_time_view_or_subject_the_row_is_another(store: Store) -> None:
    also = replace(ALONE, fold=lambda _: Folded(None))
    _, archive = await opened(store, [PERSON, ALONE], THE_BREACH)
    rows = [
        await archive.as_of(ALONE, THE_BREACH.root, AT),
        await archive.as_of(ALONE, THE_BREACH.root, AT + timedelta(microseconds=1)),
        await archive.as_of(also, THE_BREACH.root, AT),
        *[await archive.as_of(ALONE, unknown.root, AT) for unknown in (THRESHOLD, INCIDENT)],
    ]
    assert len({_bytes(row) for row in rows}) == len(rows)


async def test_others_have_their_turn_after_so_much_work_and_whatever_is_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least work is a fold, and then a row that is kept."""
    monkeypatch.setattr(known, "WORK_SECONDS", 0)
    turns, folds, ended = 0, list[tuple[int, int]](), asyncio.Event()

    def noting(view: View) -> View:
        def fold(subject: Subject) -> Folded:
            began, row = len(folds), view.fold(subject)
            folds.append((turns, began))
            return row

        return replace(view, fold=fold)

    async def others() -> None:
        nonlocal turns
        while not ended.is_set():
            turns += 1
            await asyncio.sleep(0)

    people = [someone(Role.VICTIM, "1"), *(someone(Role.PERPETRATOR, str(n)) for n in range(2, 9))]
    told = [
        fact(ReferralMade(people=people[: 2 + n]), root=f"referral {n}", accepted=NOON)
        for n in range(len(people) - 1)
    ]
    views = [noting(PERSON), noting(CASE)]
    _, archive = await opened(store, views, *told)
    beside = asyncio.create_task(others())
    cases = [each.root for each in told]
    rows = await archive.rows_as_of(views[1], cases, AT)
    ended.set()
    await beside
    assert len(rows) == len(cases)
    assert len(folds) == len(people) + len(cases)
    assert len({turn for turn, _ in folds}) == len(folds), "no two without a turn of others"
    assert all(began == number for number, (_, began) in enumerate(folds)), "no fold within a fold"
    monkeypatch.setattr(known, "BREATH_SECONDS", 0.02)
    began = asyncio.get_running_loop().time()
    assert await archive.rows_as_of(views[1], cases, AT) == rows
    assert asyncio.get_running_loop().time() - began > 0.019 * len(cases)
    assert len(folds) == len(people) + len(cases), "all is kept"
    monkeypatch.setattr(known, "WORK_SECONDS", 60)
    monkeypatch.setattr(known, "BREATH_SECONDS", 60)
    async with asyncio.timeout(30):
        assert await archive.rows_as_of(views[1], cases, AT) == rows, "of less work nobody waits for a turn"


async def test_a_time_that_some_service_has_not_passed_is_refused(store: Store) -> None:
    loader = Loader(store, IDS, "/orders", Signals(), False, asyncio.Event())
    archive = Archive("orders", store, Ids("another secret of the tests"), Clock(), VIEWS)
    person = IDS.person(mention_of(AGENCY, "1"))
    *others, last = [Record(WATERMARKS, "", body, 0, n) for n, body in enumerate(of_others(until=NOON))]
    await loader.load(others)
    before = NOON - timedelta(microseconds=1)
    with pytest.raises(Refused) as unknown:
        await archive.as_of(VIEWS[0], person, before)
    assert (unknown.value.fault, unknown.value.status) == ("not-yet-known", 409)
    await loader.load([last])
    assert await archive.as_of(VIEWS[0], person, before) is None
    with pytest.raises(Refused):
        await archive.as_of(VIEWS[0], person, NOON)
