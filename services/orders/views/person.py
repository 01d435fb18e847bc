"""Level 0: what is known of one person's orders, breaches, risk and area.

The row is read by the folds of breaches, never by a page: a respondent's row may say which area a
victim of his lives in, so that a breach which names no victim still finds who is on call for her.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Literal

from pydantic import AwareDatetime, Field

from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Subject, View, ViewTable
from contracts.content import Content, Said
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.orders import BreachProgressed, BreachReported
from contracts.events.people import IncidentReported, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules import pattern
from contracts.rules.breach_answer import Reported, Step
from contracts.rules.occurrence import occurrences, record_of
from contracts.rules.order_match import (
    Match,
    Sought,
    match,
    people_of,
)
from contracts.rules.standing_grade import Assessed, counting, keeps, names_victim, screens, stands, unnamed
from contracts.sections import Routing
from contracts.vocabulary import PERPETRATOR_ROLES, AlertRule, BreachStep, Grade, Role, Urgency
from services.orders.views.evidence import AssessedLine, DecisionLine, assessed_in, decisions_in
from services.orders.views.order_line import OrderLine, Part, orders_of
from services.orders.views.untold import untold_of_person

Report = Fact[BreachReported | IncidentReported]
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""When a record was made whose row an older release wrote: no clock runs until it is folded anew."""


class StandingAlert(Part):
    """An alert about a breach that was raised and not stood down."""

    generation: int
    urgency: Urgency
    area: str | None


class StepLine(Part):
    """A step of the answer to a breach; ``root`` is of the fact that tells it."""

    step: BreachStep
    at: AwareDatetime
    root: str
    agency: str
    urgency: Urgency | None = None
    lowers: Urgency | None = None
    accepted: AwareDatetime | None = None
    day: bool = False
    """Whether it gives its day alone."""

    @property
    def taken(self) -> Step:
        """As the rules of answering know it."""
        return Step(self.step, self.at, self.root, self.accepted, self.day)


class RecordLine(Part):
    """One agency's record of a breach or incident that names this person. ``asked``: an alert that asks
    for its answer stands. ``says``: what it says of a pattern, by codes. ``weapon_told``, ``present_told``:
    when Goldthread was first told so, by a correction too; None: it is not said (any more)."""

    root: str
    type: Literal["breach", "incident"]
    agency: str
    occurred: AwareDatetime
    precision: Literal["instant", "day"]
    kind: str
    people: list[str]
    accused: list[str] = Field(default_factory=list)
    victims: list[str] = Field(default_factory=list)
    says: list[str] = Field(default_factory=list)
    recorded: AwareDatetime = NEVER
    accepted: AwareDatetime = NEVER
    weapon: bool | None = None
    suspect_present: bool | None = None
    weapon_told: AwareDatetime | None = None
    present_told: AwareDatetime | None = None
    area: str | None = None
    standing: list[StandingAlert]
    asked: bool = False
    steps: list[StepLine] = Field(default_factory=list)

    @property
    def reported(self) -> Reported:
        """As the rules of answering know it."""
        steps = tuple(step.taken for step in self.steps)
        return Reported(self.occurred, self.recorded, self.accepted, steps)

    @property
    def word(self) -> pattern.Word:
        """As the rule of patterns knows it."""
        return pattern.record(self.root, self.recorded, self.says)


class VictimLine(Part):
    """What this person's facts say of a victim's risk and area: their own, or of somebody whom
    they are said to have harmed. ``graded`` and ``area_from`` are the roots of the facts."""

    person: str
    grade: Grade = Grade.UNKNOWN
    graded: str | None = None
    area: str | None = None
    area_at: AwareDatetime | None = None
    area_from: str | None = None

    @property
    def news(self) -> tuple[bool, datetime | None, str]:
        """Newer word on where they are comes later."""
        return (self.area_at is not None, self.area_at, self.area_from or "")


class OrdersPerson(Row):
    """One person, as orders knows them. ``mentions`` are the ids under which facts name them."""

    mentions: list[str]
    orders: list[OrderLine]
    occurrences: list[list[RecordLine]]
    victims: list[VictimLine]
    assessed: tuple[AssessedLine, ...] = ()
    decisions: tuple[DecisionLine, ...] = ()


class OrdersPersonTable(ViewTable, table=True):
    """Rows of ``orders_person``."""

    __tablename__ = "orders_person"


def fold_person(subject: Subject) -> Folded:
    """The row of a person at ``subject.at``, and when an order's status will change it."""
    orders, changes = orders_of(subject)
    happened = _occurrences(subject, orders)
    assessed = assessed_in(subject.facts, subject.id, subject.homes)
    row = OrdersPerson(
        mentions=sorted(mention for mention, person in subject.homes.items() if person == subject.id),
        orders=orders,
        occurrences=happened,
        victims=_victims(subject),
        assessed=tuple(assessed),
        decisions=tuple(decisions_in(subject.facts, [*happened, *([each] for each in assessed)])),
    )
    if not (row.orders or row.occurrences or row.victims):
        return Folded(None)
    return Folded(row, min((change for change in changes if change), default=None))


