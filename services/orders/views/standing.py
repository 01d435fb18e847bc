"""A breach that stands: its order, its danger, its people and its answer, by the rows of whom it names."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.facts import Fact
from chassis.views import Subject
from contracts.events.orders import BreachReported
from contracts.rules.breach_answer import Step, told_once
from contracts.rules.order_match import KnownOrder, beside, match
from contracts.vocabulary import PERPETRATOR_ROLES, AlertRule, Grade, OrderType, Role
from services.orders.rules.clocks import of_breach
from services.orders.rules.deciding import Deciding, deciding
from services.orders.rules.priority import Danger, Priority, Triage, from_scene, priority, triaged, worst
from services.orders.views.answer import Answer, answer
from services.orders.views.between import between_sides, carries, reading_of, together
from services.orders.views.clocks import CALENDARS
from services.orders.views.order_line import Part, StatusNow
from services.orders.views.person import (
    NEVER,
    OrdersPerson,
    RecordLine,
    VictimLine,
    persons,
    record_line,
    sought,
    steps_of,
    with_alerts,
)
from services.orders.views.where import line_of, newest_area


class OrderThen(Part):
    """Another order that was in force between the same people when a breach happened."""

    order: str
    type: OrderType
    status: StatusNow


class Standing:
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
        self.sought = sought(self.said, self.fact.occurred, self.homes)
        self.orders = self.known_orders()
        self.match = match(self.sought, self.orders)
        self.named = self.concerned()
        self.own_rows = self.rows_of(self.named)
        self.records = self.known_records()

    def known_orders(self) -> list[KnownOrder]:
        """Those among which its own is found: of all whom it is filed under, where it gives one by id. Of
        several whom one binds, only whoever it names as having broken it tells whether they were served."""
        filed = self.fact.mentions if self.said.order else {m.mention or "" for m in self.said.named}
        known = sorted({self.homes[mention] for mention in filed if mention in self.homes})
        theirs = self.sought.respondents
        return [
            order
            for person in known
            for row in self.rows_of([person])
            for order in (each.then(self.fact.occurred) for each in row.orders)
            if not theirs or person in theirs or person not in order.respondents
        ]

    def concerned(self) -> list[str]:
        """Whom it names, and whom the order that it gives by id adds."""
        added = [*self.victims(), *self.respondents()] if self.said.order else []
        return sorted({*persons(self.said.named, self.homes), *added})

    def rows_of(self, people: Iterable[str]) -> list[OrdersPerson]:
        """The rows of these people, of whom there is one."""
        return [self.rows[person] for person in people if person in self.rows]

    def values(self) -> dict[str, object]:
        """What the row says of it."""
        victims = self.victims()
        lines = [self.line(victim) for victim in victims]
        grade, reports = self.danger()
        urgent = self.priority()
        return {
            **self.order(),
            **self.whereabouts(),
            "kind": self.said.kind.value,
            "respondents": self.respondents(),
            "victims": victims,
            "victim_mentions": self.victim_mentions(),
            "grade": grade,
            "graded": sorted({line.graded for line in lines if line.graded}),
            "urgency": urgent.urgency,
            "urgency_because": urgent.because,
            "by_scene": from_scene(reports) is not None or urgent.because == "breach.raised-by-person",
            "records": self.records,
            "others_in_view": [
                record.root
                for record in self.records
                if record.root != self.fact.root and set(record.people) <= set(self.named)
            ],
        }

    def whereabouts(self) -> dict[str, object]:
        """Where whoever is called about it is on call, and under whom the call is filed."""
        named = {mention.mention for mention in self.said.named if mention.mention}
        lines = [self.line(victim) for victim in self.victims()]
        return {
            "about": sorted(named | set(self.victim_mentions())),
            "area": self.area(lines, self.records),
        }

    def danger(self) -> tuple[Grade, list[Danger]]:
        """The worst grade of whom it was against, and what its reports say of the scene."""
        grade = worst(self.line(victim).grade for victim in self.victims())
        own = Danger(self.said.weapon, self.said.suspect_present)
        return grade, [own, *(Danger(each.weapon, each.suspect_present) for each in self.records)]

    def priority(self) -> Priority:
        """How soon it must be answered: by the rule, and by what persons said of any of its records."""
        told = (each for record in self.records for each in record.steps)
        steps = [*self.steps.get(self.fact.root, []), *told]
        said = {each.root: each for each in steps}.values()
        triages = [
            Triage(each.at, each.urgency, each.lowers)
            for each in sorted(said, key=lambda step: step.taken.order)
            if each.urgency is not None
        ]
        written = (each.recorded for each in self.records if each.recorded != NEVER)
        newest = max((self.fact.recorded, *written))
        return triaged(priority(*self.danger()), triages, newest)

    def order(self) -> dict[str, object]:
        """The order that it is of, as it stood at the time."""
        found, because = self.match.order, self.match.because
        if found is None:
            return {"order": self.said.order, "order_because": because, "beside": self.beside()}
        return {
            "beside": self.beside(),
            "order": found.root,
            "order_because": because,
            "order_type": found.terms.order.value,
            "status": StatusNow.of(found.status_at(self.fact.occurred)),
        }

    def beside(self) -> list[OrderThen]:
        """The other orders in force between its people, as they stood at the time."""
        at = self.fact.occurred
        return [
            OrderThen(order=each.root, type=each.terms.order, status=StatusNow.of(each.status_at(at)))
            for each in beside(self.sought, self.match.order, self.orders)
        ]

    def types(self) -> set[OrderType]:
        """The types of its order and of those beside it: none where its order is not known."""
        found = self.match.order
        return {found.terms.order, *(each.type for each in self.beside())} if found else set()

    def victims(self) -> list[str]:
        """Whom it was against: as it says, else as its order says."""
        named = persons(self.said.in_role(Role.VICTIM), self.homes)
        return named or (self.match.order.protected if self.match.order else [])

    def victim_mentions(self) -> list[str]:
        """The same by mention: what an alert is filed under, and by which *another victim* is known."""
        named = sorted({m.mention for m in self.said.in_role(Role.VICTIM) if m.mention})
        return named or (self.match.order.protected_mentions if self.match.order else [])

    def respondents(self) -> list[str]:
        """Who did it: as it says, else as its order says."""
        named = persons(self.said.in_role(*PERPETRATOR_ROLES), self.homes)
        return named or self.match.respondents

    def line(self, victim: str) -> VictimLine:
        """What is known of a victim."""
        return line_of(victim, self.rows, self.own_rows)

    def area(self, lines: Iterable[VictimLine], records: Iterable[RecordLine]) -> str | None:
        """Where to route: by the newest word on where she is, the breach's own among it; else as
        another report of the occurrence says."""
        known = [(record.occurred, record.root, record.area) for record in records if record.area]
        return newest_area(self.fact, lines) or (max(known)[2] if known else None)

    def known_records(self) -> list[RecordLine]:
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
        records = {record.root: record for record in self.records if record.type == "breach"}
        steps = self.steps.get(self.fact.root, [])
        own = record_line(self.fact, self.facts, self.named, self.respondents(), steps)
        own = with_alerts(own, records.get(own.root))
        known = list((records | {own.root: own}).values())
        return answer(own, known, self.earlier(own), self.priority().urgency, taken)

    def deciding(self, at: datetime) -> Deciding:
        """By when an officer is to decide what all that is said of its two sides may be."""
        theirs, hers = {*self.respondents()}, {*self.victims()}
        if not carries(self.fact.root, theirs, hers, self.rows.values()):
            return Deciding()
        known = between_sides(theirs, hers, self.rows.values())
        made = [line.decided(known.considered) for line in known.decisions]
        return deciding(reading_of(known).named, made, at)

    def held(self, steps: Sequence[Step]) -> dict[AlertRule, datetime]:
        """The clock of whoever was arrested for it and was not let go, by the steps of it alone."""
        return of_breach(steps, steps, None, self.types(), CALENDARS)

    def told(self) -> list[list[Step]]:
        """The steps of each record of its occurrence, its own first."""
        theirs = [each.steps for each in self.records if each.root != self.fact.root]
        return [[step.taken for step in steps] for steps in (self.steps.get(self.fact.root, []), *theirs)]

    def clocks(self, known: Answer, decide_by: datetime | None) -> dict[AlertRule, datetime] | None:
        """The clocks that run about it; None while somebody's row is not made yet. One record of an
        occurrence asks for the answer to all of them, but of what is history and called nobody."""
        if not self.rows.keys() >= {*persons(self.said.named, self.homes)}:
            return None
        own, *others = told_once(self.told())
        untold = known.history and not known.asked and known.stood_down == 0
        asked_for = known.calls_from if known.speaks and not untold else None
        steps = [*own, *(step for other in others for step in other)]
        return of_breach(own, steps, asked_for, self.types(), CALENDARS, decide_by)

    def earlier(self, own: RecordLine) -> list[list[RecordLine]]:
        """The earlier breaches by the same people, each with its records."""
        found, theirs = list[list[RecordLine]](), {*self.respondents()}
        for group in together(group for row in self.rows.values() for group in row.occurrences):
            breaches = [e for e in group if e.type == "breach" and not theirs.isdisjoint(e.accused)]
            if breaches and group[0].occurred < own.occurred and own.root not in {e.root for e in group}:
                found.append(breaches)
        return found


def _rows(subject: Subject) -> dict[str, OrdersPerson]:
    rows = {person.id: person.rows.get("orders_person") for person in subject.people.values()}
    return {person: row for person, row in rows.items() if isinstance(row, OrdersPerson)}
