"""Level 1: the clocks that run about an order; and, for breaches too, what makes clocks run.

What runs is a function of the facts; what was said to run is in the row beside it, so that the decider
says what is new and nothing else.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime, Field

from chassis.clock import add_working_days, court_deadline, custody_deadline
from chassis.facts import Fact, FactSet
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.orders import OrderMade
from contracts.rules.clocks import CLOCKS, Calendars, Running, moves
from contracts.rules.order_match import KnownOrder, each_once
from contracts.rules.order_status import adjourned_to, status
from contracts.sections import Routing
from contracts.vocabulary import AlertRule
from services.orders.rules.clocks import Order, of_order
from services.orders.views.order import circulation_of
from services.orders.views.order_line import Part
from services.orders.views.person import OrdersPerson, persons
from services.orders.views.told import taken_of
from services.orders.views.untold import told_again, untold, untold_order
from services.orders.views.where import line_of, newest_area

CALENDARS = Calendars(court_deadline, custody_deadline, add_working_days)
C = TypeVar("C", ClockStarted, ClockStopped)


class ClockLine(Part):
    """A clock that was started and not stopped."""

    rule: AlertRule
    generation: int
    due: AwareDatetime
    area: str | None
    answered: bool


class Clocks(Part):
    """The clocks about one cause: when each that should run runs out, those that were said to run, and how
    many of each rule were stopped. ``wanted`` is None where it cannot be told: somebody's row is not made
    yet, as while a store that was restored is folded."""

    wanted: dict[AlertRule, AwareDatetime] | None = None
    running: tuple[ClockLine, ...] = ()
    stopped: dict[AlertRule, int] = Field(default_factory=dict)


class OrdersClocks(Row):
    """The clocks about an order. Withdrawn it has none that should run."""

    cause: str
    area: str | None
    clocks: Clocks
    untold: tuple[int, ...] = ()
    """The alerts that stand because nobody could tell its clocks, by generation."""


class OrdersClocksTable(ViewTable, table=True):
    """Rows of ``orders_clocks``, found by area."""

    __tablename__ = "orders_clocks"
    area: str | None


def clocks_of(facts: FactSet, root: str, wanted: Mapping[AlertRule, datetime] | None) -> Clocks:
    """The clocks about a cause, of which these should run. None: that cannot be told yet."""
    over = _about(facts.current(ClockStopped), root)
    taken = taken_of(facts, root)
    running = tuple(
        ClockLine(
            rule=said.rule,
            generation=said.generation,
            due=said.due,
            area=said.routing.area if isinstance(said.routing, Routing) else None,
            answered=key in taken,
        )
        for key, said in sorted(_about(facts.current(ClockStarted), root).items())
        if key not in over
    )
    stopped: dict[AlertRule, int] = {}
    for rule, _ in sorted(over):
        stopped[rule] = stopped.get(rule, 0) + 1
    ordered = None if wanted is None else {rule: wanted[rule] for rule in sorted(wanted)}
    return Clocks(wanted=ordered, running=running, stopped=stopped)


def sayings(cause: str, clocks: Clocks, area: str | None, at: datetime) -> list[Saying]:
    """What is to be said so that those clocks run that should (``contracts.rules.clocks``)."""
    if clocks.wanted is None:
        return []
    running = [
        Running(line.rule, line.generation, line.due, line.area, line.answered) for line in clocks.running
    ]
    now = moves(running, clocks.stopped, clocks.wanted, area, at)
    said: list[ClockStarted | ClockStopped] = [
        ClockStopped(rule=clock.rule, cause=cause, generation=clock.generation) for clock in now.stop
    ]
    stopped = dict(clocks.stopped)
    for clock in now.stop:
        stopped[clock.rule] = stopped.get(clock.rule, 0) + 1
    said += [
        ClockStarted(
            rule=rule,
            cause=cause,
            generation=1 + stopped.get(rule, 0),
            due=clocks.wanted[rule],
            routing=Routing(area=area) if area else None,
        )
        for rule in now.start
    ]
    return [Saying(each.rule, cause, each.generation, each, occurred=at) for each in said]


def next_change(wanted: Iterable[datetime], orders: Iterable[KnownOrder], at: datetime) -> datetime | None:
    """When other clocks will run by the passing of time alone: one runs out, or an order begins that takes
    the place of another."""
    changes = (status(order.terms, at).changes_at for order in orders)
    return min((due for due in (*wanted, *changes) if due is not None and due > at), default=None)


def fold_clocks(subject: Subject) -> Folded:
    """The clocks about an order; None for a cause that is something else."""
    fact = next((fact for fact in subject.facts.of(OrderMade) if fact.root == subject.id), None)
    if fact is None:
        return Folded(None)
    rows = {person.id: person.rows.get("orders_person") for person in subject.people.values()}
    people = {person: row for person, row in sorted(rows.items()) if isinstance(row, OrdersPerson)}
    wanted: dict[AlertRule, datetime] | None = {}
    area, known = None, list[KnownOrder]()
    if fact.content is not None:
        known = each_once(line for row in people.values() for line in row.orders)
        own = next((order for order in known if order.root == fact.root), None)
        complete = people.keys() >= {*persons(fact.said.named, subject.homes)}
        wanted = None
        if own is not None and complete:
            versions = [(each.envelope, each.content) for each in subject.facts.versions(fact.root)]
            told = circulation_of(subject, versions)
            order = Order(fact.said, own, known, told, adjourned_to(versions))
            wanted = of_order(order, subject.at, CALENDARS)
            area = newest_area(fact, [line_of(each, people, people.values()) for each in own.protected])
    row = OrdersClocks(
        cause=fact.root,
        area=area,
        clocks=clocks_of(subject.facts, fact.root, wanted),
        untold=untold(subject.facts, fact.root),
    )
    return Folded(row, next_change((wanted or {}).values(), known, subject.at))


def decide(row: OrdersClocks | None, at: datetime) -> list[Saying]:
    """The clocks to stop and to start now; and that they are known again."""
    if row is None or row.clocks.wanted is None:
        return []
    known = [told_again(row.cause, generation, at) for generation in row.untold]
    return [*known, *sayings(row.cause, row.clocks, row.area, at)]


def _about(facts: Iterable[Fact[C]], root: str) -> dict[tuple[AlertRule, int], C]:
    """What is said of each clock about a cause that is orders' to run, by rule and generation. What was done
    about an alert is asked by notify."""
    known = (fact.said for fact in facts if fact.said.cause == root)
    return {(said.rule, said.generation): said for said in known if CLOCKS[said.rule].about != "alert"}


ORDERS_CLOCKS = View(
    name="orders_clocks",
    of="cause",
    row=OrdersClocks,
    table=OrdersClocksTable,
    fold=fold_clocks,
    decide=decide,
    decide_broken=untold_order,
    begun_by=(OrderMade,),
    reads_people=True,
)
