"""The link in a message by which whoever was called takes the alert, with no sign-in.

It leads to a page that shows nothing and has one button: opening it, as a mail scanner does, changes
nothing. It is signed for one call alone, says neither whom it calls nor about what, and takes the alert
once: a page that a telephone loads again does not take what was given back since. Whoever gave it back and
is called anew has a link of that call.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from chassis.accept import Refused, own_header
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import Problem, not_found
from chassis.ids import Ids
from chassis.runtime import Runtime
from contracts.events.alerts import AlertAcknowledged, AlertCalled, AlertRaised, AlertStoodDown
from contracts.rules.standing_answer import Answer
from services.notify.queries import missing
from services.notify.replies import standing_of
from services.notify.rules import answering, sharing
from services.notify.views import number_of

OfAlert = TypeVar("OfAlert", AlertStoodDown, AlertAcknowledged)

_KIND = "answer-link"


def path_of(ids: Ids, call: str) -> str:
    """Where the message of a call leads whoever was called."""
    return f"/notify/take/{call}/{ids.blind(_KIND, call)}"


def check(ids: Ids, call: str, signature: str) -> None:
    """Raises Problem (404) for a link that we did not sign."""
    if not hmac.compare_digest(ids.blind(_KIND, call), signature):
        raise not_found()


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose an alert is now, and since when."""

    number: str
    yours: bool
    at: datetime
    more: int
    """How many other alerts about the same wait for an answer."""


async def take(runtime: Runtime, call: str) -> Taken:
    """Whoever was called takes the alert; one that another has taken stays theirs. Who asks has shown that it
    is their message (``check``).

    Raises Problem: 404 for a call that there is not; 409 if the alert was stood down since, if they gave
    it back, or if the call is too old. Raises Refused (503) while the store is read back.
    """
    if not runtime.caught_up.is_set():
        raise Refused("catching-up", status=503)
    called = next(iter((await runtime.fact(call)).current(AlertCalled)), None)
    if called is None or called.said.person is None:
        raise missing(runtime)
    alert, now = called.said, runtime.clock.now()
    said = AlertAcknowledged(
        cause=alert.cause, rule=alert.rule, generation=alert.generation, person=called.said.person
    )
    facts = await runtime.facts([f"o:{alert.cause}"])
    before = standing_of(facts, said.rule, said.generation)
    taken = before.taken
    stands = not _about(facts.current(AlertStoodDown), said)
    used = (
        each.said.person == said.person and each.occurred >= called.occurred
        for each in _about(facts.current(AlertAcknowledged), said)
    )
    given_back = taken is None and any(used)
    if refusal := answering.no_taking_by_link(stands, given_back, called.occurred, now):
        raise Problem(409, refusal, answering.SENTENCES[refusal])
    if taken is None:
        caller = _named(said.person, call)
        after = said.model_copy(update={"follows": before.last})
        await runtime.take(own_header(now), after, caller=caller, right=sharing.ANSWER_BY_LINK)
        taken = _taken(await runtime.facts([f"o:{alert.cause}"]), said)
    if taken is None:
        raise not_found()
    return Taken(number_of(alert.cause), taken.person == said.person, taken.at, _more(facts, said))


def _more(facts: FactSet, taken: AlertAcknowledged) -> int:
    """How many alerts about the cause wait besides the one that is taken."""
    waiting = {
        (each.said.rule, each.said.generation)
        for each in facts.current(AlertRaised)
        if not _about(facts.current(AlertStoodDown), each.said) and _taken(facts, each.said) is None
    }
    return len(waiting - {(taken.rule, taken.generation)})


def _taken(facts: FactSet, said: AlertAcknowledged | AlertRaised) -> Answer | None:
    """Who has the alert of which this would be an answer."""
    return standing_of(facts, said.rule, said.generation).taken


def _about(facts: Iterable[Fact[OfAlert]], said: AlertAcknowledged | AlertRaised) -> list[Fact[OfAlert]]:
    alert = (said.rule, said.generation)
    return [fact for fact in facts if (fact.said.rule, fact.said.generation) == alert]


def _named(person: str, call: str) -> Caller:
    """Whoever was called, as far as the link tells: nothing but which member of staff it is."""
    none: frozenset[str] = frozenset()
    return Caller(person, "", call, "goldthread", none, none, "")
