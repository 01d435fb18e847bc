"""Which order a breach is of, when the reporter does not know its number.

A neighbour, a housing officer or a nurse sees the breach before the police do, and knows the pair,
not the paper (``design.md`` section 6: same reference, or same pair). Where two orders would fit two
different people nothing is guessed: a wrong match names a wrong victim. Not found is an answer,
and such a breach pages all the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Protocol, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.content import Said
from contracts.events.orders import BreachReported, OrderMade, OrderServed
from contracts.mentions import Mention
from contracts.rules.occurrence import LONDON, normal
from contracts.rules.order_life import LIVES, Expiry
from contracts.rules.order_status import (
    OrderStatus,
    OrderTerms,
    Past,
    Versions,
    held_at,
    holding,
    status,
    then,
    together,
)
from contracts.vocabulary import PERPETRATOR_ROLES, Applicant, OrderStage, OrderType, Role

UNTIL_DECIDED = frozenset({Expiry.UNHEARD, Expiry.APPLICATION})
"""What ends orders that last no longer than until a court has decided the application behind them."""


class Parties(BaseModel):
    """Whom an order binds and whom it protects. People are person ids, sorted."""

    model_config = ConfigDict(frozen=True)

    respondents: list[str]
    protected: list[str]
    protected_mentions: list[str]

    @classmethod
    def of(cls, order: OrderMade, homes: Mapping[str, str]) -> "Parties":
        """Whom it names as such."""
        protected = order.in_role(Role.VICTIM)
        return cls(
            respondents=sorted(_persons(order.in_role(*PERPETRATOR_ROLES), homes)),
            protected=sorted(_persons(protected, homes)),
            protected_mentions=sorted({each.mention for each in protected if each.mention}),
        )


class PastParties(Parties):
    """Whom an order bound and protected until it was varied."""

    until: AwareDatetime


class KnownOrder(Parties):
    """An order as a breach is matched with it: ``terms`` and people as it stands; ``past`` and ``before``,
    those that it had before."""

    model_config = ConfigDict(frozen=True)

    root: str
    reference: str | None
    made: AwareDatetime
    terms: OrderTerms
    applicant: Applicant | None = None
    past: list[Past] = []
    before: list[PastParties] = []

    def then(self, at: datetime) -> Self:
        """The order as it stood at a time: its terms, and whom it bound and protected."""
        held = next((each for each in self.before if at < each.until), None)
        people = held.model_dump(exclude={"until"}) if held else {}
        terms = then(self.terms, self.past, at)
        return self.model_copy(update={"terms": terms, "past": [], "before": [], **people})

    def status_at(self, at: datetime) -> OrderStatus:
        """What held of it at a time, under the terms that it had then."""
        return status(then(self.terms, self.past, at), at)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a breach says of its order, and of whom it names, when it happened."""

    order: str | None
    reference: str | None
    respondents: frozenset[str]
    victims: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """The order found, or None, and the message id of why."""

    order: KnownOrder | None
    because: str

    @property
    def respondents(self) -> list[str]:
        """Who did it, where nobody is named: whom the order binds, unless it was only the last there was."""
        return self.order.respondents if self.order and self.because != "order.most-recent" else []


def parties_before(versions: Versions, homes: Mapping[str, str]) -> list[PastParties]:
    """Whom an order bound and protected until it was varied, and until when, by all that was said of it."""
    found = [
        (envelope.time, Parties.of(said, homes))
        for envelope, said in (versions[place] for place in holding(versions))
        if isinstance(said, OrderMade)
    ]
    return [
        PastParties(until=until, **people.model_dump())
        for (_, people), (until, later) in pairwise(found)
        if people != later
    ]


def people_of(said: Said, at: datetime, spoken: Callable[[str], Versions]) -> list[Mention]:
    """Whom a fact of this time is about: everybody whom it names, and, where a breach gives its order by id
    and names nobody of a side, those of that side of the order as it stood then.

    ``spoken`` gives all that was said of an order. Of the order's people the role and the mention alone are
    taken: what the order says of them is not what the breach says.
    """
    found = list(said.named)
    versions = spoken(said.order) if isinstance(said, BreachReported) and said.order else ()
    place = held_at(versions, at) if versions and versions[-1][1] is not None else None
    order = None if place is None else versions[place][1]
    if not isinstance(order, OrderMade):
        return found
    for side in ((Role.VICTIM,), tuple(PERPETRATOR_ROLES)):
        if not said.in_role(*side):
            found += [Mention(mention=each.mention, role=each.role) for each in order.in_role(*side)]
    return found


class Served(Protocol):
    """A fact that an order was served."""

    @property
    def said(self) -> OrderServed: ...  # noqa: D102


S = TypeVar("S", bound=Served)


def services_of(
    root: str, versions: Versions, served: Iterable[S], person: str, homes: Mapping[str, str]
) -> list[S]:
    """The services of an order that count for a person: by its id, else by its reference. Of several whom it
    binds or bound each is bound by their own service; one that names nobody is of all. Where it binds one
    alone, it is of them under whichever record it names them."""
    held = [said for _, said in (versions[n] for n in holding(versions)) if isinstance(said, OrderMade)]
    bound = {each for said in held for each in Parties.of(said, homes).respondents}
    of_it = [each for each in served if _is_of(each.said, root, held[-1].reference)]
    if len(bound) < 2:
        return of_it
    named = [(each, _persons(each.said.in_role(*PERPETRATOR_ROLES), homes)) for each in of_it]
    return [each for each, theirs in named if not theirs or person in theirs]


def _persons(mentions: Iterable[Mention], homes: Mapping[str, str]) -> set[str]:
    return {homes[each.mention] for each in mentions if each.mention is not None and each.mention in homes}


