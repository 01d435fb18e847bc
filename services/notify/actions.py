"""What staff do about an alert, and what areas set for themselves: load, call a rule, record."""

from typing import TypeVar

from chassis.accept import Taken
from chassis.http.auth import Caller
from chassis.http.problem import Problem, not_found
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn
from contracts.events.configuration import AgencyDefined, AreaDefined, RotaSet
from contracts.sections import Text
from contracts.submission import Header, Submission
from contracts.vocabulary import PassReason
from services.notify import queries
from services.notify.queries import AlertShown
from services.notify.rules import answering, rota, sharing
from services.notify.views import AlertRow

C = TypeVar("C", bound=Content)


async def acknowledge(runtime: Runtime, caller: Caller, cause: str) -> AlertShown:
    """The caller takes the alert. One that is taken already stays whose it is: the first answer.

    Raises Problem: 404 if there is none for them; 409 if it was stood down.
    """
    row = await _to_answer(runtime, caller, cause)
    _refuse(answering.no_acknowledging(row.standing))
    if row.waiting:
        said = AlertAcknowledged(cause=cause, rule=row.rule, generation=row.generation, person=caller.id)
        await _record(runtime, caller, said)
    return await _now(runtime, caller, cause)


async def pass_on(
    runtime: Runtime, caller: Caller, cause: str, reason: PassReason, note: Text | None = None
) -> AlertShown:
    """The caller cannot take the alert, or gives back what they took: the next step is due at once.

    Raises Problem: 404 if there is none for them; 409 if it was stood down, if another has taken it,
    or if the caller was not called.
    """
    row = await _to_answer(runtime, caller, cause)
    _refuse(answering.no_passing_on(row.standing, row.acknowledged_by, row.called, caller.id))
    rungs = [call.rung for call in row.calls if call.person == caller.id]
    said = AlertPassedOn(
        cause=cause,
        rule=row.rule,
        generation=row.generation,
        rung=max(rungs, default=0),
        person=caller.id,
        reason=reason,
        note=note,
    )
    await _record(runtime, caller, said)
    return await _now(runtime, caller, cause)


async def set_rota(
    runtime: Runtime, caller: Caller, posted: Submission[RotaSet], idempotency_key: str | None
) -> Taken:
    """Set who is on call for one of the caller's areas. Raises Problem (404) for another's."""
    await _own(runtime, caller, posted.content.area)
    return await _take(runtime, caller, posted, sharing.SET_ROTA, idempotency_key)


async def define_area(
    runtime: Runtime, caller: Caller, posted: Submission[AreaDefined], idempotency_key: str | None
) -> Taken:
    """Define one of the caller's areas, or one within them. Raises Problem (404) for another's."""
    await _own(runtime, caller, posted.content.area, posted.content.within)
    return await _take(runtime, caller, posted, sharing.DEFINE_AREA, idempotency_key)


async def define_agency(
    runtime: Runtime, caller: Caller, posted: Submission[AgencyDefined], idempotency_key: str | None
) -> Taken:
    """Define an agency that takes part."""
    return await _take(runtime, caller, posted, sharing.DEFINE_AGENCY, idempotency_key)


async def _to_answer(runtime: Runtime, caller: Caller, cause: str) -> AlertRow:
    row = await queries.current(runtime, cause)
    if row is None or not queries.may_answer(caller, row):
        raise not_found()
    return row


def _refuse(refusal: answering.Refusal | None) -> None:
    if refusal is not None:
        raise Problem(409, refusal, answering.SENTENCES[refusal])


async def _record(runtime: Runtime, caller: Caller, said: AlertAcknowledged | AlertPassedOn) -> None:
    now = runtime.clock.now()
    header = Header(occurred=now, recorded=now, basis="public-task", purpose="safeguarding")
    await runtime.take(header, said, caller=caller, right=sharing.ANSWER)


async def _now(runtime: Runtime, caller: Caller, cause: str) -> AlertShown:
    shown = await queries.alert(runtime, caller, cause)
    if shown is None:
        raise not_found()
    return shown


async def _own(runtime: Runtime, caller: Caller, area: str, within: str | None = None) -> None:
    known = rota.rota_of(await runtime.configuration())
    around = rota.area_and_around(known, area)
    if area not in known.areas:
        around += rota.area_and_around(known, within)
    if not sharing.may_configure(caller.areas, around):
        raise not_found()


async def _take(
    runtime: Runtime, caller: Caller, posted: Submission[C], right: str, idempotency_key: str | None
) -> Taken:
    return await runtime.take(
        posted, posted.content, caller=caller, right=right, idempotency_key=idempotency_key
    )