def area_of(said: Said) -> str | None:
    """The area that a payload routes to. None: it says none, or it is sealed."""
    return said.routing.area if isinstance(said.routing, Routing) else None


def persons(mentions: Iterable[Mention], homes: Mapping[str, str]) -> list[str]:
    """The persons behind these mentions, each once, sorted."""
    return sorted({homes[m.mention] for m in mentions if m.mention is not None and m.mention in homes})


def _occurrences(subject: Subject, orders: list[OrderLine]) -> list[list[RecordLine]]:
    standing, asked = _standing(subject, AlertRule.BREACH), _standing(subject, AlertRule.NO_ANSWER)
    taken = steps_of(subject.facts)
    lines: dict[str, RecordLine] = {}
    records = []
    reports: list[Report] = [*subject.facts.current(BreachReported), *subject.facts.current(IncidentReported)]
    for fact in reports:
        about = people_of(fact.said, fact.occurred, subject.facts.spoken)
        people = persons(about, subject.homes)
        if subject.id not in people:
            continue
        of = _match_of(fact, orders, subject.homes)
        by_whom = in_role(about, *PERPETRATOR_ROLES)
        accused = frozenset(persons(by_whom, subject.homes) or (of.respondents if of else ()))
        hers = frozenset(of.order.protected if of and of.order else ())
        record = record_of(fact.envelope, fact.said, subject.homes, hers, accused)
        records.append(record)
        line = record_line(fact, subject.facts, people, sorted(accused), taken.get(fact.root, []))
        told = {"victims": sorted(record.victims), "says": sorted(pattern.codes(fact.said, by_whom))}
        alerts = {"standing": standing.get(fact.root, []), "asked": fact.root in asked}
        lines[fact.root] = line.model_copy(update=told | alerts)
    return [[lines[record.root] for record in group] for group in occurrences(records)]


def in_role(mentions: Iterable[Mention], *roles: str) -> list[Mention]:
    """Those of these mentions that are in any of these roles."""
    return [mention for mention in mentions if mention.role in roles]


def steps_of(facts: FactSet) -> dict[str, list[StepLine]]:
    """The steps of the answer to each breach, in their order."""
    found: dict[str, list[StepLine]] = {}
    for fact in facts.current(BreachProgressed):
        kept = fact.said.model_dump(include={"step", "urgency", "lowers"})
        told = facts.first_accepted(fact.root)
        kept |= {"accepted": told, "day": fact.envelope.precision == "day"}
        line = StepLine(at=fact.occurred, root=fact.root, agency=fact.agency, **kept)
        found.setdefault(fact.said.breach, []).append(line)
    return {root: sorted(lines, key=lambda line: (line.at, line.root)) for root, lines in found.items()}


def record_line(
    fact: Report, facts: FactSet, people: list[str], accused: list[str], steps: list[StepLine]
) -> RecordLine:
    """One record as a row has it, with no alert yet. Its times are of its first version among ``facts``: a
    correction gives nobody more time."""
    said = fact.said
    breach = said if isinstance(said, BreachReported) else None
    return RecordLine(
        root=fact.root,
        type="breach" if breach else "incident",
        agency=fact.agency,
        occurred=fact.occurred,
        precision=fact.envelope.precision,
        kind=said.kind,
        people=people,
        accused=accused,
        recorded=facts.first_recorded(fact.root),
        accepted=facts.first_accepted(fact.root),
        weapon=breach.weapon if breach else None,
        suspect_present=breach.suspect_present if breach else None,
        weapon_told=_told_since(facts.versions(fact.root), "weapon"),
        present_told=_told_since(facts.versions(fact.root), "suspect_present"),
        area=area_of(said),
        standing=[],
        steps=steps,
    )


def _told_since(versions: Sequence[Fact[Content]], what: str) -> datetime | None:
    """When the first was accepted of the newest versions that all say yes to it, one after another."""
    yes = list(takewhile(lambda fact: getattr(fact.content, what, None), reversed(versions)))
    return yes[-1].accepted if yes else None


def with_alerts(record: RecordLine, other: RecordLine | None) -> RecordLine:
    """One record as two people's rows have it: an alert may be filed under either alone, the order that it
    gives may be known to one alone, and whoever a correction adds has no earlier version."""
    if other is None:
        return record
    alerts = {alert.generation: alert for alert in (*other.standing, *record.standing)}
    steps = {step.root: step for step in (*other.steps, *record.steps)}
    return record.model_copy(
        update={
            "people": sorted({*record.people, *other.people}),
            "accused": sorted({*record.accused, *other.accused}),
            "recorded": min(record.recorded, other.recorded),
            "accepted": min(record.accepted, other.accepted),
            "weapon_told": _sooner(record.weapon_told, other.weapon_told),
            "present_told": _sooner(record.present_told, other.present_told),
            "standing": [alerts[key] for key in sorted(alerts)],
            "asked": record.asked or other.asked,
            "steps": sorted(steps.values(), key=lambda step: (step.at, step.root)),
        }
    )


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _match_of(fact: Report, orders: list[OrderLine], homes: Mapping[str, str]) -> Match | None:
    """The order of a breach that names nobody of a side, as far as this person's orders tell."""
    if not isinstance(fact.said, BreachReported):
        return None
    wanted = sought(fact.said, fact.occurred, homes)
    return None if wanted.victims and wanted.respondents else match(wanted, orders)


