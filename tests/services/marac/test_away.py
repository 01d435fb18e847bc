"""A case that was returned is said to stay away only where it does, and looks at who waits read no more of it
for that; with each look as it is where every returned case is read and worked out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.accept import own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.log import Record
from chassis.parking import Incomplete, Park, park
from chassis.store import prepared as statement
from contracts.events.configuration import ThresholdSet
from contracts.events.listing import MaracSet, ReferralReturned
from contracts.sections import Narrative
from contracts.vocabulary import Grade, RepeatAnchor, Role, Threshold
from services.marac.conference import listed, queries, rows
from services.marac.conference.known import CaseKnown, is_away
from services.marac.conference.other_party import own_rows
from services.marac.conference.repeated import as_chosen, chooses
from services.marac.conference.views import CASE
from services.marac.rules.chosen import chosen
from services.marac.rules.criteria import evidence
from tests.services.marac.caseload import ben, cat, histories, incident, mention, referral, risk, world
from tests.services.marac.conftest import Marac, caller, link, prepared
from tests.services.marac.test_after_http import sent
from tests.services.marac.test_listing import RETURN, refer
from tests.services.marac.test_research_by_system import ON_BOTH
from tests.support.facts import IDS, NOON, fact, root_of
from tests.support.waiting import until
from tests.support.world import World

CASES = [f"case {number}" for number in range(3)]
LATER = [timedelta(), timedelta(days=1), timedelta(days=60), timedelta(days=500)]
NOTHING = Narrative(text="Nothing.")


def known(folded: World, case: str, at: datetime, heard: Sequence[tuple[datetime, str]] = ()) -> CaseKnown:
    """A case of a world as a look has it, whose pair meetings have heard so."""
    people = {
        id_: done.row
        for (view, id_), done in folded.fold().items()
        if view == "conference_person" and done.row is not None
    }
    row: rows.ConferenceCase = folded.row("conference_case", case)
    own = chosen(FactSet(folded.facts), chooses(row))
    return CaseKnown(
        at,
        as_chosen(row, own, heard, at),
        own_rows(row, people),  # type: ignore[arg-type]
        *({}, {}, {}, Incomplete()),
        chosen=own,
        listing=folded.row("conference_listing", case),
        recorded=tuple(row.repeat.roots) if row.repeat else (),
    )


def returned_of(before: World, case: str, at: datetime) -> Fact[Any] | None:
    """The return of a case, upon what is known; None: there is none to return."""
    row = before.row("conference_case", root_of(case))
    if row is None or row.withdrawn:
        return None
    now = known(before, root_of(case), at)
    considered = evidence(now.criteria, now.newest)
    said = ReferralReturned(case=row.case, advice=NOTHING, reason=NOTHING, considered=considered)
    return fact(said, agency="police", occurred=at, root=f"return {case}")


@settings(deadline=None, max_examples=150)
@given(histories(), st.data())
def test_a_row_says_of_no_case_that_it_stays_away_that_is_back_at_any_time(
    history: list[Fact[Any]], data: st.DataObject
) -> None:
    taken = MaracSet(
        area="north",
        person=IDS.staff("test", "chair"),
        repeat_anchor=data.draw(st.sampled_from(RepeatAnchor)),
    )
    number = ThresholdSet(
        area="north",
        person=IDS.staff("test", "chair"),
        threshold=Threshold.ESCALATION_INCIDENTS,
        value=data.draw(st.sampled_from([1, 2, 3])),
    )
    history = [fact(taken, root="taken"), fact(number, root="number"), *history]
    cut = data.draw(st.integers(2, len(history)))
    at = NOON - timedelta(days=data.draw(st.sampled_from([0, 2, 50])))
    returns = [found for case in CASES if (found := returned_of(world(*history[:cut]), case, at))]
    after = world(*history, *returns)
    for each in returns:
        row = after.row("conference_case", each.said.case)
        if row is None or not row.stays_away:
            continue
        for later in LATER:
            pair = st.sampled_from([row.case, *row.pair])
            days = st.sampled_from([900, 300, 90, 20, 1, 0])
            drawn = data.draw(st.lists(st.tuples(days, pair), max_size=2))
            heard = sorted(((at + later - timedelta(days=ago), which) for ago, which in drawn), reverse=True)
            assert known(after, row.case, at + later, heard).away, (later, heard)


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
    happened = after.row("conference_case", case).occurrences[0].first
    assert known(after, case, NOON).away
    assert not known(after, case, NOON, [(happened - timedelta(days=1), earlier.root)]).away
    assert not after.row("conference_case", case).stays_away


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

    async def all_that_is(_: Archive) -> set[str]:
        return {"k:unsure"}

    with patch.context() as each:
        each.setattr(Archive, "unsure", all_that_is)
        each.setattr(queries, "is_away", lambda *_: False)
        each.setattr(listed, "is_away", lambda *_: False)
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


async def test_a_case_of_which_the_row_may_be_old_or_something_cannot_be_read_is_worked_out(
    marac: Marac,
) -> None:
    await prepared(marac)
    case = await refer(marac, grade=Grade.STANDARD, dash=None, criteria=[])
    assert (await marac.post("coordinator", f"cases/{case}/returns", RETURN)).status_code == 201

    async def stays() -> bool:
        row = await marac.runtime.row(CASE, case)
        return isinstance(row, rows.ConferenceCase) and row.stays_away

    await until(stays, what="the return is folded")
    unsure = marac.runtime.unsure
    assert await unsure() == set()
    store = marac.runtime.store
    async with store.writing() as connection:
        await connection.execute(
            statement("update subject set broken_since = 1 where id = :id"), {"id": f"k:{case}"}
        )
    assert await unsure() == {f"k:{case}"}
    row = await marac.runtime.row(CASE, case)
    assert isinstance(row, rows.ConferenceCase)
    assert not is_away(row, await unsure())
    about = [f"m:{row.victim.mentions[0]}"] if row.victim else []
    async with store.writing() as connection:
        await connection.execute(statement("update subject set broken_since = null"), {})
        record = Park(Record("incident", "", b"?", 0, 1_000_001), "no event", about, True)
        await park(store, connection, IDS, [record], 0)
    assert row.victim
    assert await unsure() == {f"p:{row.victim.person}"}
    assert not is_away(row, await unsure())
