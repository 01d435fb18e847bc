"""What an order, as an agency told of it, leaves to ask: nothing is refused for it, and it is said aloud.

Sources: ``contracts.rules.order_types`` and ``order_life``; HMICFRS (2021): orders without positive
requirements, of which ``domain.md`` 4.4 asks for a reason, and a force that asked its chief officer for
what a superintendent may give; Domestic Abuse Act 2021 s36 (who supervises a requirement is named);
``domain.md`` 4.1 (court bail lasts to the next hearing), 4.5 (a without-notice order has a return date) and
4.7 (the rank that authorised an order is on record; an address in a term may tell the respondent
where she lives).
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from contracts.envelope import utc
from contracts.events.orders import OrderMade, Prohibition, Requirement
from contracts.rules.occurrence import LONDON
from contracts.rules.order_life import LIVES, Court, Extension, Interim, Who
from contracts.rules.order_types import (
    BAIL_MONTHS,
    OCCUPATION_LIMITED,
    OCCUPATION_MONTHS,
    ORDER_TYPES,
    PARTS,
    Arrest,
    Ends,
    Requirements,
)
from contracts.rules.regimes import AreaRegime, question
from contracts.vocabulary import (
    Applicant,
    OrderQuestion,
    OrderStage,
    OrderType,
    PoliceRank,
    ProhibitionKind,
    RequirementKind,
)

RANKS = tuple(PoliceRank)

MAY_NAME_A_PLACE: frozenset[ProhibitionKind | RequirementKind] = frozenset(
    {
        ProhibitionKind.NOT_TO_ATTEND,
        ProhibitionKind.NOT_TO_APPROACH,
        ProhibitionKind.OTHER,
        RequirementKind.OTHER,
    }
)
"""Terms whose words say where: an address may stand in them, which the respondent may not know."""
_MEASURES = re.compile(
    r"\b(\d\d?:\d\d|\d+([:.]\d\d)? ?(am|pm|(hour|day|week|month|minute|metre|meter|mile)s?|m))\b",
    re.IGNORECASE,
)
"""Numbers of which no house has one."""

SLACK = timedelta(days=1)
"""An order that ends at the end of a day, or at the hour at which it was made, is not too long for it."""


def questions(
    order: OrderMade, before: OrderMade | None = None, there: AreaRegime = AreaRegime.UNKNOWN
) -> tuple[OrderQuestion, ...]:
    """What is to be asked, in the order of ``OrderQuestion``. Nothing of one that does not bind.

    ``before`` is what it said until it was varied; ``there``, what could be made in its area on its day."""
    if order.stage not in (OrderStage.MADE, OrderStage.INTERIM):
        return ()
    found = {
        *_authority(order),
        *_life(order),
        *_at_a_time(order),
        *_terms(order),
        *_appeal(order),
        question(order.order, there),
    }
    found |= {*(_varied(order, before) if before else ())}
    return tuple(each for each in OrderQuestion if each in found)


def may_name_a_place(said: Prohibition | Requirement) -> bool:
    """Whether an address that the respondent may not know may stand in the words of a term: by its kind;
    where whoever told of it says that there is one which the respondent does not know; or by any number that
    is not of hours, days or how far, as of a house or a postcode, unless it is where they must live."""
    told = said.address_known_to_respondent is False
    left = "" if said.kind is RequirementKind.RESIDE else _MEASURES.sub("", said.text or "")
    return said.kind in MAY_NAME_A_PLACE or told or any(each.isdigit() for each in left)


def _authority(order: OrderMade) -> Iterator[OrderQuestion]:
    """Of bail that only a court may give no officer is asked where a court is named, nor of bail that any
    custody officer may give where nobody is."""
    known = ORDER_TYPES[order.order]
    if order.applicant is not None and not {order.applicant, Applicant.WITH_LEAVE} & {*known.applies}:
        yield OrderQuestion.APPLICANT_NOT_KNOWN
    bail = order.order is OrderType.POLICE_BAIL
    least = _least_rank(order) if bail else known.rank
    if bail and least is None and order.court is not None:
        return
    if bail and least is None:
        yield OrderQuestion.NEEDS_COURT
    if order.authorised_by is None:
        if least not in (None, BAIL_MONTHS[0][1]):
            yield OrderQuestion.AUTHORISER_MISSING
        return
    rank = RANKS.index(order.authorised_by)
    if least is not None and rank < RANKS.index(least):
        yield OrderQuestion.RANK_TOO_LOW
    if known.needless is not None and rank >= RANKS.index(known.needless):
        yield OrderQuestion.RANK_NEEDLESSLY_HIGH


def _least_rank(bail: OrderMade) -> PoliceRank | None:
    """The lowest rank that may give police bail of this length; None where only a court may. Of bail
    whose end nobody gave, the lowest of all."""
    if bail.ends is None:
        return BAIL_MONTHS[0][1]
    return next((rank for months, rank in BAIL_MONTHS if not _longer(bail, bail.ends, months)), None)


def _longer(order: OrderMade, ends: datetime | None, months: int) -> bool:
    """Whether what ends then lasts more than so many months from the order's beginning."""
    if ends is None:
        return True
    starts, last = (utc(at).astimezone(LONDON).date() for at in (begins(order), ends))
    return last > months_on(starts, months)


