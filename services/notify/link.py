"""The link in a message by which whoever was called takes the alert, with no sign-in.

It leads to a page that shows nothing and has one button: opening it, as a mail scanner does, changes
nothing. It is signed for one call alone, says neither whom it calls nor about what, and takes the alert
once: a page that a telephone loads again does not take what was given back since.
"""

import hmac

from chassis.accept import Refused, own_header
from chassis.http.auth import Caller
from chassis.http.problem import Problem, not_found
from chassis.ids import Ids
from chassis.runtime import Runtime
from contracts.events.alerts import AlertAcknowledged, AlertCalled
from services.notify import queries
from services.notify.queries import AlertShown
from services.notify.rules import answering, sharing

_KIND = "answer-link"


def path_of(ids: Ids, call: str) -> str:
    """Where the message of a call leads whoever was called."""
    return f"/notify/take/{call}/{ids.blind(_KIND, call)}"


def check(ids: Ids, call: str, signature: str) -> None:
    """Raises Problem (404) for a link that we did not sign."""
    if not hmac.compare_digest(ids.blind(_KIND, call), signature):
        raise not_found()


async def take(runtime: Runtime, call: str, signature: str) -> AlertShown:
    """Whoever was called takes the alert; one that another has taken stays theirs.

    Raises Problem: 404 for a link that we did not sign; 409 if the alert was stood down since, if they gave
    it back, or if the call is too old. Raises Refused (503) while the store is read back.
    """
    check(runtime.ids, call, signature)
    if not runtime.caught_up.is_set():
        raise Refused("catching-up", status=503)
    called = next(iter((await runtime.fact(call)).current(AlertCalled)), None)
    if called is None or called.said.person is None:
        raise not_found()
    person, now = _named(called.said.person, call), runtime.clock.now()
    row = await queries.current(runtime, called.said.cause)
    if row is None:
        raise not_found()
    # Should several rules tell of one cause, whoever was called by one takes what waits.
    stands = row.standing and (row.rule != called.said.rule or row.generation == called.said.generation)
    said = AlertAcknowledged(cause=row.cause, rule=row.rule, generation=row.generation, person=person.id)
    answers = (await runtime.facts([f"o:{row.cause}"])).current(AlertAcknowledged)
    given_back = row.waiting and any(answer.said == said for answer in answers)
    if refusal := answering.no_taking_by_link(stands, given_back, called.occurred, now):
        raise Problem(409, refusal, answering.SENTENCES[refusal])
    if row.waiting:
        await runtime.take(own_header(now), said, caller=person, right=sharing.ANSWER_BY_LINK)
        row = await queries.current(runtime, row.cause) or row
    return queries.as_shown(person, row)


def _named(person: str, call: str) -> Caller:
    """Whoever was called, as far as the link tells: nothing but which member of staff it is."""
    none: frozenset[str] = frozenset()
    return Caller(person, "", call, "goldthread", none, none, "")
