"""Whether an order protects at a given time: in force, served, known to the respondent.

Sources: ``domain.md`` section 4 (law as at 2026-10): Family Law Act 1996 s42A (a without-notice
order can be breached only by somebody who knows of it); Crime and Security Act 2010 s24 to 28 and
Domestic Abuse Act 2021 s22 to 29 (a notice takes effect when it is served on the respondent in
person, and lapses unless a court hears of it within 48 hours); FLA 1996 s47 (an occupation order
carries arrest only where the court attached it). An order that is discharged (FLA 1996 s49) binds
until then: what was done before was a breach. Bail and orders that have come to the most that the law
allows (``contracts.rules.order_types``) may have been prolonged or replaced unknown to Goldthread: of them
nobody is told that they can be enforced, nor that they are over.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.content import Content
from contracts.envelope import Envelope, utc
from contracts.events.orders import OrderMade, OrderServed
from contracts.rules.occurrence import LONDON
from contracts.rules.order_questions import SLACK, bail_months, months_on
from contracts.rules.order_types import ORDER_TYPES
from contracts.vocabulary import OrderStage, OrderType, ServiceMethod

NOTICES = frozenset({OrderType.DVPN, OrderType.DAPN})
"""Given by the police: binding from service in person on."""

HEARING_HOURS = 48
"""How many of a court's hours after its service a notice is heard within, or lapses: CSA 2010 s27, DA Act
2021 s29. Where the court adjourns it goes on, and Goldthread is not told."""

CourtHours = Callable[[datetime, int], datetime]
"""When so many of a court's hours after a time have passed."""

BAIL = frozenset({OrderType.POLICE_BAIL, OrderType.COURT_BAIL})
"""Given to the respondent in person: he knows of it from the moment that it is made."""

FACE_TO_FACE = frozenset({ServiceMethod.PERSONAL, ServiceMethod.IN_COURT})
"""Methods by which the respondent knows of the order when it is served."""

NOT_BINDING = frozenset({"order.applied-for", "order.refused", "order.discharged", "order.ended"})
"""Reasons by which there is nothing to serve, and nothing to obey."""

NEVER_MADE = {
    OrderStage.APPLIED: "order.applied-for",
    OrderStage.REFUSED: "order.refused",
}


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """What holds of an order at one time.

    ``enforceable``: somebody who does now what it forbids can be made to answer for it.
    ``reason`` is a message id that says the first thing that a practitioner must know.
    ``changes_at`` is when any of it will next change by itself.
    """

    in_force: bool
    served: bool
    aware: bool
    enforceable: bool
    reason: str
    changes_at: datetime | None


class OrderTerms(BaseModel):
    """All of an order and its service that its status depends on. Times are in UTC."""

    model_config = ConfigDict(frozen=True)

    order: OrderType
    stage: OrderStage
    without_notice: bool
    power_of_arrest: bool | None
    starts: AwareDatetime
    ends: AwareDatetime | None
    until_further_order: bool
    served: AwareDatetime | None
    aware: AwareDatetime | None
    discharged: AwareDatetime | None = None
    """When it was discharged. None: it was not, or nobody can tell when."""
    hearing_due: AwareDatetime | None = None
    """Of a notice that was served: by when a court hears of it."""
    longest: AwareDatetime | None = None
    """When it has lasted as long as the law lets it, by what was told. None: the law sets no limit."""


def order_status(
    order: OrderMade,
    services: Sequence[OrderServed],
    at: datetime,
    court_hours: CourtHours,
    discharged: datetime | None = None,
) -> OrderStatus:
    """What holds of this order, with these services of it, at this time."""
    return status(order_terms(order, services, court_hours, discharged), at)


def discharged_at(versions: Iterable[tuple[Envelope, Content | None]]) -> datetime | None:
    """When an order was discharged, by all versions of its fact, the first said first.

    A discharge is a correction with its own date. One that bears no later date than what was said
    before does not say when: then it was by the time that the agency recorded it.
    """
    found = before = None
    for envelope, said in versions:
        if not isinstance(said, OrderMade) or said.stage is not OrderStage.DISCHARGED:
            found = None
        elif found is None:
            later = envelope.time > (before or utc(said.starts or said.made))
            found = envelope.time if later else envelope.recordedat
        before = envelope.time
    return found


