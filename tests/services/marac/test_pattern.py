"""The pattern on a case's page: what each perpetrator's acts together may be, who decided, and by when."""

from datetime import datetime, timedelta
from typing import Any

from chassis.facts import Fact
from contracts.events.orders import PatternDecided
from contracts.sections import Narrative
from contracts.vocabulary import Role
from services.marac import shown_pattern
from services.marac.conference import breaches
from services.marac.tasking.heard import without_answer
from services.marac.tasking.rows import TaskingPerpetrator
from tests.services.marac.caseload import (
    alert,
    ann,
    ben,
    breach,
    cat,
    mention,
    order,
    person,
    referral,
    world,
)
from tests.support.facts import NOON, corrected, fact, root_of

KIT = mention("kit", Role.SUSPECT)
"""Somebody else who harms Ann."""


def pattern(*facts: Fact[Any], at: datetime = NOON) -> shown_pattern.CasePattern:
    """The pattern of Ann's case, at a time."""
    made = world(referral(dash=None), *facts, at=at)
    case = made.row("conference_case", root_of("case"))
    rows = {name: made.row("conference_alert", root_of(name)) for name in ("breach", "earlier", "later")}
    decisions = {row.cause: row.decisions for row in rows.values() if row}
    own = made.row("conference_person", case.victim.person)
    return breaches.pattern_of(case, own.assessments, decisions, at)


def contact(name: str, days: float, agency: str = "council", **values: Any) -> Fact[Any]:
    return breach(name, agency, NOON - timedelta(days=days), **{"kind": "contact", **values})


def decided(
    of: Fact[Any], *considered: str, offence: str = "stalking", decision: str = "recorded"
) -> Fact[PatternDecided]:
    said = PatternDecided(
        breach=of.root,
        offence=offence,
        decision=decision,
        rank="inspector",
        considered=[root_of(each) for each in considered],
        narrative=Narrative(text="Two in a fortnight."),
    )
    return fact(said, agency="police", occurred=NOON - timedelta(hours=1), root=f"on {offence}", things=[of])


TOLD = (contact("breach", 1), contact("earlier", 9, "police"))


def test_a_case_says_what_it_may_be_and_by_when_somebody_decides() -> None:
    found = pattern(*TOLD)
    assert [each.offence for each in found.offences] == ["stalking", "harassment"]
    assert {each.due for each in found.offences} == {NOON - timedelta(days=1) + timedelta(hours=72)}
    assert breaches.undecided(found, NOON) == []
    assert breaches.undecided(found, NOON + timedelta(days=2)) == [root_of("earlier")] * 2


def test_who_decided_is_said_with_an_alert_and_without() -> None:
    for more in ((), (alert("breach"),)):
        first, second = pattern(*TOLD, decided(TOLD[0], "breach", "earlier"), *more).offences
        assert first.decision
        assert (first.decision.agency, first.decision.rank, first.due) == ("police", "inspector", None)
        assert second.decision is None


def test_a_correction_gives_nobody_more_time() -> None:
    bare = [each.model_copy(update={"mention": None}) for each in TOLD[0].said.people]
    again = corrected(TOLD[0], TOLD[0].said.model_copy(update={"people": bare, "weapon": False}))
    late = {"recordedat": NOON, "acceptedat": NOON}
    updated = Fact(again.envelope.model_copy(update=late), again.content)
    at = NOON + timedelta(hours=12)
    assert pattern(*TOLD, updated, at=at).without_answer == pattern(*TOLD, at=at).without_answer == 2
    assert [each.due for each in pattern(*TOLD, updated).offences] == [NOON + timedelta(days=2)] * 2


def test_what_was_decided_of_another_breach_after_all_is_not_decided_of_the_first() -> None:
    done = decided(TOLD[0], "breach", "earlier")
    moved = corrected(done, done.said.model_copy(update={"breach": root_of("of others")}))
    assert pattern(*TOLD, done).offences[0].decision
    assert pattern(*TOLD, done, moved).offences[0].decision is None


