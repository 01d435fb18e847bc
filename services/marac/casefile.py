"""What both sides of marac read in one person's facts: who they are said to be, the orders that bind
or protect them, and the records of what happened. Pure functions of facts; no side of its own.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from chassis.clock import court_deadline
from chassis.facts import Fact, FactSet
from chassis.once import once
from chassis.views import Subject
from contracts.content import Said
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.listing import PartiesDecided
from contracts.events.orders import (
    BreachReported,
    OrderAcknowledged,
    OrderCirculated,
    OrderMade,
    OrderQuestionAnswered,
    OrderServed,
)
from contracts.events.people import IncidentReported, ReferralMade, RiskAssessed
from contracts.mentions import Mention
from contracts.rules.bail_case import Case, cases, with_case
from contracts.rules.circulation import Circulation, circulation
from contracts.rules.occurrence import Record as OccurrenceRecord
from contracts.rules.occurrence import record_of
from contracts.rules.order_answers import answered
from contracts.rules.order_match import (
    KnownOrder,
    PastParties,
    Sought,
    decided,
    match,
    parties_before,
    people_of,
    services_of,
)
from contracts.rules.order_questions import questions
from contracts.rules.order_status import BAIL, OrderStatus, OrderTerms, Past, held_before, order_terms, status
from contracts.rules.standing_grade import keeps, names_victim
from contracts.sections import Identity, Name, Routing
from contracts.vocabulary import PERPETRATOR_ROLES, OrderQuestion, Role, Sex
from services.marac.rules import pairs

H = TypeVar("H", bound=Hashable)
Homes = Mapping[str, str]
Report = Fact[BreachReported | IncidentReported]


@dataclass(frozen=True, slots=True)
class Who:
    """Who a person is said to be: of each, what most agencies say first, then what was said last."""

    names: tuple[Name, ...]
    aliases: tuple[Name, ...]
    born: tuple[date, ...]
    sexes: tuple[Sex, ...]


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order with its services, and what holds of it at the fold's time."""

    fact: Fact[OrderMade]
    services: tuple[Fact[OrderServed], ...]
    terms: OrderTerms
    past: list[Past]
    before: list[PastParties]
    status: OrderStatus
    respondents: tuple[str, ...]
    protected: tuple[str, ...]
    circulation: Circulation
    questions: tuple[OrderQuestion, ...]

    @property
    def known(self) -> KnownOrder:
        """The order as a breach is matched with it."""
        return KnownOrder(
            root=self.fact.root,
            reference=self.fact.said.reference,
            made=self.fact.said.made,
            terms=self.terms,
            applicant=self.fact.said.applicant,
            past=self.past,
            before=self.before,
            respondents=sorted(self.respondents),
            protected=sorted(self.protected),
            protected_mentions=[],
        )


@dataclass(frozen=True, slots=True)
class RecordSeen:
    """A record of a breach or incident: its persons, and the order that a breach is of."""

    fact: Report
    record: OccurrenceRecord
    order: str | None
    because: str | None


def persons(mentions: Iterable[Mention], homes: Homes) -> tuple[str, ...]:
    """The persons behind these mentions, each once, sorted."""
    found = {homes[m.mention] for m in mentions if m.mention is not None and m.mention in homes}
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Told:
    """What a fact that stands says of this person and others: whom it is about, in ``own`` those who
    are this person, and whom it names as what, as persons."""

    fact: Fact[Said]
    about: tuple[Mention, ...]
    own: tuple[Mention, ...]
    victims: tuple[str, ...]
    perpetrators: tuple[str, ...]


def told_of(subject: Subject) -> list[Told]:
    """The facts that stand, with whom they name: asked for by ``once``, for both sides need it."""
    homes = subject.homes
    told = []
    for fact in subject.facts.current(Said):
        named = tuple(about(fact, subject))
        own = tuple(m for m in named if m.mention is not None and homes.get(m.mention) == subject.id)
        victims = persons((m for m in named if m.role is Role.VICTIM), homes)
        perpetrators = persons((m for m in named if m.role in PERPETRATOR_ROLES), homes)
        told.append(Told(fact, named, own, victims, perpetrators))
    return told


