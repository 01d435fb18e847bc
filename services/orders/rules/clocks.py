"""Which clocks run about an order or a breach, and until when.

Source: the lines of ``contracts.rules.clocks``; who may prolong bail, ``contracts.rules.order_types``. Of an
order's end only the look-ahead that comes next runs, and beside it the last that is over: whoever has not
seen to what follows is told anew and more urgently, and nobody has three alerts about one end.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.events.orders import OrderMade
from contracts.rules.breach_answer import Step
from contracts.rules.circulation import Circulation
from contracts.rules.clocks import CLOCKS, LOOK_AHEAD, Calendars, end_of, runs_out
from contracts.rules.occurrence import LONDON
from contracts.rules.order_match import KnownOrder, heard
from contracts.rules.order_questions import bail_months, begins
from contracts.rules.order_status import BAIL, NOT_BINDING, NOTICES, ends_at, status
from contracts.vocabulary import AlertRule, BreachStep, OrderStage, OrderType
from services.orders.rules.look_ahead import in_its_place, same_case

Clocks = dict[AlertRule, datetime]
"""When each clock that runs runs out."""

BY_BAIL = {3: AlertRule.BAIL_3, 6: AlertRule.BAIL_6, 9: AlertRule.BAIL_9}
NOTIFIES = {
    OrderType.DAPO: AlertRule.NOTIFY_DAPO,
    OrderType.SPO: AlertRule.NOTIFY_SPO,
    OrderType.INTERIM_SPO: AlertRule.NOTIFY_SPO,
}
PRODUCED = frozenset(
    {
        OrderType.DVPN,
        OrderType.DVPO,
        OrderType.DAPN,
        OrderType.OCCUPATION,
        OrderType.COURT_BAIL,
    }
)
"""Orders by whose breach somebody is arrested to be before a court within 24 hours. Where the breach is a
crime, or a crime or contempt, as of a non-molestation order or a DAPO (``domain.md`` 4.1), the arrest is
under PACE, whose clock is the custody officer's (from memory, to be checked)."""
BANK_HOLIDAYS_COUNT = frozenset({OrderType.OCCUPATION, OrderType.COURT_BAIL})
"""Orders of whose 24 hours no account is taken of Sundays, Christmas Day and Good Friday, but is of bank
holidays (Family Law Act 1996 s47(7), Bail Act 1976 s7(7): from memory, to be checked; ``domain.md`` 9.13 does
not tell them from a notice's). So too where the order is not known: nobody is held a day too long for it."""
HELD_NO_MORE = frozenset(
    {
        BreachStep.SUSPECT_OUTSTANDING,
        BreachStep.CHARGED,
        BreachStep.AT_COURT,
        BreachStep.SENTENCED,
        BreachStep.ACQUITTED,
        BreachStep.RELEASED,
        BreachStep.NO_FURTHER_ACTION,
        BreachStep.NO_BREACH_FOUND,
        BreachStep.CLOSED,
    }
)
"""Steps after which nobody is held for the breach and waits for a court."""


TOLD_AGAIN = timedelta(days=1)
"""Bail that is ended so soon after its case was told to be over is the same told again (Goldthread's own)."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its clocks know it: what was said last, with its service and its people; the other orders
    that name any of these; and who was sent it. ``adjourned`` is until when a court let a notice go on."""

    said: OrderMade
    known: KnownOrder
    others: Sequence[KnownOrder]
    circulation: Circulation | None = None
    adjourned: datetime | None = None

    @property
    def binding(self) -> bool:
        """Whether it was made and stands."""
        return self.known.terms.stage in (OrderStage.MADE, OrderStage.INTERIM)


def of_order(order: Order, at: datetime, calendars: Calendars) -> Clocks:
    """The clocks about an order. They are the same until the first of them runs out, or the
    status of any of the orders changes."""
    found = {**_at_court(order, at, calendars), **_ending(order, at, calendars)}
    found |= _circulating(order, at, calendars)
    found |= _notifying(order, calendars)
    if order.known.terms.order is OrderType.POLICE_BAIL and order.binding:
        found |= _prolonged(order, calendars)
    return found