def _is_of(service: OrderServed, root: str, reference: str | None) -> bool:
    if service.order is not None:
        return service.order == root
    return bool(service.reference and reference) and normal(service.reference or "") == normal(
        reference or ""
    )


def match(sought: Sought, known: Iterable[KnownOrder]) -> Match:
    """The order that a breach is of, among the orders of the people whom it names.

    First the order that it gives by id; then one of its reference; then one between the same
    people: in force at the time, of these one by which the respondent can be made to answer, else the most
    recent made before. A breach that gives an id or a reference which nobody knows is of *that* order, not of
    another one.
    """
    orders = _as_of(known, sought.at)
    if sought.order:
        return _by(lambda o: o.root == sought.order, orders, sought.at, "order.given")
    if sought.reference:
        wanted = normal(sought.reference)
        return _by(lambda o: _has(o, wanted), orders, sought.at, "order.same-reference")
    return _by_people(sought, orders)


def beside(sought: Sought, found: KnownOrder | None, known: Iterable[KnownOrder]) -> list[KnownOrder]:
    """The other orders that were in force between the people of a breach, the oldest first: of a side that it
    does not name, those of the order that was found. None where a side is nobody's: they may be of others.
    """
    between = replace(
        sought,
        respondents=sought.respondents or frozenset(found.respondents if found else ()),
        victims=sought.victims or frozenset(found.protected if found else ()),
    )
    if not (between.respondents and between.victims):
        return []
    orders = _as_of(known, sought.at)
    own = found.root if found else None
    theirs = (order for order in orders if order.root != own and _between(order, between))
    return [order for order in theirs if order.status_at(sought.at).in_force]


def _as_of(known: Iterable[KnownOrder], at: datetime) -> list[KnownOrder]:
    """Each order once, the oldest first, as it stood at a time."""
    return [each.then(at) for each in sorted(each_once(known), key=lambda order: (order.made, order.root))]


def heard(notice: KnownOrder, others: Iterable[KnownOrder]) -> list[KnownOrder]:
    """Those of the others by which a court decided what a notice was given for, or an interim order made
    until: the order that it becomes, made or refused between its people, on its day or later. A DAPO refused
    is none where it is told that somebody else than the police applied for it."""
    day = notice.made.astimezone(LONDON).date()
    return [
        other
        for other in others
        if other.terms.order is LIVES[notice.terms.order].becomes
        and other.terms.stage is not OrderStage.APPLIED
        and not (_refused_dapo(other) and other.applicant not in (None, Applicant.POLICE))
        and other.made.astimezone(LONDON).date() >= day
        and {*other.respondents} >= {*notice.respondents}
        and {*other.protected} >= {*notice.protected}
    ]


def decided(order: KnownOrder, others: Iterable[KnownOrder]) -> OrderTerms:
    """The terms of an order; of a notice with when a court decided what it was given for, of an interim
    stalking protection order with when it decided the application (Stalking Protection Act 2019 s5). What was
    decided before it was given was another application; and a DAPO refused ends a notice where it is told
    that the police applied for it: else it may have been her own."""
    if LIVES[order.terms.order].expires not in UNTIL_DECIDED or not order.protected:
        return order.terms
    told = [
        _decision(other)
        for other in heard(order, others)
        if other.applicant is Applicant.POLICE or not _refused_dapo(other)
    ]
    since = min((at for at in told if at > order.made), default=None)
    return order.terms.model_copy(update={"decided": since}) if since else order.terms


def _refused_dapo(order: KnownOrder) -> bool:
    return (order.terms.order, order.terms.stage) == (OrderType.DAPO, OrderStage.REFUSED)


def _decision(order: KnownOrder) -> datetime:
    """When a court made or refused an order that was first told as applied for."""
    waited = [past.until for past in order.past if past.terms.stage is OrderStage.APPLIED]
    return max(waited, default=order.made)


def each_once(known: Iterable[KnownOrder]) -> list[KnownOrder]:
    """Each order with all that is known of its service (``order_status.together``)."""
    found: dict[str, KnownOrder] = {}
    for order in known:
        other = found.get(order.root, order)
        found[order.root] = order.model_copy(update={"terms": together(order.terms, other.terms)})
    return list(found.values())


def _by(fits: Callable[[KnownOrder], bool], orders: list[KnownOrder], at: datetime, why: str) -> Match:
    found = [order for order in orders if fits(order)]
    if not found:
        return Match(None, f"{why}-unknown")
    in_force = [order for order in found if order.status_at(at).in_force]
    return Match((in_force or found)[-1], why)


def _has(order: KnownOrder, wanted: str) -> bool:
    return order.reference is not None and normal(order.reference) == wanted


def _by_people(sought: Sought, orders: list[KnownOrder]) -> Match:
    between = [order for order in orders if _between(order, sought)]
    in_force = [order for order in between if order.status_at(sought.at).in_force]
    before = [order for order in between if order.made <= sought.at]
    candidates, why = (in_force, "order.same-people-in-force") if in_force else (before, "order.most-recent")
    if not candidates:
        return Match(None, "order.not-found")
    pairs = {(tuple(order.respondents), tuple(order.protected)) for order in candidates}
    if len(pairs) > 1 and not (sought.victims and sought.respondents):
        return Match(None, "order.several-fit")
    answerable = [order for order in candidates if order.status_at(sought.at).enforceable]
    return Match((answerable or candidates)[-1], why)


def _between(order: KnownOrder, sought: Sought) -> bool:
    """Between whomever the breach names of the two sides: both where it names both."""
    sides = ((sought.respondents, order.respondents), (sought.victims, order.protected))
    return any(named for named, _ in sides) and all(
        not named or not named.isdisjoint(theirs) for named, theirs in sides
    )
