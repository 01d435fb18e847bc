"""Whether an order protects at a given time: in force, served, known to the respondent.

Sources: ``domain.md`` section 4 (law as at 2026-10): Family Law Act 1996 s42A (a without-notice order can be
breached only by somebody who knows of it); Crime and Security Act 2010 s24 to 28 and Domestic Abuse Act 2021
s22 to 29 (a notice takes effect when it is served on the respondent in person, and lapses unless a court
hears of it within 48 hours; where the court adjourns, it binds until the application is decided, DA Act s29,
and no longer: by the order that is made, or is refused); FLA 1996 s47 (an occupation order carries arrest
only where the court attached it: where nobody told whether it did, nobody is told that it did not). An order
that is discharged (FLA 1996 s49) binds until then: what was done before was a breach. What forbade something
when it was done is the order as it stood then, whatever a court has varied since. The end that the police
gave a notice is what they expected: past its hearing, and with no word of what the court did, nobody is told
that it can be enforced. Bail and orders that have come to the most that the law allows
(``contracts.rules.order_types``), and bail by a court whose next hearing is over, may have been prolonged or
replaced unknown to Goldthread, and bail whose case is over (``contracts.rules.bail_case``) may have ended
with it: of them nobody is told that they can be enforced, nor that they are over. An appeal suspends nothing
by itself: until the court that hears it has discharged or varied the order it stands (from memory of Family
Procedure Rules 2010 r30.8 and Civil Procedure Rules r52.16, and of other courts' appeals: to be checked).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.content import Content
from contracts.envelope import Envelope, utc
from contracts.events.orders import OrderMade, OrderServed, Prohibition, Requirement
from contracts.rules.occurrence import LONDON
from contracts.rules.order_life import LIVES, Service
from contracts.rules.order_questions import SLACK, bail_months, begins, months_on
from contracts.rules.order_types import ORDER_TYPES, Breach, may_arrest
from contracts.vocabulary import OrderStage, OrderType, ServiceMethod

NOTICES = frozenset({OrderType.DVPN, OrderType.DAPN})
"""Given by the police: binding from service in person on."""

HEARING_HOURS = 48
"""How many of a court's hours after its service a notice is heard within, or lapses: CSA 2010 s27, DA Act
2021 s29. Where the court adjourns it goes on."""

Versions = Sequence[tuple[Envelope, Content | None]]
"""All that was said of an order, the first said first; None: it was withdrawn."""

CourtHours = Callable[[datetime, int], datetime]
"""When so many of a court's hours after a time have passed."""

BAIL = frozenset({OrderType.POLICE_BAIL, OrderType.COURT_BAIL})
"""Given to the respondent in person: he knows of it from the moment that it is made."""

FACE_TO_FACE = frozenset({ServiceMethod.PERSONAL, ServiceMethod.IN_COURT})
"""Methods by which the respondent knows of the order when it is served."""

NOT_BINDING = frozenset(
    {
        *("order.applied-for", "order.refused", "order.decided"),
        *("order.discharged", "order.bail-ended", "order.ended"),
    }
)
"""Reasons by which there is nothing to serve, and nothing to obey."""

UNSERVED = {
    Service.IN_PERSON: "order.unserved",
    Service.UNLESS_DIRECTED: "order.unserved-family",
    Service.GIVEN: "order.service-unknown",
    Service.TO_BE_CHECKED: "order.service-unknown",
}
"""What it means that nobody told of service, or of knowledge: a notice does not bind; the rules of the family
court ask for service in person, unless it directs otherwise; an order that a court makes in front of the
respondent may need none. Of the last two it is not known whether a breach can be enforced."""

NEVER_MADE = {
    OrderStage.APPLIED: "order.applied-for",
    OrderStage.REFUSED: "order.refused",
}


TOLD_BESIDE = ("served", "aware", "hearing_due", "decided", "case_over")
"""What is known of an order by other facts than its own."""


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """What holds of an order at one time.

    ``enforceable``: somebody who does now what it forbids can be made to answer for it.
    ``reason`` is a message id that says the first thing that a practitioner must know.
    ``appealed``: since when an appeal is under way against an order that is not over.
    ``changes_at`` is when any of it will next change by itself.
    """

    in_force: bool
    served: bool
    aware: bool
    enforceable: bool
    reason: str
    changes_at: datetime | None
    appealed: datetime | None = None


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
    """Of a notice that was served: by when a court hears of it, or until when it adjourned."""
    longest: AwareDatetime | None = None
    """When it has lasted as long as the law lets it, or court bail to its next hearing, by what was told.
    None: neither the law nor anybody sets a limit."""
    appealed: AwareDatetime | None = None
    """When an appeal was lodged of which nobody has told the outcome."""
    decided: AwareDatetime | None = None
    """Of a notice, or of an order until an application is decided, when a court did. None: nobody told of
    that."""
    case_over: AwareDatetime | None = None
    """Of bail, when all cases that it may be of were said to be over. None: nobody told of that."""


