"""A case that was returned is said to stay away only where it does, and looks at who waits read no more of it
for that; with each look as it is where every returned case is read and worked out."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.accept import own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.log import Record
from chassis.parking import Incomplete, Park, park
from chassis.store import Store
from contracts.events.configuration import ThresholdSet
from contracts.events.listing import MaracSet, ReferralReturned
from contracts.events.transfer import TransferAcknowledged, TransferSent
from contracts.sections import Narrative
from contracts.vocabulary import (
    EscalationUnit,
    Grade,
    HeardHere,
    MoveWarning,
    RepeatAnchor,
    RepeatDefinition,
    Role,
    Threshold,
)
from services.marac.conference import rows
from services.marac.conference.known import CaseKnown
from services.marac.conference.other_party import own_rows
from services.marac.conference.repeated import as_chosen, chooses
from services.marac.conference.views import CASE
from services.marac.rules.chosen import chosen
from services.marac.rules.criteria import evidence
from services.marac.service import SERVICE
from tests.services.marac.caseload import (
    CONFIGURATION,
    LINKED,
    ann,
    ben,
    cat,
    histories,
    household,
    incident,
    mention,
    referral,
    risk,
    world,
)
from tests.services.marac.conftest import CALLERS, Marac, caller, link, prepared
from tests.services.marac.test_after_http import sent
from tests.services.marac.test_listing import RETURN, maracs, refer
from tests.services.marac.test_research_by_system import ON_BOTH
from tests.support.facts import IDS, NOON, corrected, fact, mention_of, root_of, someone
from tests.support.waiting import until
from tests.support.world import World

NOTHING = Narrative(text="Nothing.")


Done = dict[tuple[str, str], Any]
"""The rows of a world, by view and subject."""


def rows_in(folded: World) -> Done:
    return {name: done.row for name, done in folded.fold().items() if done.row is not None}


def known(
    folded: World, done: Done, case: str, at: datetime, heard: Sequence[tuple[datetime, str]] = ()
) -> CaseKnown:
    """A case of a world as a look has it, whose pair meetings have heard so."""
    row: rows.ConferenceCase = done["conference_case", case]
    people = {id_: each for (view, id_), each in done.items() if view == "conference_person"}
    own = chosen(FactSet(folded.facts), chooses(row))
    return CaseKnown(
        at,
        as_chosen(row, own, heard, at),
        own_rows(row, people),
        *({}, {}, {}, Incomplete()),
        chosen=own,
        listing=done.get(("conference_listing", case)),
        recorded=tuple(row.repeat.roots) if row.repeat else (),
    )


def returned_of(before: World, case: str, at: datetime) -> Fact[Any] | None:
    """The return of a case, upon what is known; None: there is none to return."""
    done = rows_in(before)
    row = done.get(("conference_case", root_of(case)))
    if row is None or row.withdrawn:
        return None
    now = known(before, done, row.case, at)
    considered = evidence(now.criteria, now.newest)
    said = ReferralReturned(case=row.case, advice=NOTHING, reason=NOTHING, considered=considered)
    return fact(said, agency="police", occurred=at, root=f"return {case}")


def low(name: str, days: int, *people: Any) -> Fact[Any]:
    """A referral that meets no criterion by itself."""
    at = NOON - timedelta(days=days)
    return referral(name, Grade.STANDARD, dash=None, criteria=[], people=list(people), occurred=at)


LOW = [low("before", 500, ann(), ben()), low("again", 60, ann(), ben()), low("hers", 60, cat(), ben())]
CASES = ["before", "again", "hers", "case 0"]


@st.composite
def choices(draw: st.DrawFn, name: str, at: datetime) -> list[Fact[Any]]:
    """What a MARAC may choose for itself."""
    by: dict[str, Any] = {"area": "north", "person": IDS.staff("test", "chair")}
    units = st.tuples(st.sampled_from(EscalationUnit), st.integers(2, 3), st.sampled_from([1, 12]))
    kinds = st.lists(st.sampled_from(["rape", "stalking", "verbal-abuse"]), unique=True)
    of = {
        "repeat_definition": draw(st.sampled_from(RepeatDefinition)),
        "repeat_anchor": draw(st.sampled_from(RepeatAnchor)),
        "escalation": [
            {"unit": unit, "least": least, "months": months}
            for unit, least, months in draw(st.lists(units, max_size=2))
        ],
        "local": [
            {"code": f"own-{n}", "words": "Our own.", "kinds": each}
            for n, each in enumerate(draw(st.lists(kinds, max_size=2)))
        ],
    }
    numbers = {Threshold.ESCALATION_INCIDENTS: [1, 2, 3], Threshold.DASH_VISIBLE_HIGH_RISK: [10, 14, 24]}
    said: list[Any] = [MaracSet.model_validate(by | of)]
    for threshold, values in numbers.items():
        said.append(ThresholdSet(**by, threshold=threshold, value=draw(st.sampled_from(values))))
    return [fact(each, root=f"{name} {n}", occurred=at) for n, each in enumerate(said)]


def sent_to_the_south(case: str) -> list[Fact[Any]]:
    """That a case was sent to another MARAC, which took it."""
    of, day = {"case": root_of(case), "heard": HeardHere.NOT_YET}, NOON - timedelta(days=1)
    ways = {"from_area": "north", "to_area": "south", "warned": MoveWarning.NOT_KNOWN}
    sent = fact(TransferSent.model_validate(of | ways), agency="police", occurred=day, root="transfer")
    taken = TransferAcknowledged(transfer=sent.root, case=root_of(case))
    return [sent, fact(taken, agency="police", occurred=day, root="taken")]


@st.composite
def since(draw: st.DrawFn, returns: Sequence[Fact[Any]]) -> list[Fact[Any]]:
    """What may be said after a return, but of those in the case: other choices, other words, a transfer."""
    found: list[Fact[Any]] = draw(st.just([]) | choices("anew", NOON))
    if returns and draw(st.booleans()):
        other = returns[0].said.model_copy(update={"reason": Narrative(text="Other."), "considered": []})
        found.append(corrected(returns[0], other))
    return found + (sent_to_the_south("hers") if draw(st.integers(0, 3)) == 3 else [])


def times(at: datetime) -> list[datetime]:
    """When a case that was returned then is looked at."""
    return [at, *(NOON + timedelta(days=days) for days in (0, 1, 60, 500))]


@st.composite
def heard(draw: st.DrawFn, case: rows.ConferenceCase, at: datetime) -> list[tuple[datetime, str]]:
    """When meetings may have heard its pair by then, and in which case."""
    pair = [*([case.case] if case.meetings else []), *case.pair]
    if not pair:
        return []
    days = st.sampled_from([900, 300, 90, 20, 1, 0])
    drawn = draw(st.lists(st.tuples(days, st.sampled_from(pair)), max_size=2))
    return sorted(((at - timedelta(days=ago), which) for ago, which in drawn), reverse=True)


def test_a_row_says_of_no_case_that_it_stays_away_that_is_back_at_any_time() -> None:
    found = Counter[str]()

    @settings(deadline=None, max_examples=40)
    @given(histories(), choices("chosen", NOON - timedelta(days=900)), st.data())
    def each(history: list[Fact[Any]], own: list[Fact[Any]], data: st.DataObject) -> None:
        cut = data.draw(st.integers(3, len(history)))
        links = data.draw(st.just(LINKED) | st.sets(st.sampled_from(LINKED)))
        at = NOON - timedelta(days=data.draw(st.sampled_from([0, 2, 50])))
        before = World(SERVICE.views, [*CONFIGURATION, *own, *LOW, *history[:cut]], same=links)
        returns = [said for case in CASES if (said := returned_of(before, case, at))]
        after = world(*own, *LOW, *history, *returns, *data.draw(since(returns)))
        done = rows_in(after)
        for case in (each.said.case for each in returns):
            row = done["conference_case", case]
            away = all(known(after, done, case, now, data.draw(heard(row, now))).away for now in times(at))
            assert away or not row.stays_away
            found["stays" if row.stays_away else "may be back" if away else "back"] += 1

    each()
    assert min(found["stays"], found["back"]) > 5, found


@pytest.mark.parametrize(
    ("then", "stays"),
    [
        ([], True),
        ([incident("late", occurred=NOON + timedelta(days=1), people=[cat(), ben()])], True),
        (
            [incident(f"{n}", occurred=NOON + timedelta(days=n), people=[cat(), ben()]) for n in (1, 2, 3)],
            False,
        ),
        ([risk(people=[cat(), ben()])], False),
        ([incident("now", people=[cat(), ben()]), incident("then", people=[cat(), ben()])], True),
    ],
)
def test_a_returned_case_stays_away_but_for_what_meets_a_criterion(
    then: list[Fact[Any]], stays: bool
) -> None:
    said = referral(people=[cat(), ben()], grade=Grade.STANDARD, dash=None, criteria=[])
    old = [
        incident(f"old {n}", occurred=NOON - timedelta(days=900 + n), people=[cat(), ben()]) for n in range(5)
    ]
    back = returned_of(world(said, *old), "case", NOON)
    assert back
    assert not world(said, *old, *then).row("conference_case", said.root).stays_away, "it was not returned"
    assert world(said, *old, back, *then).row("conference_case", said.root).stays_away is stays


def test_a_returned_case_of_a_pair_may_be_back_by_a_meeting_that_hears_the_other() -> None:
    """Though no fact tells of the two anew."""
    low: dict[str, Any] = {"people": [cat(), ben()], "grade": Grade.STANDARD, "dash": None, "criteria": []}
    earlier = referral("earlier", occurred=NOON - timedelta(days=700), **low)
    facts = [earlier, referral(**low), incident("since", people=[cat(), ben()])]
    back = returned_of(world(*facts), "case", NOON)
    assert back
    after, case = world(*facts, back), back.said.case
    done = rows_in(after)
    row = done["conference_case", case]
    then = row.occurrences[0].first - timedelta(days=1)
    assert known(after, done, case, NOON).away
    assert not known(after, done, case, NOON, [(then, earlier.root)]).away
    assert not row.stays_away


LOOKS = (
    *(("coordinator", path) for path in ("meetings", "waiting", "meetings/{meeting}/agenda")),
    *(("chair", path) for path in ("meetings", "waiting", "meetings/{meeting}/agenda")),
    ("coordinator-elsewhere", "waiting"),
    ("idva", "returned"),
)


async def looks(marac: Marac, meeting: str) -> dict[tuple[str, str], Any]:
    """What each look answers, but for when."""
    found = {}
    for who, path in LOOKS:
        answer = await marac.get(who, path.format(meeting=meeting))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found[who, path] = {name: body[name] for name in body if name not in ("at", "fresh_until")}
    return found


async def worked_out(marac: Marac, meeting: str, patch: pytest.MonkeyPatch) -> dict[tuple[str, str], Any]:
    """The same, with every returned case read and worked out."""

    async def any_may_be(_: Archive) -> None:
        return None

    with patch.context() as each:
        each.setattr(Archive, "unsure", any_may_be)
        return await looks(marac, meeting)


@ON_BOTH
async def test_each_look_is_as_if_every_returned_case_were_worked_out(
    marac: Marac, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await prepared(marac)
    pairs = [
        (cat(), ben()),
        (mention("kit", Role.VICTIM), ben()),
        (mention("ann", Role.VICTIM), mention("kit", Role.PERPETRATOR)),
    ]
    low: dict[str, Any] = {"grade": Grade.STANDARD, "dash": None, "criteria": []}
    cases = [
        await refer(marac, *people, days_ago=2 + n, **low) for n, people in enumerate([*pairs, pairs[0]])
    ]
    await refer(marac, cat(), mention("kit", Role.PERPETRATOR))
    for case in cases:
        answer = await marac.post("coordinator", f"cases/{case}/returns", RETURN)
        assert answer.status_code == 201, answer.text

    async def rows_of() -> dict[str, bool]:
        found = await marac.runtime.rows_by(CASE, "subject", cases)
        return {row.case: row.stays_away for row in found if isinstance(row, rows.ConferenceCase)}

    async def returned() -> bool:
        return sum((await rows_of()).values()) >= 2

    async def compare(what: str) -> dict[tuple[str, str], Any]:
        now = await looks(marac, made.meeting)
        assert now == await worked_out(marac, made.meeting, monkeypatch), what
        return now

    await until(returned, what="the returns are folded", seconds=20)
    first = await compare("returned")
    await marac.say("police", risk(people=[cat(), ben()]).said)
    await link(marac)

    async def back() -> bool:
        note = (await marac.get("coordinator", "meetings")).json()["note"]
        return bool(note["back"])

    await until(back, what="one is back")
    await compare("one is back")
    listing = await marac.post("coordinator", f"meetings/{made.meeting}/cases", {"case": cases[1]})
    assert listing.status_code == 201, listing.text
    await compare("one is listed")
    await sent(marac, made)
    await compare("one is sent on")
    by, newest = (
        caller("haven", "haven", "reporter"),
        (await marac.runtime.fact(cases[2])).versions(cases[2])[-1],
    )
    await marac.runtime.revise(cases[2], 1, own_header(newest.occurred), None, caller=by, right="test")
    await marac.runtime.folded(newest.envelope.keys.split())
    assert cases[2] not in str(await compare("a referral is withdrawn"))
    assert first[LOOKS[1]]["maracs"][0]["returned"]


async def is_back(marac: Marac, case: str, meeting: str) -> set[bool]:
    """What the looks say, one after another, of whether a returned case is back."""
    note = (await marac.get("coordinator", "meetings")).json()["note"]
    agenda = (await marac.get("coordinator", f"meetings/{meeting}/agenda")).json()
    (north,) = [each for each in await maracs(marac, "coordinator") if each["area"] == "north"]
    return {
        case in [each["case"] for each in note["back"]],
        case in [each["case"] for each in agenda["waiting"]],
        case in [each["case"] for each in north["waiting"]],
        case not in [each["case"] for each in north["returned"]],
    }


@pytest.fixture
async def returned(marac: Marac) -> tuple[str, str]:
    """A case that was returned and stays away, though something has happened since; and a meeting."""
    made = await prepared(marac)
    await link(marac, seq=2)
    case = await refer(marac, grade=Grade.STANDARD, dash=None, criteria=[])
    assert (await marac.post("coordinator", f"cases/{case}/returns", RETURN)).status_code == 201
    since = await marac.say("police", incident(people=[cat(), ben()]).said)

    async def stays() -> bool:
        row = await marac.runtime.row(CASE, case)
        assert isinstance(row, rows.ConferenceCase)
        told = since in [record.root for each in row.occurrences for record in each.records]
        return told and row.stays_away and await marac.runtime.unsure() == set()

    await until(stays, what="the return is folded, and what happened after it")
    assert await is_back(marac, case, made.meeting) == {False}
    return case, made.meeting


def nobody_folds(case: str, patch: pytest.MonkeyPatch) -> None:
    """As if somebody else held a case locked, for as long as the patch is."""
    locked = ledger.lock

    async def all_but(store: Store, connection: AsyncConnection, subjects: Sequence[str]) -> set[str]:
        return await locked(store, connection, subjects) - {f"k:{case}"}

    patch.setattr(ledger, "lock", all_but)


async def row_of(marac: Marac, case: str) -> bool:
    """Whether its row says that it stays away."""
    row = await marac.runtime.row(CASE, case)
    return isinstance(row, rows.ConferenceCase) and row.stays_away


@ON_BOTH
async def test_a_case_is_back_as_soon_as_somebody_in_it_is_folded(
    marac: Marac, returned: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, meeting = returned
    nobody_folds(case, monkeypatch)
    await marac.say("police", risk(people=[cat(), ben()]).said)

    async def back() -> bool:
        return await is_back(marac, case, meeting) == {True}

    await until(back, what="the person is folded")
    assert await row_of(marac, case), "the case is not"


@ON_BOTH
async def test_a_case_is_back_by_a_threshold_that_is_set_after_the_return(
    marac: Marac, returned: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, meeting = returned
    nobody_folds(case, monkeypatch)
    said = ThresholdSet(area="north", threshold=Threshold.ESCALATION_INCIDENTS, value=1)
    now = own_header(marac.runtime.clock.now())
    await marac.runtime.take(now, said, caller=CALLERS["chair"], right="test")
    assert await is_back(marac, case, meeting) == {True}, "before any case is folded"

    async def alone() -> bool:
        return await marac.runtime.unsure() == {case}

    await until(alone, what="all others are folded")
    assert await is_back(marac, case, meeting) == {True}, "while the case waits to be folded"
    assert await row_of(marac, case), "it does"
    monkeypatch.undo()

    async def folded() -> bool:
        return await marac.runtime.unsure() == set() and not await row_of(marac, case)

    await until(folded, what="the case is folded")
    assert await is_back(marac, case, meeting) == {True}


async def test_a_record_that_cannot_be_read_has_the_cases_that_it_is_about_worked_out_and_no_other(
    marac: Marac, returned: tuple[str, str]
) -> None:
    """Also where it is about a child, whom the referral does not name."""
    case, meeting = returned
    row = await marac.runtime.row(CASE, case)
    assert isinstance(row, rows.ConferenceCase)
    assert row.victim
    other = await refer(marac, someone(Role.VICTIM, "9"), someone(Role.PERPETRATOR, "10"))
    await marac.say("police", household(people=[cat(), mention("kit", Role.CHILD)]).said)
    store = marac.runtime.store

    async def unread(offset: int, key: str) -> None:
        record = Park(Record("incident", "", b"?", 0, offset), "no event", [key], True)
        async with store.writing() as connection:
            await park(store, connection, IDS, [record], 0)

    async def sure() -> bool:
        now = await marac.runtime.row(CASE, case)
        assert isinstance(now, rows.ConferenceCase)
        return bool(now.children) and await marac.runtime.unsure() == {other}

    async def unsure() -> bool:
        return case in (await marac.runtime.unsure() or ())

    await unread(1_000_001, f"m:{mention_of('haven', '9')}")
    await until(sure, what="all is folded, and another case alone is worked out")
    assert await is_back(marac, case, meeting) == {False}, "it is about others"
    await unread(1_000_002, f"m:{mention_of('police', 'kit')}")
    await until(unsure, what="a record about the child is about the case")
    assert await is_back(marac, case, meeting) == {True}