def about(fact: Fact[Said], subject: Subject) -> list[Mention]:
    """Whom a fact is about: those whom it names, and those whom a breach names by the id of its order."""
    return people_of(fact.said, fact.occurred, subject.facts.spoken)


def own_mentions(fact: Fact[Said], subject: Subject) -> list[Mention]:
    """Those whom a fact is about and who are this person today."""
    homes = subject.homes
    return [m for m in about(fact, subject) if m.mention is not None and homes.get(m.mention) == subject.id]


def who(said: Iterable[tuple[Fact[Said], Mention]]) -> Who:
    """Who the person behind these mentions is said to be."""
    known = [(fact, m.identity) for fact, m in said if isinstance(m.identity, Identity)]
    return Who(
        names=_ranked(known, lambda i: [i.name] if i.name else [], _spelling),
        aliases=_ranked(known, lambda i: i.aliases, _spelling),
        born=_ranked(known, lambda i: i.born, lambda day: day),
        sexes=_ranked(known, lambda i: [i.sex] if i.sex else [], lambda sex: sex),
    )


def _ranked(
    known: Sequence[tuple[Fact[Said], Identity]],
    values: Callable[[Identity], Sequence[H]],
    alike: Callable[[H], Hashable],
) -> tuple[H, ...]:
    """What is said, each once: by most agencies first, then latest, then by its own letters."""
    agencies: dict[Hashable, set[str]] = {}
    latest: dict[Hashable, tuple[datetime, H]] = {}
    for fact, identity in known:
        for value in values(identity):
            key = alike(value)
            agencies.setdefault(key, set()).add(fact.agency)
            held = latest.get(key)
            newer = held is None or fact.occurred > held[0]
            if newer or (held and fact.occurred == held[0] and str(value) > str(held[1])):
                latest[key] = (fact.occurred, value)
    by_letters = sorted(latest, key=str)
    ranked = sorted(by_letters, key=lambda key: (len(agencies[key]), latest[key][0]), reverse=True)
    return tuple(latest[key][1] for key in ranked)


def _spelling(name: Name) -> Hashable:
    return ((name.family or "").casefold(), (name.given or "").casefold())


def orders_of(subject: Subject) -> list[OrderSeen]:
    """The orders that name this person, in the order in which facts are folded."""
    served = subject.facts.current(OrderServed)
    seen = []
    for fact in subject.facts.current(OrderMade):
        if not own_mentions(fact, subject):
            continue
        versions = subject.facts.spoken(fact.root)
        services = tuple(services_of(fact.root, versions, served, subject.id, subject.homes))
        terms, past = order_terms(versions, [service.said for service in services], court_deadline)
        about = [
            *(each for each in subject.facts.current(OrderCirculated) if each.said.order == fact.root),
            *(each for each in subject.facts.current(OrderAcknowledged) if each.said.order == fact.root),
        ]
        asked = questions(fact.said, held_before(versions))
        told = subject.facts.current(OrderQuestionAnswered)
        answers = [(each.envelope, each.said) for each in told if each.said.order == fact.root]
        settled = answered(asked, versions, answers)
        seen.append(
            OrderSeen(
                fact=fact,
                services=services,
                terms=terms,
                past=past,
                before=parties_before(versions, subject.homes),
                status=status(terms, subject.at),
                respondents=persons(fact.said.in_role(*PERPETRATOR_ROLES), subject.homes),
                protected=persons(fact.said.in_role(Role.VICTIM), subject.homes),
                circulation=circulation(versions, ((each.envelope, each.content) for each in about)),
                questions=tuple(each for each in asked if each not in settled),
            )
        )
    known = [each.known for each in seen]
    roots = [fact.root for fact in subject.facts.current(Said)]
    on_bail = any(each.terms.order in BAIL for each in known)
    bailed = [*cases(roots, subject.facts.spoken, subject.homes)] if on_bail else []
    return [_decided(each, known, bailed, subject.at) for each in seen]


