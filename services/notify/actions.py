"""What staff do about an alert, and what areas set for themselves: load, call a rule, record."""

from collections.abc import Mapping
from typing import TypeVar

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import Problem, not_found
from chassis.runtime import Runtime
from contracts.content import Content
from contracts.events.alerts import AlertAcknowledged, AlertPassedOn, AlertResolved
from contracts.events.configuration import AreaDefined, LadderSet, RotaSet
from contracts.rules.areas import area_and_around
from contracts.sections import Text
from contracts.submission import Submission
from contracts.vocabulary import AlertRule, PassReason
from services.notify import queries
from services.notify.queries import AlertShown
from services.notify.replies import standing_of
from services.notify.rules import answering, own_ladders, resolving, rota, sharing
from services.notify.views import AlertRow

C = TypeVar("C", bound=Content)


async def acknowledge(
    runtime: Runtime, caller: Caller, cause: str, seen: answering.Alert | None = None
) -> AlertShown:
    """The caller takes the alert. One that is taken already stays whose it is: the first answer.

    Raises Problem: 404 if there is none for them; 409 if it was stood down, or is not the one ``seen``.
    """
    rule = seen[0] if seen else None
    row = await _to_answer(runtime, caller, cause, rule)
    _refuse(answering.no_acknowledging(row.standing))
    _refuse(answering.not_what_was_seen(seen, (row.rule, row.generation)))
    if row.waiting:
        said = AlertAcknowledged(cause=cause, rule=row.rule, generation=row.generation, person=caller.id)
        await _record(runtime, caller, said)
    return await _now(runtime, caller, cause, rule)


async def pass_on(
    runtime: Runtime,
    caller: Caller,
    cause: str,
    reason: PassReason,
    note: Text | None = None,
    seen: answering.Alert | None = None,
) -> AlertShown:
    """The caller cannot take the alert, or gives back what they took: the next step is due at once.

    Raises Problem: 404 if there is none for them; 409 if it was stood down, if another has taken it,
    if the caller was not called, or if it is not the one ``seen``.
    """
    rule = seen[0] if seen else None
    row = await _to_answer(runtime, caller, cause, rule)
    _refuse(answering.not_what_was_seen(seen, (row.rule, row.generation)))
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
    return await _now(runtime, caller, cause, rule)


async def resolve(runtime: Runtime, caller: Caller, said: AlertResolved, once: str) -> None:
    """Say what was done about an alert, now. Raises as ``admit`` and ``Runtime.take`` do."""
    header = own_header(runtime.clock.now())
    taken = await runtime.take(header, said, caller=caller, right=sharing.ANSWER, idempotency_key=once)
    await runtime.folded(said.keys(taken.root))


async def unresolve(runtime: Runtime, caller: Caller, cause: str, root: str, version: int, once: str) -> None:
    """Take back what the caller's agency said was done about an alert. Raises Problem (404) where that is
    not theirs; Refused (412) where it is another version by now."""
    versions = (await runtime.fact(root)).versions(root)
    said = next((each.content for each in reversed(versions) if each.content is not None), None)
    if not isinstance(said, AlertResolved) or said.cause != cause:
        raise not_found()
    await revisable(runtime, caller, said)
    await runtime.revise(root, version, None, None, caller=caller, right=sharing.ANSWER, idempotency_key=once)
    await runtime.folded(said.keys(root))


async def admit(archive: Archive, caller: Caller, content: Content, root: str) -> Content:
    """Refuse the rota, or a ladder, of an area that is not the caller's, of an area what is not theirs to
    say, and what was done about an alert that they may not take: raises Problem (404). Refuse what was done
    about one that nobody took (409), or whose own steps say it; a ladder out of bounds; in production also a
    webhook without TLS: raises Refused."""
    if isinstance(content, AlertResolved):
        return await _resolved(archive, caller, content)
    if isinstance(content, RotaSet):
        await revisable(archive, caller, content)
        if archive.production and (plain := rota.plain_webhooks(content)):
            raise Refused("webhook-not-https", f"{plain[0]}.webhook")
    if isinstance(content, LadderSet):
        await revisable(archive, caller, content)
        for where, fault in own_ladders.faults(content):
            raise Refused(fault, f"body.content.{where}")
    if isinstance(content, AreaDefined):
        areas = await _areas(archive)
        around, stands = area_and_around(areas, content.area), areas.get(content.area)
        if not sharing.may_define_area(caller.roles, caller.areas, around, stands, content):
            raise not_found()
    return content