def order_terms(
    order: OrderMade,
    services: Sequence[OrderServed],
    court_hours: CourtHours,
    discharged: datetime | None = None,
) -> OrderTerms:
    """The terms of an order as it stands, with the earliest service and the earliest knowledge.

    To be told by the police is knowledge, not service. Post and substituted service serve, but
    that he knows is a statement of its own (``respondent_aware``).
    """
    starts = order.starts or order.made
    served = [s.served for s in services if s.served and s.method is not ServiceMethod.TOLD_BY_POLICE]
    aware = [s.respondent_aware for s in services if s.respondent_aware]
    known_at_once = (*FACE_TO_FACE, ServiceMethod.TOLD_BY_POLICE)
    aware += [s.served for s in services if s.served and s.method in known_at_once]
    if order.order in BAIL:
        served, aware = [*served, order.made], [*aware, order.made]
    if order.order in NOTICES:
        served = [s.served for s in services if s.served and s.method in FACE_TO_FACE]
    first = min(map(utc, served), default=None)
    return OrderTerms(
        order=order.order,
        stage=order.stage,
        without_notice=order.without_notice,
        power_of_arrest=order.power_of_arrest,
        starts=utc(starts),
        ends=utc(order.ends) if order.ends else None,
        until_further_order=order.until_further_order,
        served=first,
        aware=min(map(utc, aware), default=None),
        discharged=utc(discharged) if discharged else None,
        hearing_due=court_hours(first, HEARING_HOURS) if first and order.order in NOTICES else None,
        longest=_longest(order),
    )


def _longest(order: OrderMade) -> datetime | None:
    """When an order has lasted as long as its type may; police bail, as long as the rank that authorised it
    may give: nobody named is the lowest, and a court may give as much as it likes."""
    starts = utc(order.starts or order.made)
    days = ORDER_TYPES[order.order].longest
    with suppress(ValueError, OverflowError):  # it would be after the last day that there is
        if order.order is OrderType.POLICE_BAIL and order.court is None:
            last = months_on(starts.astimezone(LONDON).date(), bail_months(order))
            return utc(datetime.combine(last + timedelta(days=1), time(), LONDON))
        return None if days is None else starts + timedelta(days=days) + SLACK
    return None


def ends_at(terms: OrderTerms) -> datetime | None:
    """When an order really ends: at its end, or when it was discharged, whichever is first. None: nobody
    gave an end."""
    discharged = terms.discharged if terms.stage is OrderStage.DISCHARGED else None
    return min((end for end in (terms.ends, discharged) if end is not None), default=None)


def status(terms: OrderTerms, at: datetime) -> OrderStatus:
    """What holds under these terms at this time. An end that nobody gave is no end."""
    served = terms.served is not None and terms.served <= at
    aware = terms.aware is not None and terms.aware <= at
    out_of_force = _out_of_force(terms, at)
    hindered = _hindered(terms, at, served=served, aware=aware)
    return OrderStatus(
        in_force=out_of_force is None,
        served=served,
        aware=aware,
        enforceable=out_of_force is None and hindered is None,
        reason=out_of_force or hindered or _in_force(terms),
        changes_at=_changes_at(terms, at),
    )


def _out_of_force(terms: OrderTerms, at: datetime) -> str | None:
    if terms.stage in NEVER_MADE:
        return NEVER_MADE[terms.stage]
    if at < terms.starts:
        return "order.not-started"
    if terms.order in NOTICES and (terms.served is None or at < terms.served):
        return "order.unserved"
    if terms.stage is OrderStage.DISCHARGED:
        over = ends_at(terms)
        return "order.discharged" if over is None or over <= at else None
    if terms.ends is not None and terms.ends <= at:
        return "order.ended"
    if terms.ends is None and terms.hearing_due is not None and terms.hearing_due <= at:
        return "order.hearing-overdue"
    return None


def _hindered(terms: OrderTerms, at: datetime, *, served: bool, aware: bool) -> str | None:
    if terms.longest is not None and terms.longest <= at:
        return "order.beyond-longest"
    if terms.without_notice:
        return None if aware else "order.unaware"
    return None if served or aware else "order.unserved"


def _in_force(terms: OrderTerms) -> str:
    if terms.order is OrderType.OCCUPATION and not terms.power_of_arrest:
        return "order.no-power-of-arrest"
    if terms.ends is None and terms.hearing_due is not None:
        return "order.until-hearing"
    if terms.ends is None and not terms.until_further_order:
        return "order.end-unknown"
    return "order.in-force"


def _changes_at(terms: OrderTerms, at: datetime) -> datetime | None:
    known = (terms.starts, terms.ends, terms.served, terms.aware, terms.discharged)
    steps = (*known, terms.hearing_due, terms.longest)
    return min((step for step in steps if step is not None and step > at), default=None)