def begins(order: OrderMade) -> datetime:
    """From when it is counted how long an order lasts: of police bail from the arrest, where that is told,
    however often bail is given anew after it (PACE s47ZB: from memory, to be checked)."""
    starts = utc(order.starts or order.made)
    arrested = order.arrested if order.order is OrderType.POLICE_BAIL else None
    return min(starts, utc(arrested)) if arrested else starts


def bail_months(bail: OrderMade) -> int:
    """How many months of police bail its officer may give: nobody named is the lowest of all."""
    rank = RANKS.index(bail.authorised_by or PoliceRank.CONSTABLE)
    return max(
        (months for months, least in BAIL_MONTHS if RANKS.index(least) <= rank), default=BAIL_MONTHS[0][0]
    )


def months_on(start: date, months: int) -> date:
    """The same day so many months later, or the last of its month."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _varied(order: OrderMade, before: OrderMade) -> Iterator[OrderQuestion]:
    """What is asked of a variation, an extension, and of what was done to an order that was over."""
    life = LIVES[order.order]
    if before.stage is OrderStage.DISCHARGED:
        yield OrderQuestion.VARIED_AFTER_DISCHARGE
    if Who.NOBODY in life.varied and _forbids(order) != _forbids(before):
        yield OrderQuestion.VARIATION_NOT_KNOWN
    longer = before.ends is not None and (order.ends is None or utc(order.ends) > utc(before.ends))
    if life.extended is Extension.NONE and longer:
        yield OrderQuestion.EXTENSION_NOT_KNOWN


def _forbids(order: OrderMade) -> tuple[object, object]:
    return order.prohibitions, order.requirements


def _life(order: OrderMade) -> Iterator[OrderQuestion]:
    known = ORDER_TYPES[order.order]
    if order.stage is OrderStage.INTERIM and LIVES[order.order].interim is Interim.NONE:
        yield OrderQuestion.INTERIM_NOT_KNOWN
    open_ended = known.ends is Ends.FIXED_OR_OPEN and order.until_further_order
    unheard = order.order is OrderType.COURT_BAIL and order.return_date is None
    if order.ends is None:
        waits = known.ends is Ends.DECIDED and not unheard
        if order.stage is OrderStage.MADE and not (open_ended or waits):
            yield OrderQuestion.END_MISSING
    else:
        life = utc(order.ends) - utc(order.starts or order.made)
        if known.shortest is not None and life < timedelta(days=known.shortest) - SLACK:
            yield OrderQuestion.TOO_SHORT
        if known.longest is not None and life > timedelta(days=known.longest) + SLACK:
            yield OrderQuestion.TOO_LONG
    back, made = order.return_date, order.made.astimezone(LONDON).date()
    if order.without_notice if back is None else back < made:
        yield OrderQuestion.RETURN_DATE_MISSING


def _appeal(order: OrderMade) -> Iterator[OrderQuestion]:
    """Which day an appeal was lodged on may be all that is known of when."""
    if order.appealed is None:
        return
    if LIVES[order.order].appeal is Court.NONE:
        yield OrderQuestion.APPEAL_NOT_KNOWN
    lodged, made = (utc(at).astimezone(LONDON).date() for at in (order.appealed, order.made))
    if lodged < made:
        yield OrderQuestion.APPEAL_BEFORE_MADE


def _at_a_time(order: OrderMade) -> Iterator[OrderQuestion]:
    """What may be made again when it ends, and not for longer at a time. One that was is asked of too: of
    that its beginning tells nothing."""
    parts: list[Prohibition | Requirement] = [*order.prohibitions, *order.requirements]
    for each in parts:
        months = next((m.months for m in PARTS if (m.order, m.part) == (order.order, each.kind)), None)
        if months is not None and _longer(order, each.until or order.ends, months):
            yield OrderQuestion.LONGER_AT_A_TIME if each.until else OrderQuestion.PART_END_MISSING
    known = order.ends is not None or order.until_further_order
    if order.order is OrderType.OCCUPATION and known and _longer(order, order.ends, OCCUPATION_MONTHS):
        if order.section is None:
            yield OrderQuestion.SECTION_MISSING
        elif order.section in OCCUPATION_LIMITED:
            yield OrderQuestion.LONGER_AT_A_TIME


def _terms(order: OrderMade) -> Iterator[OrderQuestion]:
    known = ORDER_TYPES[order.order]
    said: list[Prohibition | Requirement] = [*order.prohibitions, *order.requirements]
    if not said:
        yield OrderQuestion.NO_PROHIBITIONS
    if any(
        may_name_a_place(each) and each.text and each.address_known_to_respondent is None for each in said
    ):
        yield OrderQuestion.ADDRESS_KNOWN
    if known.arrest is Arrest.IF_ATTACHED and order.power_of_arrest is None:
        yield OrderQuestion.POWER_OF_ARREST
    unanswered = not order.requirements and order.nothing_required is None
    if known.requirements is Requirements.EXPECTED and unanswered:
        yield OrderQuestion.NO_REQUIREMENTS
    if known.requirements is Requirements.NONE and order.requirements:
        yield OrderQuestion.REQUIREMENT_NOT_ALLOWED
    if known.supervised and any(each.supervisor is None for each in order.requirements):
        yield OrderQuestion.SUPERVISOR_MISSING