async def revisable(archive: Archive, caller: Caller, content: Content) -> None:
    """Refuse to correct or withdraw the rota, or a ladder, of an area that is not the caller's, what was done
    about an alert that they may not take, or, for all but an operator, what an area is: it would be moved or
    end. Raises Problem (404)."""
    if isinstance(content, AlertResolved):
        await _theirs(archive, caller, content)
    if isinstance(content, RotaSet | LadderSet):
        around = area_and_around(await _areas(archive), content.area)
        if not sharing.may_configure(sharing.areas_of(caller.roles, caller.areas), around):
            raise not_found()
    if isinstance(content, AreaDefined) and not sharing.may_undefine_area(caller.roles):
        raise not_found()


async def readable(archive: Archive, caller: Caller, fact: Fact[Content]) -> None:
    """Refuse what was done about an alert, where the caller does not read it in words; and, for all but an
    operator, the rota of an area that is not theirs, and what such an area is. Raises Problem (404)."""
    said = fact.content
    if isinstance(said, AlertResolved):
        row = await _theirs(archive, caller, said)
        if not queries.reads_words(caller, row, said.person):
            raise not_found()
    if not isinstance(said, RotaSet | LadderSet | AreaDefined) or sharing.may_undefine_area(caller.roles):
        return
    if not sharing.may_configure(caller.areas, area_and_around(await _areas(archive), said.area)):
        raise not_found()


async def _theirs(archive: Archive, caller: Caller, said: AlertResolved) -> AlertRow:
    row = await queries.current(archive, said.cause, said.rule)
    if row is None or not queries.may_answer(caller, row):
        raise not_found()
    return row


async def _resolved(archive: Archive, caller: Caller, said: AlertResolved) -> Content:
    if said.person is not None:
        raise Refused("given-by-goldthread", "body.content.person")
    row = await _theirs(archive, caller, said)
    waits = row.waiting and (row.rule, row.generation) == (said.rule, said.generation)
    taken = (await archive.facts([f"o:{said.cause}"])).current(AlertAcknowledged)
    alerts = {(fact.said.rule, fact.said.generation) for fact in taken}
    refusal = resolving.no_resolving(said.rule, (said.rule, said.generation) in alerts and not waits)
    if refusal is resolving.Refusal.BY_STEPS:
        raise Refused(refusal, "body.content.rule")
    if refusal is not None:
        raise Refused(refusal, status=409)
    return said.model_copy(update={"person": caller.id})


async def configure(
    runtime: Runtime, caller: Caller, posted: Submission[C], right: str, idempotency_key: str | None
) -> Taken:
    """Record who is on call, an area, or an agency. Raises Problem as ``admit`` does, and Refused as
    ``Runtime.take``."""
    return await runtime.take(
        posted, posted.content, caller=caller, right=right, idempotency_key=idempotency_key
    )


async def _to_answer(runtime: Runtime, caller: Caller, cause: str, rule: AlertRule | None) -> AlertRow:
    row = await queries.current(runtime, cause, rule)
    if row is None or not queries.may_answer(caller, row):
        raise queries.missing(runtime)
    return row


def _refuse(refusal: answering.Refusal | None) -> None:
    if refusal is not None:
        raise Problem(409, refusal, answering.SENTENCES[refusal])


async def _record(runtime: Runtime, caller: Caller, said: AlertAcknowledged | AlertPassedOn) -> None:
    """Now, and after every answer that is there: whatever the clock of whoever wrote it said."""
    facts = await runtime.facts([f"o:{said.cause}"])
    follows = standing_of(facts, said.rule, said.generation).last
    content = said.model_copy(update={"follows": follows})
    await runtime.take(own_header(runtime.clock.now()), content, caller=caller, right=sharing.ANSWER)


async def _now(runtime: Runtime, caller: Caller, cause: str, rule: AlertRule | None) -> AlertShown:
    shown = await queries.alert(runtime, caller, cause, rule)
    if shown is None:
        raise queries.missing(runtime)
    return shown


async def _areas(archive: Archive) -> Mapping[str, AreaDefined]:
    return rota.rota_of(await archive.configuration(AreaDefined)).areas
