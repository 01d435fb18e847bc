"""Whether the case that somebody is on bail for is said to be over, though nobody has told of the bail.

Sources: ``domain.md`` 4.6: bail that ends, or becomes release under investigation, is a high-risk event, and
is looked for; PACE 1984 s37 and s47 (police bail is given to return about what is investigated: with no
further action there is nothing to return for) and Bail Act 1976 (a court's bail ends with the proceedings),
both from memory, to be checked. A custody system tells of the end of a case as a step of the answer to a
breach, or in the record of the incident, and often not of the bail. Which of several cases bail was given in
is not told here: it is one that happened before it was given and was not over then, about the same people. So
it is in doubt once one of those is over and in none of them anybody is still held, charged or before a
court: then nobody is told that it is over, nor that it can be enforced (Goldthread's own, 2026-11).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import utc
from contracts.events.conduct import Conduct
from contracts.events.orders import BreachProgressed
from contracts.events.people import IncidentReported
from contracts.rules.legal_status import steps
from contracts.rules.order_match import KnownOrder, people_of
from contracts.rules.order_status import BAIL, OrderTerms, Versions
from contracts.vocabulary import PERPETRATOR_ROLES, BreachStep, LegalStatus, Role

GOES_ON = frozenset(
    {
        *(BreachStep.ARRESTED, BreachStep.INTERVIEWED, BreachStep.CHARGED, BreachStep.AT_COURT),
        *(LegalStatus.ARRESTED, LegalStatus.CHARGED, LegalStatus.RELEASED_BY_COURT, LegalStatus.CONVICTED),
    }
)
"""By which a case goes on, also after no further action: a victim may have had that reviewed."""
ENDS = frozenset(
    {
        *(BreachStep.NO_FURTHER_ACTION, BreachStep.NO_BREACH_FOUND),
        *(BreachStep.SENTENCED, BreachStep.ACQUITTED),
        *(LegalStatus.NO_FURTHER_ACTION, LegalStatus.SENTENCED, LegalStatus.ACQUITTED),
        LegalStatus.RELEASED_UNDER_INVESTIGATION,
    }
)
"""By which it is over, or goes on without bail: who is released under investigation has no conditions. That
a report is closed is none: it may be the second of one breach."""


@dataclass(frozen=True, slots=True)
class Case:
    """What happened then, between these people, by their ids; and each time, the first first, at which it was
    told to be over since it last went on. None: it goes on."""

    occurred: datetime
    over: tuple[datetime, ...]
    suspects: frozenset[str]
    victims: frozenset[str]


def cases(
    roots: Iterable[str], spoken: Callable[[str], Versions], homes: Mapping[str, str]
) -> Iterator[Case]:
    """The breaches and incidents among these facts of which it is told that they go on, or are over.
    ``spoken`` gives every version of a fact, or of an order; those of a fact that stands."""
    told = [spoken(root) for root in roots]
    progress: dict[str, list[tuple[datetime, BreachStep]]] = {}
    for envelope, said in (versions[-1] for versions in told):
        if isinstance(said, BreachProgressed):
            progress.setdefault(said.breach, []).append((envelope.time, said.step))
    for versions in told:
        envelope, said = versions[-1]
        if not isinstance(said, Conduct):
            continue
        legal = [(e.recordedat, was.status) for e, was in versions if isinstance(was, IncidentReported)]
        known: list[tuple[datetime, BreachStep | LegalStatus]] = [(at, each) for each, at in steps(legal)]
        known += progress.get(envelope.root, ())
        went_on = max((at for at, each in known if each in GOES_ON), default=None)
        over = sorted(at for at, each in known if each in ENDS and (went_on is None or at > went_on))
        if went_on is None and not over:
            continue
        people = [(m.role, homes.get(m.mention or "")) for m in people_of(said, envelope.time, spoken)]
        yield Case(
            occurred=envelope.time,
            over=tuple(over),
            suspects=frozenset(who for role, who in people if who and role in PERPETRATOR_ROLES),
            victims=frozenset(who for role, who in people if who and role is Role.VICTIM),
        )


def with_case(order: KnownOrder, known: Iterable[Case]) -> OrderTerms:
    """The terms of an order; of bail with when all cases that it may have been given in were over."""
    if order.terms.order not in BAIL:
        return order.terms
    over = [
        min((utc(at) for at in each.over if at >= order.made), default=None)
        for each in known
        if each.occurred <= order.made
        and (not each.over or each.over[-1] >= order.made)
        and not each.suspects.isdisjoint(order.respondents)
        and (not each.victims or not order.protected or not each.victims.isdisjoint(order.protected))
    ]
    ends = [at for at in over if at is not None]
    if not ends or len(ends) < len(over):
        return order.terms
    return order.terms.model_copy(update={"case_over": max(ends)})
