"""What opens a review of a victim's risk, and what is owed, as a table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import add_working_days, court_deadline, custody_deadline
from chassis.facts import Fact, FactSet
from contracts.content import Said
from contracts.events.contact import DeathRecorded
from contracts.events.hearings import HearingListed
from contracts.events.orders import BreachProgressed, BreachReported, OrderMade, PatternDecided
from contracts.events.people import (
    Dash,
    Graded,
    HealthContacted,
    HouseholdDescribed,
    IncidentReported,
    ReferralMade,
    RiskAssessed,
)
from contracts.rules import risk_review
from contracts.rules.clocks import Calendar, Calendars
from contracts.rules.review_triggers import TRIGGERS
from contracts.sections import Health, Identity, Name
from contracts.vocabulary import DASH_ITEMS, DashAnswer, Grade, ReviewTrigger, Role
from tests.support.facts import IDS, NOON, corrected, fact, homes, mention_of, root_of, someone
from tests.support.tables import lines

CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)
AGENCIES = ("police", "idva", "hospital", "housing", "council")
SAME = [[mention_of(agency, name) for agency in AGENCIES] for name in ("ann", "ben", "carl", "cat", "kit")]
ANN = IDS.person(mention_of("police", "ann"))
HEARD = {"day": "heard", "last_day": "to"}
DASH = Dash(answers=dict.fromkeys(DASH_ITEMS, DashAnswer.NO))


def day(n: float) -> datetime:
    return NOON + timedelta(days=n)


def content(said: dict[str, Any]) -> Said:
    """What a fact of the table says."""
    health = Health(pregnant=said["pregnant"]) if "pregnant" in said else None
    her = someone(Role.VICTIM, said.get("victim", "ann"), health=health)
    accused = said.get("of", ["ben"])
    names = {} if said.get("unnamed") else {each: Name(family="Roe", given=each) for each in accused}
    people = [her]
    for each in accused:
        who = Identity(name=names.get(each))
        people.append(someone(Role.PERPETRATOR, each, identity=who, relationship=said.get("as")))
    if "assessed" in said:
        graded = Graded(
            grade=Grade(said["assessed"]), rule="test", because="test", signed=said.get("signed", False)
        )
        kind = {"instrument": said.get("instrument", "safelives-dash-24"), "instrument_version": "2015"}
        return RiskAssessed.model_validate({"people": people, "graded": graded, **kind})
    if "referred" in said:
        graded = Graded(grade=Grade(said["referred"]), rule="test", because="test")
        return ReferralMade(people=people, graded=graded, dash=DASH)
    if "breach" in said:
        return BreachReported(people=people, kind=said["breach"])
    if "incident" in said:
        return IncidentReported(people=people, kind=said["incident"], status=said.get("status", "alleged"))
    if "died" in said:
        return DeathRecorded(people=[her])
    if "hearing" in said:
        days = {name: day(said[of]).date() for name, of in HEARD.items() if of in said}
        kind = {"hearing": said["hearing"], "told_by": said.get("told_by")}
        return HearingListed.model_validate({"people": people, **kind, **days})
    if "pregnant" in said:
        return HealthContacted(people=[her], service="Clinic")
    if "household" in said:
        return HouseholdDescribed(people=[her, *(someone(Role.CHILD, child) for child in said["household"])])
    return about_things(said, people)


def about_things(said: dict[str, Any], people: list[Any]) -> Said:
    """An order; or a step or a decision, which name nobody."""
    breach = root_of("breach")
    if "step" in said:
        return BreachProgressed(breach=breach, step=said["step"])
    if "decided" in said:
        kind = {"decision": said["decided"], "offence": said["offence"]}
        return PatternDecided.model_validate(
            {"breach": breach, "rank": "sergeant", "considered": [breach], **kind}
        )
    ends = day(said["ends"]) if "ends" in said else None
    made = {
        "order": said["order"],
        "stage": said.get("stage", "made"),
        "made": day(said.get("made", said["day"])),
        "ends": ends,
        "reference": said.get("reference"),
        "prohibitions": [
            each if isinstance(each, dict) else {"kind": each} for each in said.get("forbids", [])
        ],
    }
    return OrderMade.model_validate({"people": people, **made})


def told_by(made: list[Fact[Said]]) -> tuple[list[risk_review.Told], dict[str, str]]:
    """What is told of Ann by facts and their corrections, and who everybody is."""
    facts, who = FactSet(made), homes(made, SAME)
    standing = [(each.envelope, each.said) for each in facts.current(Said)]
    return risk_review.told_of(standing, ANN, who, facts.spoken), who


def made_of(
    facts: list[dict[str, Any]], says: Callable[[dict[str, Any]], Said], *named: str
) -> list[Fact[Said]]:
    """The facts of a line of a table; the first of each kind that is ``named`` goes by its name."""
    made: list[Fact[Said]] = []
    for n, said in enumerate(facts):
        at, recorded = day(said["day"]), day(said.get("recorded", said["day"]))
        occurred = at.date() if said.get("dated") else at
        if "corrects" in said:
            made.append(corrected(made[said["corrects"]], says(said), occurred=occurred, recorded=recorded))
            continue
        name = next((each for each in named if each in said), None)
        first = name is not None and not any(name in each for each in facts[:n])
        root = name if first else f"fact {n}"
        one = fact(
            says(said), agency=said.get("by", "police"), occurred=occurred, root=root, recorded=recorded
        )
        made.append(one)
    return made


def told(facts: list[dict[str, Any]]) -> tuple[list[risk_review.Told], dict[str, str]]:
    return told_by(made_of(facts, content, "breach"))


@lines(__file__, "risk_review")
def test_which_reviews_are_owed(line: dict[str, Any]) -> None:
    known, who = told(line["facts"])
    opened = risk_review.opened(known, ANN, who, NOON)
    owed = risk_review.owed(opened, risk_review.assessed(known), CALENDARS)
    found = [(each.opened.trigger, each.opened.at, each.due) for each in owed]
    due = [(ReviewTrigger(trigger), day(at), day(late)) for trigger, at, late in line["owed"]]
    assert [each[:2] for each in found] == [each[:2] for each in due]
    assert all(abs(one[2] - other[2]) < timedelta(minutes=2) for one, other in zip(found, due, strict=True))


def test_an_order_that_will_end_says_when_to_look_again() -> None:
    known, _ = told([{"day": -9, "order": "non-molestation", "ends": 5}, {"day": -9, "breach": "contact"}])
    assert risk_review.changes_at(known, NOON) == day(5)
    assert risk_review.changes_at(known, day(6)) is None


def test_a_hearing_says_when_to_look_again() -> None:
    known, _ = told([{"day": -9, "hearing": "criminal-trial", "heard": 20}])
    assert risk_review.changes_at(known, NOON) == day(5.5), "the run-up, of 14 days, begins with a day"
    assert risk_review.changes_at(known, day(6)) == day(20.5), "it is over"
    assert risk_review.changes_at(known, day(21)) is None
    assert [line.trigger for line in risk_review.opened(known, ANN, {}, day(21))] == [
        ReviewTrigger.RUN_UP_TO_TRIAL,
        ReviewTrigger.HEARING_HELD,
    ]


def test_each_trigger_has_a_line_that_says_where_it_comes_from() -> None:
    assert TRIGGERS.keys() == set(ReviewTrigger)
    assert all(line.source and line.opened_by for line in TRIGGERS.values())
    assert {line.limit.calendar for line in TRIGGERS.values()} == {
        Calendar.HOURS,
        Calendar.WORKING_DAYS,
    }