def sought(said: BreachReported, at: datetime, homes: Mapping[str, str]) -> Sought:
    """What a breach says by which its order can be found."""
    return Sought(
        order=said.order,
        reference=said.reference,
        respondents=frozenset(persons(said.in_role(*PERPETRATOR_ROLES), homes)),
        victims=frozenset(persons(said.in_role(Role.VICTIM), homes)),
        at=at,
    )


def _standing(subject: Subject, rule: AlertRule) -> dict[str, list[StandingAlert]]:
    downs = (fact.said for fact in subject.facts.current(AlertStoodDown))
    fallen = {(said.cause, said.generation) for said in downs if said.rule is rule}
    found: dict[str, dict[int, StandingAlert]] = {}
    for fact in subject.facts.current(AlertRaised):
        said = fact.said
        if said.rule is rule and (said.cause, said.generation) not in fallen:
            area = said.routing.area if isinstance(said.routing, Routing) else None
            alert = StandingAlert(generation=said.generation, urgency=said.urgency, area=area)
            found.setdefault(said.cause, {})[said.generation] = alert
    return {cause: [alerts[key] for key in sorted(alerts)] for cause, alerts in found.items()}


def _victims(subject: Subject) -> list[VictimLine]:
    """Each victim whom this person's facts name, by the grade that stands and the newest routing."""
    found: dict[str, VictimLine] = {}
    people: dict[str, list[Mention]] = {}
    for fact in subject.facts.current(Said):
        for person in _harmed(fact, subject)[0]:
            line = found.get(person) or VictimLine(person=person)
            found[person] = line.model_copy(update=_news_of_where(fact))
            people.setdefault(person, []).extend(fact.said.people)
    return [
        found[person].model_copy(update=_graded(_assessed(person, people[person], subject)))
        for person in sorted(found)
    ]


def _assessed(victim: str, people: Iterable[Mention], subject: Subject) -> list[Assessed]:
    """What this person's facts say of how great the risk to a victim is, in the order in which it was made,
    with what was taken back. ``people``: all whom the facts about the victim name."""
    back: list[Fact[ReferralMade | RiskAssessed]] = subject.facts.taken_back(
        ReferralMade, RiskAssessed, where=lambda fact: names_victim(fact.said, victim, subject.homes)
    )
    made: list[Fact[ReferralMade | RiskAssessed]]
    made = [*subject.facts.current(ReferralMade), *subject.facts.current(RiskAssessed)]
    found = []
    for each in sorted([*made, *(fact for fact in back if keeps(fact.said))], key=lambda fact: fact.order):
        victims, accused = _harmed(each, subject)
        by_rule, gone = each.said.graded, subject.facts.said_until(each)
        if victim in victims:
            known = Assessed(
                each.root,
                each.agency,
                frozenset(accused),
                by_rule.grade if by_rule else Grade.UNKNOWN,
                bool(by_rule and by_rule.signed),
                each.occurred,
                gone,
                screens(each.said),
                isinstance(each.said, ReferralMade),
                unnamed(each.said, () if gone else people, subject.homes),
            )
            found.append(known)
    return found


def _harmed(fact: Fact[Said], subject: Subject) -> tuple[list[str], list[str]]:
    """The victims whom a fact names, where it names this person on either side; and by whom."""
    about = people_of(fact.said, fact.occurred, subject.facts.spoken)
    by_whom = persons(in_role(about, *PERPETRATOR_ROLES), subject.homes)
    victims = persons(in_role(about, Role.VICTIM), subject.homes)
    return [each for each in victims if subject.id in (each, *by_whom)], list(by_whom)


def _news_of_where(fact: Fact[Said]) -> dict[str, object]:
    area = area_of(fact.said)
    return {} if area is None else {"area": area, "area_at": fact.occurred, "area_from": fact.root}


def _graded(assessed: list[Assessed]) -> dict[str, object]:
    """The grade that stands, and the newest assessment that gave it."""
    grade = stands(assessed)
    newest = next((each.root for each in reversed(counting(assessed)) if each.grade is grade), None)
    return {"grade": grade, "graded": newest}


ORDERS_PERSON = View(
    name="orders_person",
    of="person",
    row=OrdersPerson,
    table=OrdersPersonTable,
    fold=fold_person,
    decide_broken=untold_of_person,
)
