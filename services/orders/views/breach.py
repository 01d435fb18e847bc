"""Level 1: a breach, with its order, its danger, whom it concerns and who has been told.

The row carries all that its decider needs, what was said before among it; it holds no section.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.facts import Fact
from chassis.store.tables import Instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised, AlertStoodDown
from contracts.events.orders import BreachReported
from contracts.rules.order_match import Match, match
from contracts.rules.order_status import status
from contracts.sections import Routing
from contracts.vocabulary import PERPETRATOR_ROLES, AlertRule, Grade, Role, Urgency
from services.orders.rules import telling
from services.orders.rules.clocks import of_breach
from services.orders.rules.priority import BY_GRADE, Danger, from_scene, priority, worst
from services.orders.views import clocks
from services.orders.views.answer import Answer, answer, asked_of, decision, sayings
from services.orders.views.clocks import CALENDARS, Clocks, clocks_of
from services.orders.views.person import (
    OrdersPerson,
    RecordLine,
    StatusNow,
    VictimLine,
    area_of,
    persons,
    record_line,
    sought,
    steps_of,
    with_alerts,
)
from services.orders.views.told import ToldLine, about, generations, taken_since, told_of
from services.orders.views.where import line_of, newest_area

RULES = (AlertRule.BREACH, AlertRule.NO_ANSWER, AlertRule.PRODUCTION)
"""The rules by which somebody is called about a breach."""


class OrdersBreach(Row):
    """A breach as orders knows it. ``order`` is None where no order was found, and
    ``order_because`` says why; ``status`` is the order's at the time of the breach. ``records`` are
    all records of its occurrence, its own among them. Once withdrawn it keeps what was told."""

    cause: str
    agency: str
    occurred: AwareDatetime
    precision: Literal["instant", "day"]
    withdrawn: bool
    kind: str | None = None
    order: str | None = None
    order_because: str | None = None
    order_type: str | None = None
    status: StatusNow | None = None
    respondents: tuple[str, ...] = ()
    victims: tuple[str, ...] = ()
    victim_mentions: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    grade: Grade = Grade.UNKNOWN
    graded: tuple[str, ...] = ()
    urgency: Urgency | None = None
    urgency_because: str | None = None
    by_scene: bool = False
    area: str | None = None
    records: tuple[RecordLine, ...] = ()
    others_in_view: tuple[str, ...] = ()
    told: tuple[ToldLine, ...] = ()
    stood_down: int = 0
    answer: Answer = Answer()
    clocks: Clocks = Clocks()
    called: tuple[str, ...] = ()
    nobody: bool = False
    """Whether an unanswered call went to nobody; ``called``: the staff who were called or took it."""


class OrdersBreachTable(ViewTable, table=True):
    """Rows of ``orders_breach``, found by area and time."""

    __tablename__ = "orders_breach"
    area: str | None
    occurred: datetime = Field(sa_type=Instant)
    withdrawn: bool


def fold_breach(subject: Subject) -> Folded:
    """The row of a breach; None for a cause that is something else.

    It says what held when the breach happened, so that no passing of time changes it; but time may
    have somebody asked for its answer.
    """
    fact = breach_in(subject)
    if fact is None:
        return Folded(None)
    told, stood_down = told_of(subject.facts, fact.root)
    standing = {line.generation for line in told if line.state == "standing"}
    calls = about(subject.facts.current(AlertCalled), fact.root, *RULES)
    took = {each.said.person for each in about(subject.facts.current(AlertAcknowledged), fact.root, *RULES)}
    asked, asked_before = asked_of(subject.facts, fact.root)
    taken = taken_since(subject.facts, fact.root, told)
    found = Answer(asked=asked, stood_down=asked_before)
    wanted: dict[AlertRule, datetime] | None = {}
    known: dict[str, object] = {
        "cause": fact.root,
        "agency": fact.agency,
        "occurred": fact.occurred,
        "precision": fact.envelope.precision,
        "withdrawn": fact.content is None,
        "told": told,
        "stood_down": stood_down,
        "called": sorted(took | {each.said.person for each in calls if each.said.person is not None}),
        "nobody": any(each.said.person is None and each.said.generation in standing for each in calls),
    }
    if fact.content is not None:
        stands = _Standing(subject, fact)
        known |= stands.values()
        found = stands.answer(taken).model_copy(update={"asked": asked, "stood_down": asked_before})
        wanted = stands.clocks(found)
    clocks = clocks_of(subject.facts, fact.root, wanted)
    row = OrdersBreach.model_validate(known | {"answer": found, "clocks": clocks})
    return Folded(row, decision(found, subject.at).again)


def breach_in(subject: Subject) -> Fact[BreachReported] | None:
    """The breach that this cause is, in its highest version, withdrawn or not."""
    return next((fact for fact in subject.facts.of(BreachReported) if fact.root == subject.id), None)


class _Standing:
    """A breach that stands, read with the rows of the people whom it names.

    One that gives its order by id is filed under the order's people too (ADR 0008): there the order
    is found, and of a side that the breach does not name the order's people are its people.
    """

    def __init__(self, subject: Subject, fact: Fact[BreachReported]) -> None:
        self.fact = fact
        self.said = fact.said
        self.facts = subject.facts
        self.homes = subject.homes
        self.steps = steps_of(subject.facts)
        self.rows = _rows(subject)
        self.match = self.matched()
        self.named = self.concerned()
        self.own_rows = self.rows_of(self.named)

    def matched(self) -> Match:
        """The order that it is of: given by id, among the orders of all whom it is filed under. Of several
        whom one binds, only whoever it names as having broken it tells whether they were served."""
        filed = self.fact.mentions if self.said.order else {m.mention or "" for m in self.said.named}
        known = sorted({self.homes[mention] for mention in filed if mention in self.homes})
        asked = sought(self.said, self.fact.occurred, self.homes)
        theirs = asked.respondents
        orders = (
            order
            for person in known
            for row in self.rows_of([person])
            for order in row.orders
            if not theirs or person in theirs or person not in order.respondents
        )
        return match(asked, orders)

    def concerned(self) -> list[str]:
        """Whom it names, and whom the order that it gives by id adds."""
        added = [*self.victims(), *self.respondents()] if self.said.order else []
        return sorted({*persons(self.said.named, self.homes), *added})

    def rows_of(self, people: Iterable[str]) -> list[OrdersPerson]:
        """The rows of these people, of whom there is one."""
        return [self.rows[person] for person in people if person in self.rows]

    def values(self) -> dict[str, object]:
        """What the row says of it."""
        records = self.records()
        victims = self.victims()
        lines = [self.line(victim) for victim in victims]
        grade, reports = self.danger()
        urgent = priority(grade, reports)
        victim_mentions = self.victim_mentions()
        named = {mention.mention for mention in self.said.named if mention.mention}
        return {
            **self.order(),
            "kind": self.said.kind.value,
            "respondents": self.respondents(),
            "victims": victims,
            "victim_mentions": victim_mentions,
            "about": sorted(named | set(victim_mentions)),
            "grade": grade,
            "graded": sorted({line.graded for line in lines if line.graded}),
            "urgency": urgent.urgency,
            "urgency_because": urgent.because,
            "by_scene": from_scene(reports) is not None,
            "area": self.area(lines, records),
            "records": records,
            "others_in_view": [
                record.root
                for record in records
                if record.root != self.fact.root and set(record.people) <= set(self.named)
            ],
        }

    def danger(self) -> tuple[Grade, list[Danger]]:
        """The worst grade of whom it was against, and what its reports say of the scene."""
        grade = worst(self.line(victim).grade for victim in self.victims())
        own = Danger(self.said.weapon, self.said.suspect_present)
        return grade, [own, *(Danger(each.weapon, each.suspect_present) for each in self.records())]

    def order(self) -> dict[str, object]:
        """The order that it is of, as it stood at the time."""
        found, because = self.match.order, self.match.because
        if found is None:
            return {"order": self.said.order, "order_because": because}
        return {
            "order": found.root,
            "order_because": because,
            "order_type": found.terms.order.value,
            "status": StatusNow.of(status(found.terms, self.fact.occurred)),
        }

    def victims(self) -> list[str]:
        """Whom it was against: as it says, else as its order says."""
        named = persons(self.said.in_role(Role.VICTIM), self.homes)
        return named or (self.match.order.protected if self.match.order else [])

    def victim_mentions(self) -> list[str]:
        """The same by mention: what an alert is filed under, and by which *another victim* is known."""
        named = sorted({m.mention for m in self.said.in_role(Role.VICTIM) if m.mention})
        return named or (self.match.order.protected_mentions if self.match.order else [])

    def respondents(self) -> list[str]:
        """Who did it: as it says, else as the order that it gives by id says."""
        named = persons(self.said.in_role(*PERPETRATOR_ROLES), self.homes)
        return named or (self.match.order.respondents if self.said.order and self.match.order else [])

    def line(self, victim: str) -> VictimLine:
        """What is known of a victim."""
        return line_of(victim, self.rows, self.own_rows)

    def area(self, lines: Iterable[VictimLine], records: Iterable[RecordLine]) -> str | None:
        """Where to route: by the newest word on where she is, the breach's own among it; else as
        another report of the occurrence says."""
        known = [(record.occurred, record.root, record.area) for record in records if record.area]
        return newest_area(self.fact, lines) or (max(known)[2] if known else None)

    def records(self) -> list[RecordLine]:
        """All records of its occurrence, as the rows of the people whom it names group them."""
        groups = [group for row in self.own_rows for group in row.occurrences]
        roots = {self.fact.root}
        while (
            more := {
                record.root
                for group in groups
                if any(record.root in roots for record in group)
                for record in group
            }
            - roots
        ):
            roots |= more
        found: dict[str, RecordLine] = {}
        for record in (record for group in groups for record in group if record.root in roots):
            found[record.root] = with_alerts(record, found.get(record.root))
        return sorted(found.values(), key=lambda record: (record.occurred, record.root))

    def answer(self, taken: datetime | None) -> Answer:
        """The answer to it: to all its records together, since its alert was ``taken``."""
        records = {record.root: record for record in self.records() if record.type == "breach"}
        steps = self.steps.get(self.fact.root, [])
        own = record_line(self.fact, self.facts, self.named, self.respondents(), steps)
        own = with_alerts(own, records.get(own.root))
        known = list((records | {own.root: own}).values())
        return answer(own, known, self.earlier(own), priority(*self.danger()).urgency, taken)

    def clocks(self, known: Answer) -> dict[AlertRule, datetime] | None:
        """The clocks that run about it; None while somebody's row is not made yet. One record of an
        occurrence asks for the answer to all of them."""
        if not self.rows.keys() >= {*persons(self.said.named, self.homes)}:
            return None
        own = [step.taken for step in self.steps.get(self.fact.root, [])]
        asked_for = known.asked_for if known.speaks else None
        of = self.match.order.terms.order if self.match.order else None
        return of_breach(own, [step.taken for step in known.steps], asked_for, of, CALENDARS)

    def earlier(self, own: RecordLine) -> list[list[RecordLine]]:
        """The earlier breaches by the same people, each with its records."""
        found: dict[str, list[RecordLine]] = {}
        for person in self.respondents():
            for group in self.rows[person].occurrences if person in self.rows else ():
                breaches = [each for each in group if each.type == "breach" and person in each.accused]
                first = min((each.occurred for each in group), default=own.occurred)
                if breaches and first < own.occurred and own.root not in {each.root for each in group}:
                    found[group[0].root] = breaches
        return [found[root] for root in sorted(found)]


def _rows(subject: Subject) -> dict[str, OrdersPerson]:
    rows = {person.id: person.rows.get("orders_person") for person in subject.people.values()}
    return {person: row for person, row in rows.items() if isinstance(row, OrdersPerson)}


def decide(row: OrdersBreach | None, at: datetime) -> list[Saying]:
    """What must be said of a breach now (``rules.telling``)."""
    if row is None:
        return []
    now = telling.decide(
        [_as_told(line) for line in row.told if line.state != "stood-down"],
        row.stood_down,
        _wanted(row),
        (row.occurred, row.cause),
        [
            _as_report(row, record)
            for record in row.records
            if record.type == "breach" and record.root != row.cause
        ],
    )
    named = {line.generation: line.about for line in row.told}
    said = [
        _saying(AlertStoodDown(rule=AlertRule.BREACH, cause=row.cause, generation=n, about=named[n]), at)
        for n in now.stand_down
    ]
    if now.raise_ is not None and row.urgency is not None:
        said.append(_raised(row.cause, now.raise_, row.urgency, row.area, row.about, at))
    said += sayings(row.cause, row.answer, row.urgency, row.area, row.about, at)
    return [*said, *clocks.sayings(row.cause, row.clocks, row.area, at)]


def decide_broken(subject: Subject) -> list[Saying]:
    """A breach whose fold raised pages from its own fact alone, at once, as at high risk.

    It says nothing while an alert about it stands, and stands nothing down.
    """
    fact = breach_in(subject)
    if fact is None or fact.content is None:
        return []
    raised = generations(subject.facts.current(AlertRaised), fact.root, AlertRule.BREACH)
    fallen = generations(subject.facts.current(AlertStoodDown), fact.root, AlertRule.BREACH)
    if raised - fallen:
        return []
    people = sorted({mention.mention for mention in fact.said.named if mention.mention})
    return [_raised(fact.root, 1 + len(fallen), Urgency.NOW, area_of(fact.said), people, subject.at)]


def _as_told(line: ToldLine) -> telling.Told:
    victims = frozenset(line.victims)
    return telling.Told(line.generation, line.urgency, line.area, victims, line.state == "answered")


def _as_report(row: OrdersBreach, record: RecordLine) -> telling.Report:
    standing = tuple(telling.Standing(alert.urgency, alert.area) for alert in record.standing)
    return telling.Report(record.root, record.occurred, standing, record.root in row.others_in_view)


def _wanted(row: OrdersBreach) -> telling.Wanted | None:
    if row.withdrawn or row.urgency is None:
        return None
    by_grade, _ = BY_GRADE[row.grade]
    victims = frozenset(row.victim_mentions)
    return telling.Wanted(row.urgency, by_grade, row.by_scene, row.area, victims)


def _raised(
    cause: str, generation: int, urgency: Urgency, area: str | None, about: Sequence[str], at: datetime
) -> Saying:
    content = AlertRaised(
        rule=AlertRule.BREACH,
        cause=cause,
        generation=generation,
        urgency=urgency,
        routing=Routing(area=area) if area else None,
        about=list(about),
    )
    return _saying(content, at)


def _saying(content: AlertRaised | AlertStoodDown, at: datetime) -> Saying:
    return Saying(
        rule=content.rule, root=content.cause, generation=content.generation, content=content, occurred=at
    )


ORDERS_BREACH = View(
    name="orders_breach",
    of="cause",
    row=OrdersBreach,
    table=OrdersBreachTable,
    fold=fold_breach,
    decide=decide,
    decide_broken=decide_broken,
    begun_by=(BreachReported,),
    reads_people=True,
)
