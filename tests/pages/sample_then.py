"""Sample pages *as they were known*: those of now, without whatever was heard later, and without what no
page of then has."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.marac.rules import months
from services.marac.shown import Agenda, CasePage
from services.marac.shown_cohort import PerpetratorPage
from services.orders.circulation import OrderPage
from services.referrals.owed import VictimPage
from services.referrals.support_list import SupportPage

Page = TypeVar("Page", bound=BaseModel)

HEARD = ("recorded", "at", "accepted", "told", "sent", "settled")
"""What says when Goldthread was told of a part of a page."""


def case(page: CasePage, at: datetime) -> CasePage:
    """A case, without what is said of any fact that was heard later."""
    people = [each for each in (page.victim, *page.perpetrators, *page.children) if each]
    lines = [(line.root, line.said.recorded) for each in people for line in each.lines if line.said]
    records = [(record.root, record.recorded) for each in page.occurrences for record in each.records]
    later = {root for root, when in (*page.accepted.items(), *lines, *records) if when > at}
    accepted = {root: when for root, when in page.accepted.items() if root not in later}
    then = _then(page, at, later, known_at=at, accepted=accepted, broken_since=None)
    occurrences = [each for each in then.occurrences if each.records]
    return then.model_copy(update={"occurrences": occurrences})


def agenda(page: Agenda, at: datetime) -> Agenda:
    """An agenda: nobody waits on it, and nothing is to be declared."""
    return _then(page, at, known_at=at, waiting=None, undeclared=[], carried=[])


def perpetrator(page: PerpetratorPage, at: datetime) -> PerpetratorPage:
    """Somebody of the cohort, when a month began."""
    begun = months.begun(at)
    return _then(page, begun, known_at=begun)


def victim(page: VictimPage, at: datetime) -> VictimPage:
    """What is owed to a victim: no way to reach them, and nobody's telephone."""
    way = page.way.without_contact() if page.way else None
    leads = tuple(each.unreached() for each in page.leads)
    return _then(page, at, known_at=at, way=None, way_then=way, leads=leads)


def support(page: SupportPage, at: datetime) -> SupportPage:
    """The support of somebody: no way to reach them."""
    way = page.way.without_contact() if page.way else None
    return _then(page, at, known_at=at, way=None, way_then=way)


def order(page: OrderPage, at: datetime) -> OrderPage:
    """An order: nothing can be done about it."""
    return _then(page, at, known_at=at, teams=[], may_circulate=False, may_answer=False)


def _then(page: Page, at: datetime, later: Collection[str] = (), **more: Any) -> Page:
    """A page with ``more``, without the parts that were heard after ``at`` or are of a fact ``later``."""

    def heard(part: object) -> bool:
        whens = (getattr(part, name, None) for name in HEARD)
        of = {getattr(part, "root", None), getattr(part, "cause", None), *getattr(part, "roots", ())}
        after = any(isinstance(when, datetime) and when > at for when in whens)
        return not after and of.isdisjoint(later)

    def kept(value: Any) -> Any:
        if isinstance(value, BaseModel):
            parts = {
                name: kept(part) if heard(part) else None
                for name, part in ((name, getattr(value, name)) for name in type(value).model_fields)
            }
            return value.model_copy(update=parts)
        if isinstance(value, list | tuple):
            return type(value)(kept(each) for each in value if heard(each))
        return value

    of_then: Page = kept(page).model_copy(update={"fresh_until": at} | more)
    return of_then
