"""The review of a victim's risk that is owed: which clock runs, and what is said, whatever happens."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.facts import Fact
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.hearings import HearingListed
from contracts.events.orders import BreachReported, OrderMade
from contracts.events.people import Graded, IncidentReported, RiskAssessed
from contracts.rules.clocks import end_of
from contracts.sections import Routing
from contracts.vocabulary import Grade, HearingKind, Instrument, OrderType, Role
from services.referrals.person_clocks import first_of
from services.referrals.risk_reviews import REVIEW, RULE
from tests.support.facts import IDS, NOON, area, corrected, fact, mention_of, someone, withdrawn
from tests.support.world import World

AGENCIES = ("police", "idva", "council")
SAME = [[mention_of(agency, name) for agency in AGENCIES] for name in ("ann", "ben", "cat")]
DAY = timedelta(days=1)
Clock = tuple[str, int, datetime, str | None]


def people(*victims: str) -> list[Any]:
    return [*(someone(Role.VICTIM, name) for name in victims), someone(Role.PERPETRATOR, "ben")]


def breach(name: str = "breach", at: datetime = NOON, agency: str = "police", *victims: str) -> Fact[Any]:
    said = BreachReported(people=people(*(victims or ("ann",))), kind="contact", routing=area("north"))
    return fact(said, agency=agency, occurred=at, root=name)


def assessed(name: str = "risk", at: datetime = NOON, grade: Grade = Grade.MEDIUM, **more: Any) -> Fact[Any]:
    said = RiskAssessed(
        people=people(more.pop("victim", "ann")),
        instrument=Instrument.DARA,
        instrument_version="2022",
        graded=Graded(grade=grade, rule="test", because="test"),
        **more,
    )
    return fact(said, agency="idva", occurred=at, root=name)


def settled(*facts: Fact[Any], at: datetime = NOON) -> World:
    made = World([REVIEW], facts, same=SAME, at=at)
    made.settle()
    return made


def clocks(of: World) -> list[Clock]:
    """The clocks that run: whose, which of them, until when, where."""
    said = [each.content for each in of.facts]
    over = {(c.cause, c.generation) for c in said if isinstance(c, ClockStopped)}
    return sorted(
        (c.cause, c.generation, c.due, c.routing.area if isinstance(c.routing, Routing) else None)
        for c in said
        if isinstance(c, ClockStarted) and (c.cause, c.generation) not in over
    )


ANN, ANN_OF_IDVA, CAT = mention_of("police", "ann"), mention_of("idva", "ann"), mention_of("police", "cat")


def test_a_breach_starts_one_clock_and_an_assessment_after_it_stops_it() -> None:
    made = settled(assessed(at=NOON - 9 * DAY), breach())
    assert clocks(made) == [(ANN, 1, NOON + DAY, "north")]
    made.add(assessed("unknown", NOON + DAY / 4, Grade.UNKNOWN))
    made.settle()
    assert len(clocks(made)) == 1, "what leaves the grade unknown is no review"
    again = assessed("again", NOON + DAY / 2)
    made.add(again)
    made.settle()
    assert clocks(made) == []
    made.add(withdrawn(again))
    made.settle()
    assert clocks(made) == [(ANN, 2, NOON + DAY, "north")], "it was taken back: the review is owed again"


def test_whoever_assessed_last_owns_the_review_else_whoever_told_of_what_opened_it() -> None:
    def owned(of: World) -> list[tuple[str, str, datetime, str]]:
        row = of.row(REVIEW.name, IDS.person(ANN))
        return [(each.trigger.value, each.agency, each.due, each.owner) for each in row.reviews]

    made = settled(breach(), breach("later", NOON + DAY / 2, "council"))
    assert owned(made) == [
        ("breach", "police", NOON + DAY, "police"),
        ("breach", "council", NOON + 3 * DAY / 2, "council"),
    ], "nobody has assessed yet"
    made.add(assessed(at=NOON - DAY))
    assert {owner for *_, owner in owned(made)} == {"idva"}


def test_however_much_happens_a_victim_has_one_clock_the_first_to_be_late() -> None:
    made = settled(breach(), breach("later", NOON + DAY / 2), breach("sooner", NOON - DAY / 2, "idva"))
    assert clocks(made) == [(ANN_OF_IDVA, 1, NOON + DAY / 2, "north")]


def test_a_correction_of_what_opened_it_moves_it_and_a_withdrawal_stops_it() -> None:
    first = breach()
    made = settled(first)
    bare = first.said.model_copy(update={"people": people("ann")})
    moved = corrected(first, bare, occurred=NOON - DAY / 4)
    made.add(moved)
    made.settle()
    assert clocks(made) == [(ANN, 2, NOON + 3 * DAY / 4, "north")]
    made.add(withdrawn(moved))
    made.settle()
    assert clocks(made) == []


def test_of_a_fact_about_two_victims_each_has_a_clock() -> None:
    made = settled(breach("breach", NOON, "police", "ann", "cat"))
    assert sorted(cause for cause, *_ in clocks(made)) == sorted([ANN, CAT])
    made.add(assessed(at=NOON + DAY / 4, victim="cat"))
    made.settle()
    assert [cause for cause, *_ in clocks(made)] == [ANN]


def test_a_fact_that_comes_to_name_another_victim_stops_the_one_and_starts_the_other() -> None:
    first = breach()
    made = settled(first)
    made.add(corrected(first, first.said.model_copy(update={"people": people("cat")})))
    made.settle()
    assert clocks(made) == [(CAT, 1, NOON + DAY, "north")]


def test_it_moves_with_the_victim_until_it_is_late() -> None:
    made = settled(breach())
    made.add(assessed("elsewhere", NOON - DAY, routing=area("south")))
    made.settle()
    assert clocks(made)[0][3] == "north", "older news of where"
    moved = IncidentReported(people=people("ann"), kind="verbal-abuse", routing=area("south"))
    made.add(fact(moved, agency="police", occurred=NOON + DAY / 8, root="moved"))
    made.settle()
    assert clocks(made) == [(ANN, 2, NOON + DAY, "south")]
    made.at = NOON + 2 * DAY
    back = IncidentReported(people=people("ann"), kind="verbal-abuse", routing=area("north"))
    made.add(fact(back, agency="police", occurred=NOON + 1.5 * DAY, root="back"))
    made.settle()
    assert clocks(made) == [(ANN, 2, NOON + DAY, "south")]


def test_two_records_of_one_person_that_are_linked_have_one_clock() -> None:
    made = World([REVIEW], [breach(), breach("theirs", NOON + DAY / 2, "idva")], at=NOON + DAY / 2)
    made.settle()
    assert len(clocks(made)) == 2
    made.same = [tuple(group) for group in SAME]
    made.settle()
    assert clocks(made) == [(ANN, 1, NOON + DAY, "north")]


def test_the_records_of_a_year_start_no_clock_and_keep_none_from_what_happens_next() -> None:
    made = settled(breach("last year", NOON - 300 * DAY), breach("before", NOON - 9 * DAY))
    assert clocks(made) == []
    today = breach()
    made.add(today)
    made.settle()
    assert clocks(made) == [(ANN, 1, NOON + DAY, "north")]
    made.at = NOON + 20 * DAY
    assert made.settle() == 0, "late, and nobody assessed: it runs on"
    made.add(withdrawn(today))
    made.settle()
    assert clocks(made) == []


def test_an_order_that_ends_opens_a_review_by_itself() -> None:
    order = OrderMade(
        people=people("ann"), order=OrderType.NON_MOLESTATION, made=NOON - 90 * DAY, ends=NOON + DAY
    )
    made = settled(fact(order, agency="police", occurred=NOON - 90 * DAY), assessed(at=NOON - DAY))
    assert clocks(made) == []
    person = IDS.person(ANN)
    assert made.fold()["referrals_review", person].changes_at == NOON + DAY
    made.at = NOON + DAY
    made.settle()
    assert clocks(made) == [(ANN, 1, NOON + 2 * DAY, None)]


def test_a_hearing_opens_a_review_before_it_and_after_it_moves_with_its_day_and_goes_with_it() -> None:
    day = (NOON + 3 * DAY).date()
    said = HearingListed(people=people("ann"), hearing=HearingKind.FAMILY_CHILD_CONTACT, day=day)
    told = fact(said, agency="idva", occurred=NOON, root="hearing")
    made = settled(assessed(at=NOON - DAY), told)
    assert clocks(made) == [(ANN_OF_IDVA, 1, end_of(day - DAY), None)], "by its eve"
    moved = corrected(told, said.model_copy(update={"day": day + DAY}), recorded=NOON + DAY / 8)
    made.add(moved)
    made.settle()
    assert clocks(made) == [(ANN_OF_IDVA, 2, end_of(day), None)]
    made.add(assessed("before", NOON + DAY / 4))
    made.settle()
    assert clocks(made) == []
    over = datetime.combine(day + 2 * DAY, time(), UTC)
    assert made.fold()["referrals_review", IDS.person(ANN)].changes_at == over
    made.at = over
    made.settle()
    assert [(cause, generation) for cause, generation, *_ in clocks(made)] == [(ANN_OF_IDVA, 3)]
    made.add(withdrawn(moved))
    made.settle()
    assert clocks(made) == []


@st.composite
def histories(draw: st.DrawFn) -> list[Fact[Any]]:
    """Facts as they may come to stand."""
    history: list[Fact[Any]] = []
    for n in range(draw(st.integers(1, 6))):
        at = NOON + DAY * draw(st.integers(-12, 12)) / 6
        victims = draw(st.sampled_from([("ann",), ("cat",), ("ann", "cat")]))
        kind = draw(st.sampled_from(["breach", "assessed", "again"]))
        if kind == "again" and history and not history[-1].withdrawn:
            history.append(withdrawn(history[-1]))
        elif kind == "assessed":
            history.append(assessed(f"{n}", at, draw(st.sampled_from(Grade)), victim=victims[0]))
        else:
            history.append(breach(f"{n}", at, draw(st.sampled_from(AGENCIES[:2])), *victims))
    return history


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 3))
def test_whatever_happens_what_runs_is_what_is_owed_and_nothing_is_said_twice(
    history: list[Fact[Any]], days: int
) -> None:
    made = World([REVIEW], same=SAME)
    for each in history:
        made.add(each)
        made.settle()
    made.at = NOON + days * DAY
    made.settle()
    for person in {IDS.person(mention_of("police", name)) for name in ("ann", "cat")}:
        row = made.row("referrals_review", person)
        first = first_of(row.wanted, row.clocks, made.at).get(RULE) if row else None
        owed = [(first.cause, first.due)] if first else []
        ran = [(c.cause, c.due) for c in row.clocks if not c.stopped] if row else []
        assert ran == [each for each in owed if each in ran], "nothing runs that is not owed"
        if owed and owed[0][1] > made.at:
            assert ran == owed
    facts = len(made.facts)
    assert made.settle() == 0
    assert len({each.id for each in made.facts}) == facts
