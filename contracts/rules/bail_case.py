"""Whether the case that somebody is on bail for is said to be over, though nobody has told of the bail.

Sources: ``domain.md`` 4.6: bail that ends, or becomes release under investigation, is a high-risk event, and
is looked for; PACE 1984 s37 and s47 (police bail is given to return about what is investigated: with no
further action there is nothing to return for) and Bail Act 1976 (a court's bail ends with the proceedings),
both from memory, to be checked. A custody system tells of the end of a case as a step of the answer to a
breach, or in the record of the incident, and often not of the bail. Which of several cases bail was given in
is not told here: it is one that happened before it was given and was not over then, about the same people. So
nobody is told that it is over, nor that it can be enforced (Goldthread's own, 2026-11).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import utc
from contracts.events.conduct import Conduct
from contracts.events.orders import BreachProgressed
from contracts.events.people import IncidentReported
from contracts.rules.legal_status import steps
from contracts.rules.order_match import KnownOrder
from contracts.rules.order_status import BAIL, OrderTerms, Versions
from contracts.vocabulary import PERPETRATOR_ROLES, BreachStep, LegalStatus, Role

ENDING_STEPS = frozenset(
    {
        *(BreachStep.NO_FURTHER_ACTION, BreachStep.NO_BREACH_FOUND, BreachStep.CLOSED),
        *(BreachStep.SENTENCED, BreachStep.ACQUITTED),
    }
)
ENDING_STATUS = frozenset({LegalStatus.NO_FURTHER_ACTION, LegalStatus.SENTENCED, LegalStatus.ACQUITTED})
"""By which a case is over: a charge is none, nor is a release while it is investigated, which may leave bail
that a court has given."""


@dataclass(frozen=True, slots=True)
class CaseEnd:
    """When what happened then, between these people, was said to be over. People are person ids."""

    occurred: datetime
    at: datetime
    suspects: frozenset[str]
    victims: frozenset[str]


def case_ends(told: Iterable[Versions], homes: Mapping[str, str]) -> Iterator[CaseEnd]:
    """The ends of all breaches and incidents among what was told, each fact by all versions of it."""
    newest = [(versions, *versions[-1]) for versions in told]
    steps_of = defaultdict[str, list[datetime]](list)
    for _, envelope, said in newest:
        if isinstance(said, BreachProgressed) and said.step in ENDING_STEPS:
            steps_of[said.breach].append(envelope.time)
    for versions, envelope, said in newest:
        if not isinstance(said, Conduct):
            continue
        said_so = [(e.recordedat, was.status) for e, was in versions if isinstance(was, IncidentReported)]
        over = steps_of[envelope.root] + [at for status, at in steps(said_so) if status in ENDING_STATUS]
        suspects, victims = (
            frozenset(homes[m.mention] for m in said.in_role(*roles) if m.mention and m.mention in homes)
            for roles in (PERPETRATOR_ROLES, (Role.VICTIM,))
        )
        yield from (CaseEnd(envelope.time, at, suspects, victims) for at in over)


def with_case(order: KnownOrder, ends: Iterable[CaseEnd]) -> OrderTerms:
    """The terms of an order; of bail with when a case that it may have been given in was over."""
    if order.terms.order not in BAIL:
        return order.terms
    over = (
        end.at
        for end in ends
        if end.occurred <= order.made <= end.at
        and not end.suspects.isdisjoint(order.respondents)
        and (not end.victims or not order.protected or not end.victims.isdisjoint(order.protected))
    )
    first = min(over, default=None)
    return order.terms.model_copy(update={"case_over": utc(first)}) if first else order.terms
