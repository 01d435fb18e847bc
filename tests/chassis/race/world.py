"""A small world to race the mechanism in: one view of persons, one of cases, one of causes.

Persons fold what is said of them under a threshold of the configuration; cases read the rows of
their persons; causes raise and stand down an alert by what their person's row says. Everything that
``chassis/fold.py`` must get right shows in a row or in what is said.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Field

from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import AlertRaised, AlertStoodDown
from contracts.events.configuration import ThresholdSet
from contracts.events.orders import BreachReported
from contracts.events.people import IncidentReported, ReferralMade
from contracts.vocabulary import AlertRule, Urgency

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class PersonRow(Row):
    """What is said of a person, and whether it is more than the threshold."""

    facts: list[str]
    mentions: list[str]
    incidents: int
    threshold: int
    over: bool


class PersonTable(ViewTable, table=True):
    """Rows of persons."""

    __tablename__ = "race_person"
    incidents: int = Field(index=True)


class CaseRow(Row):
    """A case, and the rows of its persons as they were read."""

    people: dict[str, PersonRow | None]


class CaseTable(ViewTable, table=True):
    """Rows of cases."""

    __tablename__ = "race_case"


class CauseRow(Row):
    """A breach: whether it stands, whether it must be told, what was told of it."""

    root: str
    persons: list[str]
    true: bool
    standing: bool
    generation: int


class CauseTable(ViewTable, table=True):
    """Rows of causes."""

    __tablename__ = "race_cause"


def fold_person(subject: Subject) -> Folded:
    """A person's row."""
    facts = subject.facts.current(IncidentReported, ReferralMade, BreachReported)
    if not facts:
        return Folded(None)
    incidents = sum(isinstance(fact.content, IncidentReported) for fact in facts)
    limit = min((f.said.value for f in subject.configuration.current(ThresholdSet)), default=3)
    mine = sorted(mention for mention, person in subject.homes.items() if person == subject.id)
    row = PersonRow(
        facts=[fact.id for fact in facts],
        mentions=mine,
        incidents=incidents,
        threshold=limit,
        over=incidents >= limit,
    )
    return Folded(row)


def fold_case(subject: Subject) -> Folded:
    """A case's row: every person of it, as their row stands."""
    if not subject.facts.current(ReferralMade):
        return Folded(None)
    rows = {mention: person.rows.get("person") for mention, person in sorted(subject.people.items())}
    return Folded(CaseRow(people=rows))


def fold_cause(subject: Subject) -> Folded:
    """A breach's row: it must be told while one of its persons is over the threshold."""
    breaches = subject.facts.of(BreachReported)
    raised = subject.facts.current(AlertRaised)
    if not breaches and not raised:
        return Folded(None)
    stood_down = len(subject.facts.current(AlertStoodDown))
    named = {m.mention for fact in breaches if fact.content for m in fact.content.named if m.mention}
    persons = sorted({subject.homes[mention] for mention in named if mention in subject.homes})
    rows = [subject.people[mention].rows.get("person") for mention in named if mention in subject.people]
    true = any(isinstance(row, PersonRow) and row.over for row in rows)
    return Folded(
        CauseRow(
            root=subject.id,
            persons=persons,
            true=true,
            standing=len(raised) > stood_down,
            generation=1 + stood_down,
        )
    )


def decide_cause(row: CauseRow | None, at: datetime) -> Iterable[Saying]:
    """Raise while it is true and not told; stand down when it was told and is no longer true."""
    if row is None:
        return
    if row.true and not row.standing:
        content = AlertRaised(
            rule=AlertRule.BREACH, cause=row.root, generation=row.generation, urgency=Urgency.NOW
        )
    elif row.standing and not row.true:
        content = AlertStoodDown(rule=AlertRule.BREACH, cause=row.root, generation=row.generation)
    else:
        return
    yield Saying("breach", row.root, row.generation, content, EPOCH)


def decide_person(row: PersonRow | None, at: datetime) -> Iterable[Saying]:
    """Tell of a person over the threshold. Used by the seesaw alone, where nobody ever is."""
    if row is not None and row.over:
        content = AlertRaised(rule=AlertRule.BREACH, cause=row.facts[0], generation=1, urgency=Urgency.NOW)
        yield Saying("person", row.facts[0], 1, content, EPOCH)


PERSON = View("person", "person", PersonRow, PersonTable, fold_person, configured_by=(ThresholdSet,))
DECIDING_PERSON = replace(PERSON, decide=decide_person)
CASE = View("case", "case", CaseRow, CaseTable, fold_case, begun_by=(ReferralMade,), reads_people=True)
CAUSE = View(
    "cause",
    "cause",
    CauseRow,
    CauseTable,
    fold_cause,
    decide_cause,
    begun_by=(BreachReported, AlertRaised),
    reads_people=True,
)
VIEWS = (PERSON, CASE, CAUSE)
SEESAW = (DECIDING_PERSON,)