def _decided(
    order: OrderSeen, known: Iterable[KnownOrder], bailed: Iterable[Case], at: datetime
) -> OrderSeen:
    heard = replace(order, terms=decided(order.known, known))
    terms = with_case(heard.known, bailed)
    return replace(heard, terms=terms, status=status(terms, at))


def records_of(subject: Subject) -> list[RecordSeen]:
    """The records of breaches and incidents about this person, with the orders that breaches are of.

    A breach that names no victim is against whomever its order protects; one that gives its order by
    id and names no perpetrator is by whomever that binds.
    """
    reports: list[Report] = [
        *subject.facts.current(BreachReported),
        *subject.facts.current(IncidentReported),
    ]
    return [
        _record(fact, subject)
        for fact in sorted(reports, key=lambda fact: fact.order)
        if own_mentions(fact, subject)
    ]


def _record(fact: Report, subject: Subject) -> RecordSeen:
    said, homes = fact.said, subject.homes
    if isinstance(said, IncidentReported):
        return RecordSeen(fact, record_of(fact.envelope, said, homes), None, None)
    sought = Sought(
        order=said.order,
        reference=said.reference,
        respondents=frozenset(persons(said.in_role(*PERPETRATOR_ROLES), homes)),
        victims=frozenset(persons(said.in_role(Role.VICTIM), homes)),
        at=fact.occurred,
    )
    found = match(sought, [order.known for order in once(subject, orders_of)])
    victims = frozenset(found.order.protected) if found.order else frozenset[str]()
    accused = persons((m for m in about(fact, subject) if m.role in PERPETRATOR_ROLES), homes)
    record = record_of(fact.envelope, said, homes, victims, frozenset(accused or found.respondents))
    return RecordSeen(fact, record, found.order.root if found.order else None, found.because)


def disputed_with(subject: Subject) -> list[str]:
    """Others with whom this person is named in both directions: each is said to have harmed the other."""
    told = once(subject, told_of)
    harmed_by = {each for said in told if subject.id in said.victims for each in said.perpetrators}
    harms = {each for said in told if subject.id in said.perpetrators for each in said.victims}
    return sorted((harmed_by & harms) - {subject.id})


def primary_victim_of(subject: Subject) -> dict[str, bool]:
    """Of each with whom a MARAC was asked about this person, and answered, whether this person is the primary
    victim of the two: asked for by ``once``, for both sides need it."""
    decided = sorted(subject.facts.current(PartiesDecided), key=lambda fact: fact.order)
    return pairs.primary_victim(
        subject.id,
        [
            pairs.Decided(
                victim=subject.homes.get(said.victim or "", ""),
                others=frozenset(subject.homes[each] for each in said.other_parties if each in subject.homes),
                answer=said.decision,
            )
            for said in (fact.said for fact in decided)
        ],
        once(subject, disputed_with),
    )


def risk_taken_back(subject: Subject) -> list[Fact[ReferralMade | RiskAssessed]]:
    """What each assessment, and each referral of high risk, said last of this person as victim that was
    withdrawn, or is of somebody else now."""
    back: list[Fact[ReferralMade | RiskAssessed]]
    back = subject.facts.taken_back(
        ReferralMade,
        RiskAssessed,
        where=lambda fact: names_victim(fact.said, subject.id, subject.homes),
    )
    return [fact for fact in back if keeps(fact.said)]


def area_of(said: Said) -> str | None:
    """The area that a payload routes to. None: it says none, or it is sealed."""
    return said.routing.area if isinstance(said.routing, Routing) else None


def areas_of(configuration: FactSet) -> dict[str, AreaDefined]:
    """Every area, as it was last defined."""
    return {fact.said.area: fact.said for fact in configuration.current(AreaDefined)}


def agencies_of(configuration: FactSet) -> dict[str, AgencyDefined]:
    """Every agency, as it was last defined."""
    return {fact.said.agency: fact.said for fact in configuration.current(AgencyDefined)}