class Past(BaseModel):
    """The terms that an order had until it was varied."""

    model_config = ConfigDict(frozen=True)

    until: AwareDatetime
    terms: OrderTerms


def holding(versions: Versions) -> list[int]:
    """The places of the versions of an order that hold or held, each from its own date until the next one's.
    One that bears no later date than what was said before varies nothing: it puts that right."""
    found: list[int] = []
    for place, (envelope, said) in enumerate(versions):
        if isinstance(said, OrderMade):
            while found and versions[found[-1]][0].time >= envelope.time:
                found.pop()
            found.append(place)
    return found


def held_at(versions: Versions, at: datetime) -> int | None:
    """The place of the version that held at a time; before the order was made, of the first. None: there is
    none."""
    found = holding(versions)
    begun = [place for place in found if versions[place][0].time <= at]
    return max(begun or found[:1], default=None)


def held_before(versions: Versions) -> OrderMade | None:
    """What an order said until its newest version varied it. None: it was not varied."""
    found = holding(versions)
    said = versions[found[-2]][1] if len(found) > 1 else None
    return said if isinstance(said, OrderMade) else None


def varied(versions: Versions) -> list[tuple[Envelope, bool]]:
    """The versions that varied what an order forbids or requires, or its end, each as it was first told; and
    whether anything that it forbade or required before it does so no more. None of what is no order."""
    told = {
        place: (envelope, _terms(said), said.ends)
        for place, (envelope, said) in enumerate(versions)
        if isinstance(said, OrderMade)
    }
    found: list[tuple[Envelope, bool]] = []
    for last, place in pairwise(holding(versions)):
        (_, before, ended), (envelope, now, ends) = told[last], told[place]
        if (before, ended) != (now, ends):
            first = next(
                each for each, *same in told.values() if (each.time, *same) == (envelope.time, now, ends)
            )
            found.append((first, not before <= now))
    return found


def _terms(order: OrderMade) -> set[Prohibition | Requirement]:
    """That the respondent knows an address is no term."""
    said: list[Prohibition | Requirement] = [*order.prohibitions, *order.requirements]
    return {each.model_copy(update={"address_known_to_respondent": None}) for each in said}


def order_terms(
    versions: Versions, services: Sequence[OrderServed], court_hours: CourtHours
) -> tuple[OrderTerms, list[Past]]:
    """The terms of an order as it stands, by all that was said of it, and those that it had before.

    Raises IndexError where nothing was said that makes one.
    """
    gone, adjourned = discharged_at(versions), adjourned_to(versions)
    found = [
        (envelope.time, said_terms(said, services, court_hours, gone, adjourned))
        for envelope, said in (versions[place] for place in holding(versions))
        if isinstance(said, OrderMade)
    ]
    past = [
        Past(until=until, terms=terms) for (_, terms), (until, later) in pairwise(found) if terms != later
    ]
    return found[-1][1], past


def then(terms: OrderTerms, past: Sequence[Past], at: datetime) -> OrderTerms:
    """The terms that an order had at a time, with what is known of its service and its hearing by now."""
    held = next((each.terms for each in past if at < each.until), terms)
    known = {name: getattr(terms, name) for name in TOLD_BESIDE}
    return held if held is terms else held.model_copy(update=known)


def together(terms: OrderTerms, other: OrderTerms) -> OrderTerms:
    """The terms of an order as two rows have them: service names the respondent, and so it may stand with one
    of the order's people and not with another."""
    known = {
        name: min((time for time in (getattr(terms, name), getattr(other, name)) if time), default=None)
        for name in TOLD_BESIDE
    }
    return terms.model_copy(update=known)


def adjourned_to(versions: Versions) -> datetime | None:
    """Until when a court let a notice go on, by all that was said of it: as it says; or a later end that a
    correction gave it. The end that it had from the first is what its writer expected, and moves no hearing.
    """
    said = [content for _, content in versions if isinstance(content, OrderMade)]
    if said and said[-1].adjourned_to is not None:
        return utc(said[-1].adjourned_to)
    ends = [utc(each.ends) if each.ends else None for each in said]
    if len(ends) < 2 or ends[-1] is None:
        return None
    return ends[-1] if ends[0] is None or ends[0] < ends[-1] else None


def discharged_at(versions: Versions) -> datetime | None:
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