def test_a_new_occurrence_asks_anew() -> None:
    done = decided(TOLD[1], "breach", "earlier")
    (stalking, _) = pattern(*TOLD, done, contact("later", 0.5)).offences
    assert stalking.decision
    assert stalking.due == NOON - timedelta(days=0.5) + timedelta(hours=72)


def test_each_perpetrators_acts_are_their_own_and_another_victims_are_none_of_hers() -> None:
    assert pattern(TOLD[0], contact("earlier", 9, people=[ann(), KIT])).offences == []
    assert pattern(TOLD[0], contact("earlier", 9, people=[cat(), ben()])).offences == []
    assert {each.by for each in pattern(*TOLD).offences} == {person("ben")}


def test_arranged_contact_is_named_nowhere() -> None:
    assert pattern(TOLD[0], contact("earlier", 9, circumstance="arranged")).offences == []


def perpetrator(*facts: Fact[Any], at: datetime = NOON) -> TaskingPerpetrator:
    row: TaskingPerpetrator = world(*facts, at=at).row("tasking_perpetrator", person("ben"))
    return row


def test_a_perpetrators_page_names_it_by_letter_and_ordinal_and_what_was_decided() -> None:
    others = contact("of cat", 5, people=[cat(), ben()])
    found = perpetrator(*TOLD, others).pattern
    assert [(each.victim, each.offence.value, each.events) for each in found] == [
        ("A", "stalking", [1, 3]),
        ("A", "harassment", [1, 3]),
    ], "once is no pattern, and what was done to one victim is none of another's"
    assert not any(each.stands for each in found)
    done = decided(TOLD[0], "breach", "earlier")
    stalking, harassment = perpetrator(*TOLD, others, done).pattern
    assert (stalking.decision, stalking.stands) == ("recorded", True)
    assert (harassment.decision, harassment.stands) == (None, False)
    assert not perpetrator(*TOLD, done, contact("later", 0.5)).pattern[0].stands


def test_on_a_perpetrators_page_not_yet_stands_for_a_week() -> None:
    done = decided(TOLD[0], "breach", "earlier", decision="not-yet")
    made = world(*TOLD, done)
    assert made.row("tasking_perpetrator", person("ben")).pattern[0].stands
    late = perpetrator(*TOLD, done, at=NOON + timedelta(days=7))
    assert (late.pattern[0].decision, late.pattern[0].stands) == ("not-yet", False)


def unanswered(*facts: Fact[Any], days: float = 0) -> tuple[int, set[str]]:
    """How many breaches by Ben had no answer, as his page counts them so many days on, and their facts."""
    made = world(*facts)
    people = [row for name in ("ann", "ben", "cat") if (row := made.row("conference_person", person(name)))]
    return without_answer(person("ben"), people, NOON + timedelta(days=days))


def test_on_a_perpetrators_page_breaches_without_an_answer_are_named_from_three_on() -> None:
    told = (*TOLD, contact("later", 0.5))
    assert unanswered(*told)[0] == 0, "two, of which nobody says that they are a pattern"
    assert unanswered(*told, days=1) == (3, {each.id for each in told})


def test_on_a_perpetrators_page_what_names_her_alone_counts_where_her_order_binds_him() -> None:
    alone = [contact(f"alone {n}", n, people=[ann()]) for n in (12, 9, 6)]
    of_one_other = contact("of one other", 6, "police")
    of_cat = contact("of cat", 5, people=[cat()])
    told = {each.id for each in (*alone, of_one_other)}
    assert unanswered(order(), *alone, of_one_other, of_cat) == (3, told)
    assert unanswered(*alone, of_cat) == (0, set()), "no order protects her from him"
    other = order("other", people=[KIT, ann()])
    assert unanswered(order(), other, *alone) == (0, set()), "nobody knows which of the two did it"


def test_breaches_that_had_no_answer_in_their_time_are_counted() -> None:
    assert pattern(*TOLD, contact("later", 0.5)).without_answer == 2
    assert pattern(*TOLD, contact("later", 0.5), at=NOON + timedelta(days=1)).without_answer == 3
