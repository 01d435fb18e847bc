"""That schools are told and missing children are asked: which clocks run, in whatever order facts come."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.clock import LONDON
from chassis.facts import Fact
from chassis.rows import canonical
from contracts.events.children import (
    CircumstancesSaid,
    InterviewSaid,
    MissingReported,
    SchoolCalendarSet,
    SchoolTold,
)
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.people import HouseholdDescribed, IncidentReported
from contracts.sections import Identity, Location
from contracts.vocabulary import AgencyKind, AlertRule, AreaKind, Role
from services.referrals.children import CHILDREN
from tests.support.facts import IDS, NOON, area, corrected, fact, mention_of, someone, withdrawn
from tests.support.world import World

TOLD, READ, ASKED = AlertRule.SCHOOL_TOLD, AlertRule.SCHOOL_ACKNOWLEDGED, AlertRule.RETURN_INTERVIEW
HOUR = timedelta(hours=1)
AGENCIES = ("police", "council", "school", "nobody-knows")
SAME = [tuple(mention_of(agency, name) for agency in AGENCIES) for name in ("ann", "kit", "lou", "ben")]
ANN = someone(Role.VICTIM, "ann")
BEN = someone(Role.SUSPECT, "ben", relationship="partner")
POLICE = [
    fact(AgencyDefined(agency=agency, name=agency, kind=kind), root=f"the {agency}")
    for agency, kind in (("police", AgencyKind.POLICE), ("council", AgencyKind.COUNCIL))
]


def local(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=LONDON)


def child(name: str = "kit", born: date | None = date(2018, 5, 1), **sections: Any) -> Any:
    return someone(Role.CHILD, name, identity=Identity(born=[born] if born else []), **sections)


def incident(name: str = "incident", agency: str = "police", at: datetime = NOON, **said: Any) -> Fact[Any]:
    given_ = {"people": [ANN, BEN], "kind": "common-assault", "routing": area("north")} | said
    return fact(IncidentReported(**given_), agency=agency, occurred=at, root=name)


def household(*children: Any, at: datetime = NOON - 30 * HOUR) -> Fact[Any]:
    said = HouseholdDescribed(people=[ANN, *(children or (child(),))])
    return fact(said, agency="council", occurred=at, root="household")


def told(step: str = "told", at: datetime = NOON + HOUR, *children: Any, **said: Any) -> Fact[Any]:
    people = [ANN, *(children or (child(),))]
    agency = "school" if step == "acknowledged" else "police"
    content = SchoolTold(people=people, step=step, **said)
    return fact(content, agency=agency, occurred=at, root=f"{step} {at} {len(people)}")


def missing(at: datetime, found: datetime | None = None, agency: str = "police") -> Fact[Any]:
    said = MissingReported(people=[child()], missing=at, found=found, routing=area("north"))
    return fact(said, agency=agency, occurred=at, root=f"missing {at}")


def interview(step: str, at: datetime) -> Fact[Any]:
    return fact(
        InterviewSaid(people=[child()], step=step), agency="council", occurred=at, root=f"{step} {at}"
    )


def settled(*facts: Fact[Any], at: datetime = NOON + 2 * HOUR) -> World:
    made = World([CHILDREN], [*POLICE, *facts], same=SAME, at=at)
    made.settle()
    return made


def clocks(of: World) -> dict[AlertRule, datetime]:
    """The clocks that run, and until when; of one person at most one under each line."""
    said = [each.content for each in of.facts]
    over = {(c.rule, c.cause, c.generation) for c in said if isinstance(c, ClockStopped)}
    started = [c for c in said if isinstance(c, ClockStarted) and (c.rule, c.cause, c.generation) not in over]
    assert len({c.rule for c in started}) == len(started), "two clocks under one line"
    return {c.rule: c.due for c in started}


TOMORROW = local("2026-03-04 08:30")


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ([household(), incident()], {TOLD: TOMORROW}),
        ([incident()], {}),
        ([incident(children_present=True)], {TOLD: TOMORROW}),
        ([incident(people=[ANN, BEN, child()])], {TOLD: TOMORROW}),
        ([household(), incident(children_present=False)], {TOLD: TOMORROW}),
        ([household(), incident(agency="council")], {}),
        ([household(), incident(agency="nobody-knows")], {TOLD: TOMORROW}),
        ([household(child(born=date(2008, 3, 3))), incident()], {}),
        ([household(child(born=date(2008, 3, 4))), incident()], {TOLD: TOMORROW}),
        ([household(child(born=None)), incident()], {TOLD: TOMORROW}),
        ([household(), incident(people=[ANN, someone(Role.SUSPECT, relationship="stranger")])], {}),
        ([household(), incident(people=[ANN, someone(Role.SUSPECT)])], {TOLD: TOMORROW}),
        ([household(), incident(kind="missing-child")], {}),
        ([household(), withdrawn(incident()), incident()], {}),
        ([household(), incident(), told()], {READ: local("2026-03-04 23:59")}),
        ([household(), incident(), told(at=NOON - HOUR)], {TOLD: TOMORROW}),
        ([household(), incident(), told(), told("acknowledged", NOON + 2 * HOUR)], {}),
        ([household(), incident(), told("acknowledged", NOON + 2 * HOUR)], {}),
        (
            [household(child(), child("lou")), incident(), told()],
            {TOLD: TOMORROW, READ: local("2026-03-04 23:59")},
        ),
        (
            [household(), incident(children_present=True), told("acknowledged", NOON + HOUR, child("lou"))],
            {TOLD: TOMORROW},
        ),
        ([incident(children_present=True), told("acknowledged", NOON + HOUR)], {}),
        ([household(), incident(), told(incident=incident("another").root)], {TOLD: TOMORROW}),
        ([household(), incident(), told(incident=incident().root)], {READ: local("2026-03-04 23:59")}),
    ],
    ids=[
        "a child lives there",
        "no child is known",
        "a child was there, and nobody said who",
        "the police name the child",
        "the child was not there",
        "another agency's record",
        "of an agency that nobody defined",
        "eighteen that day",
        "eighteen the day after",
        "no date of birth",
        "a stranger did it",
        "what the suspect is to the victim is not known",
        "a missing child is told of elsewhere",
        "the record was taken back",
        "told",
        "told before it was recorded",
        "told and acknowledged",
        "acknowledged alone",
        "one of two children",
        "the school of another child",
        "of a child whom nobody had named",
        "told of another incident",
        "told of this one",
    ],
)
def test_the_school_is_told_before_its_next_day(
    facts: list[Fact[Any]], due: dict[AlertRule, datetime]
) -> None:
    assert clocks(settled(*facts)) == due


def calendar(**whose: str) -> Fact[Any]:
    """Half-term from 4 to 15 March."""
    terms = [{"starts": "2026-01-05", "ends": "2026-03-03"}, {"starts": "2026-03-16", "ends": "2026-04-01"}]
    return fact(SchoolCalendarSet(terms=terms, **whose), agency="council", root=f"calendar {whose}")


def test_a_schools_own_days_go_before_its_areas_and_those_before_every_weekday() -> None:
    within = fact(AreaDefined(area="north", name="North", kind=AreaKind.MARAC, within="shire"), root="north")
    at_school = child(location=Location(school="Sallow Lane", school_number="100200"))
    made = settled(household(at_school), incident(), within, calendar(area="shire"))
    holiday = TOMORROW
    assert clocks(made) == {TOLD: holiday}, "the local authority, tomorrow"
    made.add(told(to="local-authority"))
    made.settle()
    assert clocks(made)[TOLD] == local("2026-03-16 08:30"), "and the school, when it opens"
    own = SchoolCalendarSet(school="100200", terms=[{"starts": "2026-01-05", "ends": "2026-04-01"}])
    made.add(fact(own, agency="council", root="own"))
    made.settle()
    assert clocks(made)[TOLD] == TOMORROW, "this one has no holiday then: the school itself is to be told"


def test_who_is_taught_at_home_has_the_local_authority_told() -> None:
    home = CircumstancesSaid(people=[ANN, child()], setting="home-educated")
    facts = household(), incident(), fact(home, agency="council", root="home"), calendar(area="north")
    made = settled(*facts)
    assert clocks(made) == {TOLD: TOMORROW}
    made.add(told(to="local-authority"))
    made.settle()
    assert TOLD not in clocks(made)


def test_a_return_interview_is_owed_within_72_hours_of_being_found_and_an_offer_settles_nothing() -> None:
    since, found = NOON - 40 * HOUR, NOON - 20 * HOUR
    open_ = missing(since)
    made = settled(open_)
    assert clocks(made) == {}, "nobody is asked who is not found"
    made.add(corrected(open_, MissingReported(people=[child()], missing=since, found=found)))
    made.settle()
    assert clocks(made) == {ASKED: found + 72 * HOUR}
    made.add(interview("offered", NOON))
    made.settle()
    assert clocks(made) == {ASKED: found + 72 * HOUR}
    held = interview("done", NOON + HOUR)
    made.add(held)
    made.settle()
    assert clocks(made) == {}
    made.add(withdrawn(held))
    made.settle()
    assert clocks(made) == {ASKED: found + 72 * HOUR}


EVERYTHING = [
    household(child(), child("lou")),
    incident(),
    incident("second", at=NOON + HOUR, children_present=True),
    told(),
    told("acknowledged", NOON + 2 * HOUR),
    missing(NOON - 40 * HOUR, NOON - 20 * HOUR),
    missing(NOON - 39 * HOUR, agency="council"),
    interview("offered", NOON),
]


@settings(max_examples=25, deadline=None)
@given(st.permutations(EVERYTHING))
def test_whatever_comes_first_the_rows_and_the_clocks_are_the_same(facts: list[Fact[Any]]) -> None:
    made = settled()
    for each in facts:
        made.add(each)
    made.settle()
    whole = settled(*EVERYTHING)
    assert clocks(made) == clocks(whole)
    person = IDS.person(mention_of("police", "kit"))
    assert canonical(made.row("referrals_children", person)) == canonical(
        whole.row("referrals_children", person)
    )


@pytest.mark.parametrize(
    ("places", "number"),
    [
        ([], None),
        ([{"school": "Sallow Lane"}], None),
        ([{"school": "Sallow Lane", "school_number": "100200"}], "100200"),
        ([{"school_number": "100200"}, {"postcode": "ZZ99 4AA"}], "100200"),
        ([{"school": "Sallow Lane", "school_number": "100200"}, {"school": "sallow lane"}], "100200"),
        ([{"school": "Sallow Lane", "school_number": "100200"}, {"school": "Ostrey"}], None),
        ([{"school_number": "100200"}, {"school": "Ostrey"}], None),
        ([{"school_number": "100200"}, {"school_number": "100300"}], "100300"),
    ],
    ids=[
        "nobody says",
        "nobody says its number",
        "by its number",
        "a newer word says nothing of a school",
        "a newer word names the same, without its number",
        "a newer word names another",
        "a newer word names one, and the older one was not named",
        "another number",
    ],
)
def test_the_school_is_the_one_that_the_newest_word_names(
    places: list[dict[str, str]], number: str | None
) -> None:
    facts = [
        fact(
            HouseholdDescribed(people=[ANN, child(location=Location(**place))]),
            agency="council",
            occurred=NOON - (40 - n) * HOUR,
            root=f"place {n}",
        )
        for n, place in enumerate(places)
    ]
    made = settled(household(at=NOON - 50 * HOUR), *facts, incident())
    row = made.row("referrals_children", IDS.person(mention_of("police", "ann")))
    assert [each.school for each in row.at_school] == ([number] if number else [])
    assert row.schools == (f"|{number}|" if number else "")


def goes_to(number: str) -> Any:
    return child(location=Location(school_number=number))


def moves(number: str, at: datetime, name: str = "moves") -> Fact[Any]:
    return fact(at_school(number), agency="council", occurred=at, root=name)


def at_school(number: str) -> CircumstancesSaid:
    return CircumstancesSaid(people=[ANN, goes_to(number)], setting="school")


OLD, NEW = "100200", "100300"
LATER = NOON + 2 * HOUR
SCHOOL = AgencyDefined(agency="school", name="School", kind=AgencyKind.EDUCATION, school=NEW)


@pytest.mark.parametrize(
    ("facts", "told_here", "confirmed_here"),
    [
        ([told()], NOON + HOUR, None),
        ([told(), told("acknowledged", NOON + 2 * HOUR)], NOON + HOUR, NOON + 2 * HOUR),
        ([household(goes_to(OLD)), told(), moves(NEW, NOON + 2 * HOUR)], None, None),
        ([household(goes_to(OLD)), moves(NEW, NOON), told()], NOON + HOUR, None),
        ([household(goes_to(OLD)), told("told", NOON + HOUR, goes_to(NEW))], NOON + HOUR, None),
        ([household(child()), told(), moves(NEW, NOON + 2 * HOUR)], None, None),
        (
            [
                moves(OLD, NOON, "c"),
                told(),
                corrected(moves(OLD, NOON, "c"), at_school(NEW), accepted=LATER),
            ],
            None,
            None,
        ),
        (
            [
                fact(SCHOOL, root="the school"),
                household(goes_to(OLD)),
                told("acknowledged", NOON + HOUR),
                moves(NEW, NOON + 2 * HOUR),
            ],
            NOON + HOUR,
            NOON + HOUR,
        ),
    ],
    ids=[
        "told of a child who stays",
        "and acknowledged",
        "told, then moved",
        "moved, then told",
        "the word itself names the school",
        "the school was not known then",
        "corrected after it was told",
        "this school says so itself",
    ],
)
def test_that_the_childs_own_school_was_told_is_said_only_where_it_is_known(
    facts: list[Fact[Any]], told_here: datetime | None, confirmed_here: datetime | None
) -> None:
    at_home = [] if any(each.root == household().root for each in facts) else [household(goes_to(NEW))]
    made = settled(*at_home, incident(), *facts, at=NOON + 4 * HOUR)
    row = made.row(CHILDREN.name, IDS.person(mention_of("police", "ann")))
    (kit,) = row.at_school
    (telling,) = kit.tellings
    assert kit.school == NEW
    assert telling.told is not None
    assert (telling.told_here, telling.confirmed_here) == (told_here, confirmed_here)
