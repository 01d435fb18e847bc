"""Level 1: a breach, with its order, its danger, whom it concerns and who has been told.

The row carries all that its decider needs, what was said before among it; it holds no section.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime
from sqlmodel import Field

from chassis.facts import Fact
from chassis.store.tables import Instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised, AlertStoodDown
from contracts.events.orders import BreachReported
from contracts.rules.breach_answer import ended
from contracts.sections import Routing
from contracts.vocabulary import AlertRule, Grade, StandDown, Urgency
from services.orders.rules import telling
from services.orders.rules.clocks import held_since
from services.orders.rules.priority import BY_GRADE
from services.orders.views import clocks, withdrawals
from services.orders.views.answer import Answer, asked_of, decision, sayings
from services.orders.views.clocks import Clocks, clocks_of
from services.orders.views.order_line import StatusNow
from services.orders.views.person import NEVER, RecordLine, area_of, persons, steps_of
from services.orders.views.standing import OrderThen, Standing
from services.orders.views.told import ToldLine, about, generations, taken_since, told_of

RULES = (AlertRule.BREACH, AlertRule.NO_ANSWER, AlertRule.PRODUCTION, AlertRule.BREACH_WITHDRAWN)
"""The rules by which somebody is called about a breach."""


class OrdersBreach(Row):
    """A breach as orders knows it. ``order`` is None where no order was found, and
    ``order_because`` says why; ``status`` is the order's at the time of the breach, and ``beside`` are the
    others in force between its people then. ``records`` are all records of its occurrence, its own among
    them. Once withdrawn it keeps what was told."""

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
    beside: tuple[OrderThen, ...] = ()
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
    withdrawal: withdrawals.Withdrawal = withdrawals.Withdrawal()
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
    have somebody asked for its answer, or again what its pattern is.
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
    steps = steps_of(subject.facts).get(fact.root, [])
    found = Answer(steps=tuple(steps), asked=asked, stood_down=asked_before)
    wanted: dict[AlertRule, datetime] | None = {}
    asked_again: datetime | None = None
    known: dict[str, object] = {
        "cause": fact.root,
        "agency": fact.agency,
        "occurred": fact.occurred,
        "precision": fact.envelope.precision,
        "withdrawn": fact.content is None,
        "withdrawal": withdrawals.withdrawal_of(subject.facts, fact, told, found.steps),
        "told": told,
        "stood_down": stood_down,
        "called": sorted(took | {each.said.person for each in calls if each.said.person is not None}),
        "nobody": any(each.said.person is None and each.said.generation in standing for each in calls),
    }
    if fact.content is not None:
        stands = Standing(subject, fact)
        known |= stands.values()
        found = stands.answer(taken).model_copy(update={"asked": asked, "stood_down": asked_before})
        undecided = stands.deciding(subject.at)
        wanted, asked_again = stands.clocks(found, undecided.by), undecided.again
    else:
        wanted = _of_withdrawn(subject, fact.root, found, told, known)
    running = clocks_of(subject.facts, fact.root, wanted)
    row = OrdersBreach.model_validate(known | {"answer": found, "clocks": running})
    again = [each for each in (decision(found, subject.at).again, asked_again) if each is not None]
    return Folded(row, min(again, default=None))


def _of_withdrawn(
    subject: Subject, root: str, found: Answer, told: Sequence[ToldLine], known: dict[str, object]
) -> dict[AlertRule, datetime]:
    """The clocks of a breach that was taken back, by what was said of it last: whoever took it back has let
    nobody go who was arrested for it. Where it was, and whom it was about, is ``known`` still. A clock that
    runs is not moved while somebody's row is not made."""
    runs = clocks_of(subject.facts, root, {}).running
    was = next((each for each in subject.facts.taken_back(BreachReported) if each.root == root), None)
    if was is None:
        return {}
    stood, taken = Standing(subject, was), [step.taken for step in found.steps]
    ran = next((each for each in runs if each.rule is AlertRule.PRODUCTION), None)
    known |= stood.whereabouts() | {"victims": stood.victims()}
    if told or ran:  # another record, that is no longer one with it, may have said where
        known["area"] = ran.area if ran else told[-1].area or known["area"]
    if not held_since(taken, taken):
        return {}
    missing = not stood.rows.keys() >= {*persons(was.said.named, subject.homes)}
    return {ran.rule: ran.due} if ran and missing else stood.held(taken)


def breach_in(subject: Subject) -> Fact[BreachReported] | None:
    """The breach that this cause is, in its highest version, withdrawn or not."""
    return next((fact for fact in subject.facts.of(BreachReported) if fact.root == subject.id), None)


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
    said = [_stood_down(row, line, at) for line in row.told if line.generation in now.stand_down]
    if now.raise_ is not None and row.urgency is not None:
        said.append(_raised(row.cause, now.raise_, row.urgency, row.area, row.about, at))
    said += sayings(row.cause, row.answer, row.urgency, row.area, row.about, at)
    said += withdrawals.sayings(row.cause, row.withdrawal, row.area, row.about, at)
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
    return telling.Told(line.generation, line.urgency, line.area, victims, line.taken)


def _as_report(row: OrdersBreach, record: RecordLine) -> telling.Report:
    standing = tuple(telling.Standing(alert.urgency, alert.area) for alert in record.standing)
    in_view = record.root in row.others_in_view
    return telling.Report(record.root, record.occurred, standing, in_view, ended([record.reported]))


def _wanted(row: OrdersBreach) -> telling.Wanted | None:
    if row.withdrawn or row.urgency is None:
        return None
    by_grade, _ = BY_GRADE[row.grade]
    victims = frozenset(row.victim_mentions)
    breaches = [each for each in row.records if each.type == "breach" and each.accepted != NEVER]
    over = ended([each.reported for each in breaches]) if breaches else None
    scenes = [
        telling.Scene(each.occurred, weapon=each.weapon_told, present=each.present_told) for each in breaches
    ]
    told = telling.scene_told(row.occurred, over, scenes)
    return telling.Wanted(row.urgency, by_grade, row.by_scene, row.area, victims, told)


def _stood_down(row: OrdersBreach, line: ToldLine, at: datetime) -> Saying:
    because = StandDown.WITHDRAWN if row.withdrawn else StandDown.CHANGED
    said = {"cause": row.cause, "generation": line.generation, "about": line.about, "because": because}
    return _saying(AlertStoodDown.model_validate({"rule": AlertRule.BREACH, **said}), at)


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