def said_terms(
    order: OrderMade,
    services: Sequence[OrderServed],
    court_hours: CourtHours,
    discharged: datetime | None = None,
    adjourned: datetime | None = None,
) -> OrderTerms:
    """The terms of an order as one version has them, with the earliest service and the earliest knowledge.

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
    first, ends = min(map(utc, served), default=None), utc(order.ends) if order.ends else None
    hearing = court_hours(first, HEARING_HOURS) if first and order.order in NOTICES else None
    if hearing and adjourned and adjourned > hearing:
        hearing = adjourned
        ends = ends if ends is None or ends >= adjourned else None  # the court has let it go on after its end
    return OrderTerms(
        order=order.order,
        stage=order.stage,
        without_notice=order.without_notice,
        power_of_arrest=order.power_of_arrest,
        starts=utc(starts),
        ends=ends,
        until_further_order=order.until_further_order,
        served=first,
        aware=min(map(utc, aware), default=None),
        discharged=utc(discharged) if discharged else None,
        appealed=utc(order.appealed) if order.appealed else None,
        hearing_due=hearing,
        longest=_longest(order),
    )


def _longest(order: OrderMade) -> datetime | None:
    """When an order has lasted as long as its type may; bail, as long as its last day lets it."""
    starts = utc(order.starts or order.made)
    days = ORDER_TYPES[order.order].longest
    with suppress(ValueError, OverflowError):  # it would be after the last day that there is
        if (last := _last_day(order)) is not None:
            return utc(datetime.combine(last + timedelta(days=1), time(), LONDON))
        return None if days is None else starts + timedelta(days=days) + SLACK
    return None


def _last_day(order: OrderMade) -> date | None:
    """The last day of bail that was given no other: of police bail, by what the rank that authorised it may
    give (nobody named is the lowest, and a court may give as much as it likes); of a court's, the next
    hearing (``domain.md`` 4.1)."""
    if order.order is OrderType.COURT_BAIL and order.ends is None:
        return order.return_date
    if order.order is OrderType.POLICE_BAIL and order.court is None:
        return months_on(begins(order).astimezone(LONDON).date(), bail_months(order))
    return None


def ends_at(terms: OrderTerms) -> datetime | None:
    """When an order really ends: at its end, when it was discharged, or a notice or an interim order when a
    court decided the application behind it, whichever is first. None: nobody gave an end."""
    discharged = terms.discharged if terms.stage is OrderStage.DISCHARGED else None
    ends = (terms.ends, discharged, terms.decided)
    return min((end for end in ends if end is not None), default=None)


def status(terms: OrderTerms, at: datetime) -> OrderStatus:
    """What holds under these terms at this time. An end that nobody gave is no end."""
    served = terms.served is not None and terms.served <= at
    aware = terms.aware is not None and terms.aware <= at
    out_of_force = _out_of_force(terms, at)
    hindered = _hindered(terms, at, served=served, aware=aware)
    appealed = terms.appealed if out_of_force not in NOT_BINDING else None
    return OrderStatus(
        in_force=out_of_force is None,
        served=served,
        aware=aware,
        enforceable=out_of_force is None and hindered is None,
        reason=out_of_force or hindered or _in_force(terms),
        changes_at=_changes_at(terms, at),
        appealed=appealed if appealed is not None and appealed <= at else None,
    )


def _out_of_force(terms: OrderTerms, at: datetime) -> str | None:
    if terms.stage in NEVER_MADE:
        return NEVER_MADE[terms.stage]
    if at < terms.starts:
        return "order.not-started"
    if terms.order in NOTICES and (terms.served is None or at < terms.served):
        return UNSERVED[LIVES[terms.order].service]
    if terms.stage is OrderStage.DISCHARGED:
        over, bail = ends_at(terms), terms.order is OrderType.POLICE_BAIL
        gone = "order.bail-ended" if bail else "order.discharged"
        return gone if over is None or over <= at else None
    if terms.decided is not None and terms.decided <= at:
        return "order.decided"
    if terms.ends is not None and terms.ends <= at:
        return "order.ended"
    if terms.hearing_due is not None and terms.hearing_due <= at:
        return "order.hearing-overdue"
    return None


def _hindered(terms: OrderTerms, at: datetime, *, served: bool, aware: bool) -> str | None:
    if terms.case_over is not None and terms.case_over <= at:
        return "order.case-over"
    if terms.longest is not None and terms.longest <= at:
        return "order.beyond-longest"
    if aware and not served:
        return None if LIVES[terms.order].aware_is_enough else "order.aware-unserved"
    if terms.without_notice:
        crime = ORDER_TYPES[terms.order].breach in (Breach.CRIME, Breach.CRIME_OR_CONTEMPT)
        return None if aware else "order.unaware" if crime else "order.unaware-no-crime"
    return None if served else UNSERVED[LIVES[terms.order].service]


def _in_force(terms: OrderTerms) -> str:
    arrest = may_arrest(terms.order, terms.power_of_arrest)
    if arrest is not True:
        return "order.arrest-unknown" if arrest is None else "order.no-power-of-arrest"
    if terms.hearing_due is not None:
        return "order.until-hearing"
    if terms.ends is None and not terms.until_further_order:
        return "order.end-unknown"
    return "order.in-force"


def _changes_at(terms: OrderTerms, at: datetime) -> datetime | None:
    known = (terms.starts, terms.ends, terms.served, terms.aware, terms.discharged, terms.appealed)
    steps = (*known, terms.decided, terms.case_over, terms.hearing_due, terms.longest)
    return min((step for step in steps if step is not None and step > at), default=None)