def of_breach(
    own: Iterable[Step],
    steps: Iterable[Step],
    asked_for: datetime | None,
    of: Collection[OrderType],
    calendars: Calendars,
    decide_by: datetime | None = None,
) -> Clocks:
    """The clocks about a breach: by when its answer is asked for, by when its pattern is to be decided, and
    until when whoever was arrested for it must be before a court. ``own`` are the steps told of this record,
    ``steps`` of any of the occurrence; ``of`` are the types of its order and of those beside it that were in
    force between the same people, none where nobody knows its order."""
    found = {} if asked_for is None else {AlertRule.NO_ANSWER: asked_for}
    found |= {} if decide_by is None else {AlertRule.PATTERN: decide_by}
    if not of or not PRODUCED.isdisjoint(of):
        found |= _produced(held_since(own, list(steps)), of, calendars)
    return found


def held_since(own: Iterable[Step], steps: Sequence[Step]) -> list[datetime]:
    """When each was arrested who is still held, by the arrests that are told of one record, and all steps of
    its occurrence: the first first."""
    arrests = sorted(step.at for step in own if step.step is BreachStep.ARRESTED)
    return [at for at in arrests if not any(_lets_go(step, at) for step in steps)]


def _produced(held: Iterable[datetime], of: Collection[OrderType], calendars: Calendars) -> Clocks:
    """By when whoever is held must be before a court. An arrest that is told again while its hours run, by
    another system or with another time, is the same one, and gives nobody more time; one that is told after
    them is another, of which nobody told that the first had ended."""
    sooner = not of or not BANK_HOLIDAYS_COUNT.isdisjoint(of)
    hours = calendars.custody_hours if sooner else calendars.court_hours
    due: datetime | None = None
    for arrested in held:
        if due is None or arrested > due:
            due = hours(arrested, CLOCKS[AlertRule.PRODUCTION].limit.n)
    return {} if due is None else {AlertRule.PRODUCTION: due}


def _lets_go(step: Step, arrested: datetime) -> bool:
    """Whether after this step nobody is held who was arrested then. Of two at one time, as of steps that give
    their day alone, the arrest was first; but whoever was outstanding was so before it."""
    if step.step is BreachStep.SUSPECT_OUTSTANDING:
        return step.at > arrested
    return step.step in HELD_NO_MORE and step.at >= arrested


def _circulating(order: Order, at: datetime, calendars: Calendars) -> Clocks:
    """By when it must be sent to those who must have it, and by when the first team must confirm; of one that
    was never made or is over nothing is asked."""
    told, found = order.circulation, Clocks()
    if told is None or status(order.known.terms, at).reason in NOT_BINDING:
        return found
    if told.missing:
        found[AlertRule.CIRCULATION] = runs_out(AlertRule.CIRCULATION, told.since, calendars)
    sent = [line.sent for line in told.unconfirmed if line.sent is not None]
    if sent:
        found[AlertRule.CONFIRMATION] = runs_out(AlertRule.CONFIRMATION, min(sent), calendars)
    return found


def _notifying(order: Order, calendars: Calendars) -> Clocks:
    """By when the respondent tells the police their names and home: at first, and once they have, again after
    each change that comes to be known while the order lasts."""
    terms, said = order.known.terms, order.said
    rule = NOTIFIES.get(terms.order)
    first = order.known.made if rule is AlertRule.NOTIFY_DAPO else terms.served
    if rule is None or not order.binding:
        return {}
    if said.notified is None:
        return {} if first is None else {rule: runs_out(rule, first, calendars)}
    changed, ends = said.details_changed, ends_at(terms)
    if changed is None or changed <= said.notified or (ends is not None and ends <= changed):
        return {}
    return {rule: runs_out(rule, changed, calendars)}


