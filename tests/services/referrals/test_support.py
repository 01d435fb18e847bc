"""Support that is owed to a victim: which clocks run, whatever happens and in whatever order it comes."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.clock import add_working_days
from chassis.facts import Fact
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.contact import ContactFailed
from contracts.events.orders import BreachProgressed
from contracts.events.support import SupportProgressed
from contracts.events.withheld import WithheldFromPolice
from contracts.rules.clocks import end_of
from contracts.sections import Withheld
from contracts.vocabulary import (
    AlertRule,
    BreachStep,
    ContactMethod,
    Grade,
    Role,
    SupportKind,
    SupportStep,
)
from services.referrals.person_clocks import first_of
from services.referrals.risk_reviews import REVIEW
from services.referrals.support import SUPPORT, SupportRow
from tests.services.referrals.test_risk_reviews import AGENCIES, DAY, SAME, assessed, breach, people
from tests.support.facts import IDS, NOON, area, corrected, fact, mention_of, someone, withdrawn
from tests.support.world import World

PERSON = IDS.person(mention_of("police", "ann"))


def step(name: str, said: SupportStep, at: datetime, agency: str = "idva") -> Fact[Any]:
    content = SupportProgressed(people=[someone(Role.VICTIM, "ann")], support=SupportKind.IDVA, step=said)
    return fact(content, agency=agency, occurred=at, root=name)


def settled(*facts: Fact[Any], at: datetime = NOON) -> World:
    made = World([REVIEW, SUPPORT], facts, same=SAME, at=at)
    made.settle()
    return made


def clocks(of: World) -> dict[AlertRule, datetime]:
    """The clocks of support that run, and until when; at most one under each line."""
    said = [each.content for each in of.facts]
    over = {(c.rule, c.cause, c.generation) for c in said if isinstance(c, ClockStopped)}
    started = [c for c in said if isinstance(c, ClockStarted) and (c.rule, c.cause, c.generation) not in over]
    found = [(c.rule, c.due) for c in started if c.rule is not AlertRule.RISK_REVIEW]
    assert len({rule for rule, _ in found}) == len(found), "two clocks under one line"
    return dict(found)


def row_of(made: World) -> SupportRow:
    row = made.row(SUPPORT.name, PERSON)
    assert isinstance(row, SupportRow)
    return row


def working_days(n: int, since: datetime) -> datetime:
    return end_of(add_working_days(since.date(), n))


def test_high_risk_asks_and_acceptance_tries_and_contact_move_it_on() -> None:
    made = settled(assessed(grade=Grade.HIGH))
    assert clocks(made) == {
        AlertRule.SUPPORT_REFERRAL: working_days(2, NOON),
        AlertRule.IDVA_ASKED: working_days(1, NOON),
    }
    made.add(step("accepted", SupportStep.ACCEPTED, NOON + DAY / 4))
    made.settle()
    assert clocks(made) == {AlertRule.FIRST_CONTACT: working_days(2, NOON)}
    for n, name in enumerate(("one", "two", "three"), 2):
        made.add(step(name, SupportStep.TRIED, NOON + n * DAY / 4))
        made.settle()
    assert clocks(made) == {AlertRule.NO_CONTACT: NOON + DAY}, "somebody is told, now"
    said = len(made.facts)
    made.add(step("four", SupportStep.TRIED, NOON + 5 * DAY / 4))
    made.add(step("accepted anew", SupportStep.ACCEPTED, NOON + 6 * DAY / 4))
    made.settle()
    assert len(made.facts) == said + 2, "no clock is stopped, and none begun anew"
    made.add(step("reached", SupportStep.ENGAGED, NOON + 2 * DAY))
    made.settle()
    assert clocks(made) == {}


def test_a_page_says_how_many_breaches_had_no_answer_from_the_third_on() -> None:
    first = breach("1", NOON)
    of_council = breach("1 again", NOON + timedelta(hours=1), "council")  # the same, told by another
    late, in_time = (
        fact(
            BreachProgressed(breach=first.root, step=BreachStep.ARRESTED),
            agency="police",
            occurred=NOON + hours * timedelta(hours=1),
            root=f"after {hours} hours",
            things=[first],
        )
        for hours in (25, 12)
    )
    made = settled(first, of_council, breach("2", NOON + DAY), breach("3", NOON + 2 * DAY), at=NOON + 4 * DAY)
    assert row_of(made).unanswered == (NOON + DAY, NOON + 2 * DAY, NOON + 3 * DAY)
    assert [row_of(made).without_answer(NOON + n * DAY) for n in (1, 2, 3)] == [0, 0, 3]
    made.add(late)
    assert row_of(made).without_answer(made.at) == 3, "an answer after its time is no answer in it"
    made.add(in_time)
    assert row_of(made).unanswered == (NOON + 2 * DAY, NOON + 3 * DAY)


def test_a_refusal_is_heard_and_a_rise_offers_again() -> None:
    made = settled(assessed(grade=Grade.MEDIUM), step("no", SupportStep.REFUSED, NOON + DAY / 4, "police"))
    assert clocks(made) == {}
    made.at = NOON + DAY
    made.add(breach(at=NOON + DAY / 3))
    made.settle()
    assert clocks(made) == {AlertRule.RE_OFFER: working_days(2, NOON)}
    made.add(step("yes", SupportStep.ACCEPTED, NOON + 3 * DAY / 8))
    made.settle()
    assert clocks(made) == {AlertRule.FIRST_CONTACT: working_days(2, NOON)}


def test_a_step_that_is_taken_back_was_never_taken() -> None:
    accepted = step("accepted", SupportStep.ACCEPTED, NOON + DAY / 4)
    made = settled(assessed(grade=Grade.HIGH), accepted)
    made.add(withdrawn(accepted))
    made.settle()
    assert AlertRule.IDVA_ASKED in clocks(made)


def test_an_idva_is_asked_though_one_person_has_said_that_the_assessment_was_of_another_victim() -> None:
    medium, high = assessed("theirs"), assessed(grade=Grade.HIGH)
    moved = corrected(high, high.said.model_copy(update={"people": people("eva")}))
    assert AlertRule.IDVA_ASKED in [each.rule for each in row_of(settled(medium, high, moved)).wanted]
    assert AlertRule.IDVA_ASKED not in [each.rule for each in row_of(settled(medium)).wanted]


def test_the_row_says_who_and_how_to_be_reached_and_who_has_told() -> None:
    contact = {"method": ContactMethod.TEXT, "number": "07700 900142"}
    her = someone(Role.VICTIM, "ann", contact=contact)
    said = SupportProgressed.model_validate({"people": [her], "support": "idva", "step": "accepted"})
    made = settled(breach(), fact(said, agency="idva", occurred=NOON, root="accepted"))
    row = made.row("referrals_support", PERSON)
    assert row.agencies == ("idva", "police")
    assert [(line.agency, line.contact.method) for line in row.ways] == [("idva", ContactMethod.TEXT)]
    assert len(row.facts) == 1, "a look at it is made of the step alone: nobody gave a name"
    assert row.area == "north"
    assert (row.way(NOON).because, row.way(NOON).method) == ("not-verified", ContactMethod.TEXT)
    failed = {"people": [her], "method": "letter", "failure": "returned"}
    made.add(fact(ContactFailed.model_validate(failed), agency="police", occurred=NOON + DAY, root="failed"))
    made.settle()
    assert made.row("referrals_support", PERSON).way(NOON + 2 * DAY).because == "failed"


def test_what_is_told_for_support_alone_moves_no_clock_to_its_area() -> None:
    withheld = Withheld(text="What the police do not know.")
    her = someone(Role.VICTIM, "ann")
    said = WithheldFromPolice(people=[her], withheld=withheld, routing=area("haven"))
    made = settled(breach(), fact(said, agency="idva", occurred=NOON, root="withheld"))
    row = made.row("referrals_support", PERSON)
    assert (row.area, row.agencies) == ("north", ("police",))
    started = [each.content for each in made.facts if isinstance(each.content, ClockStarted)]
    assert {each.routing for each in started} == {area("north")}


def test_whoever_is_no_victim_has_no_row() -> None:
    made = settled(breach())
    assert made.row("referrals_support", IDS.person(mention_of("police", "ben"))) is None


@st.composite
def histories(draw: st.DrawFn) -> list[Fact[Any]]:
    history: list[Fact[Any]] = []
    for n in range(draw(st.integers(1, 7))):
        at = NOON + DAY * draw(st.integers(-12, 12)) / 6
        kind = draw(st.sampled_from(["breach", "assessed", "step", "step", "again"]))
        if kind == "again" and history and not history[-1].withdrawn:
            history.append(withdrawn(history[-1]))
        elif kind == "assessed":
            history.append(assessed(f"{n}", at, draw(st.sampled_from(Grade))))
        elif kind == "step":
            said = draw(st.sampled_from(SupportStep))
            history.append(step(f"{n}", said, at, draw(st.sampled_from(AGENCIES))))
        else:
            history.append(breach(f"{n}", at, draw(st.sampled_from(AGENCIES[:2]))))
    return history


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_whatever_happens_what_runs_is_owed_and_order_changes_nothing(
    history: list[Fact[Any]], days: int, chance: Any
) -> None:
    made = World([REVIEW, SUPPORT], same=SAME)
    for each in history:
        made.add(each)
        made.settle()
    made.at = NOON + timedelta(days=days)
    made.settle()
    row = made.row("referrals_support", PERSON)
    firsts = first_of(row.wanted, row.clocks, made.at) if row else {}
    owed = {rule: first.due for rule, first in firsts.items()}
    running = clocks(made)
    assert running.items() <= owed.items(), "nothing runs that is not owed"
    assert {rule for rule, due in owed.items() if due > made.at} <= running.keys()
    assert made.settle() == 0
    before = made.bytes()
    chance.shuffle(made.facts)
    assert made.bytes() == before