def _at_court(order: Order, at: datetime, calendars: Calendars) -> Clocks:
    """When a court is to hear: of a notice, both sides of an order made without notice, or the case in which
    it gave bail."""
    terms, said = order.known.terms, order.said
    if not order.binding:
        return {}
    if terms.order in NOTICES and terms.served is not None and not heard(order.known, order.others):
        due = runs_out(AlertRule.HEARING, terms.served, calendars)
        return {AlertRule.HEARING: max(due, order.adjourned or due)}
    if (said.without_notice or _until_heard(order, at)) and said.return_date is not None:
        due = end_of(said.return_date)
        if not in_its_place(order.known, order.others, max(due, terms.longest or due), at):
            return {AlertRule.RETURN_DATE: due}
    return {}


def _until_heard(order: Order, at: datetime) -> bool:
    """Whether bail by a court goes on until a hearing, of which nobody has told more: neither an end, nor
    bail anew, nor that the case is over."""
    terms = order.known.terms
    return (
        terms.order is OrderType.COURT_BAIL
        and terms.ends is None
        and (terms.case_over is None or terms.case_over > at)
        and not any(_bailed_anew(order, other) for other in order.others)
    )


def _bailed_anew(order: Order, other: KnownOrder) -> bool:
    """Whether a court gave bail anew, whatever became of that: on a later day, by the same reference; or for
    the same people, on the day of the hearing or later."""
    bail, day, given = order.known, order.said.return_date, other.made.astimezone(LONDON).date()
    named = bool(bail.protected) and set(other.protected) >= set(bail.protected)
    return (
        other.terms.order is OrderType.COURT_BAIL
        and other.terms.stage in (OrderStage.MADE, OrderStage.DISCHARGED)
        and given > bail.made.astimezone(LONDON).date()
        and set(other.respondents) >= set(bail.respondents)
        and ((named and day is not None and given >= day) or same_case(bail, other))
    )


def _prolonged(order: Order, calendars: Calendars) -> Clocks:
    """When police bail comes to the length that its officer may give, if it goes on so long. Nobody named
    is the lowest; a court may give as much as it likes."""
    if order.said.court is not None:
        return {}
    rule = BY_BAIL[bail_months(order.said)]
    due = runs_out(rule, begins(order.said), calendars)
    ends = order.known.terms.ends
    return {} if ends is not None and end_of(ends.astimezone(LONDON).date()) <= due else {rule: due}


def _ending(order: Order, at: datetime, calendars: Calendars) -> Clocks:
    """The last look-ahead that is over and the next, where nothing takes its place; of bail its end is the
    last of them, and so is that its case is told to be over."""
    ends = ends_at(order.known.terms)
    found = _to_the_end(order, ends, at, calendars)
    doubt = _doubted(order, ends, at)
    if doubt is None or in_its_place(order.known, order.others, doubt, at):
        return found
    since = {rule: due for rule, due in found.items() if due > doubt}
    return since | {AlertRule.BAIL_ENDED: runs_out(AlertRule.BAIL_ENDED, doubt, calendars)}


def _doubted(order: Order, ends: datetime | None, at: datetime) -> datetime | None:
    """Since when the case of bail is told to be over: until the end that is told of it has come, and where it
    is told within a day that it was ended, which says the same again."""
    terms = order.known.terms
    doubt = terms.case_over
    if doubt is None or doubt > at:
        return None
    if order.binding:
        return doubt if ends is None or at < ends else None
    again = terms.stage is OrderStage.DISCHARGED and ends is not None and doubt <= ends <= doubt + TOLD_AGAIN
    return doubt if again else None


def _to_the_end(order: Order, ends: datetime | None, at: datetime, calendars: Calendars) -> Clocks:
    terms, bail = order.known.terms, order.known.terms.order in BAIL
    runs = order.binding or (bail and terms.stage is OrderStage.DISCHARGED)
    if (
        not runs
        or terms.order in NOTICES
        or ends is None
        or in_its_place(order.known, order.others, ends, at)
    ):
        return {}
    lines = (*LOOK_AHEAD, *((AlertRule.BAIL_ENDED,) if bail else ()))
    times = [(rule, runs_out(rule, ends, calendars)) for rule in lines]
    over = [each for each in times if each[1] <= at]
    return dict([*over[-1:], *[each for each in times if each[1] > at][:1]])
