"""What a victim chose not to tell the police: kept for support alone, and opened on record.

It stands on a topic that this service alone reads. What is opened is said anew, so much as its basis needs,
by whoever keeps it; what is kept stays where it is.
"""

from pydantic import AwareDatetime, BaseModel

from chassis.accept import Refused, Taken
from chassis.archive import Archive
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from chassis.views import Row
from contracts.content import Content
from contracts.envelope import Id
from contracts.events.people import ReferralMade, victim_of
from contracts.events.withheld import WithheldFromPolice, WithheldOpened
from contracts.mentions import Mention
from contracts.sections import Identity, Narrative, Record, Withheld
from contracts.submission import Header
from contracts.vocabulary import LawfulBasis, OpeningBasis, Purpose
from services.referrals import actions
from services.referrals.about import are_there_for, rows_of
from services.referrals.rules import sharing
from services.referrals.rules.withholding import is_hers, is_of_her_alone, may_keep, may_read
from services.referrals.support import SUPPORT, SupportRow


class Opening(BaseModel):
    """That some of it was told, what, by which right and why."""

    at: AwareDatetime
    agency: str
    basis: OpeningBasis
    reason: str
    told: str | None


class Kept(BaseModel):
    """One thing that a victim chose not to tell. ``text`` is null where it stands sealed; ``mine``: the
    caller's agency keeps it, and may open it."""

    root: Id
    agency: str
    at: AwareDatetime
    text: str | None
    mine: bool
    opened: tuple[Opening, ...]


class KeptOfCase(Row):
    """All that support alone may read of a case, the newest first; and how many breaches against its victim
    had no answer, where their number is named."""

    kept: tuple[Kept, ...]
    without_answer: int


async def may_ask(archive: Archive, caller: Caller) -> bool:
    """Whether a caller may keep here what a victim chose not to tell the police."""
    roles = sharing.RIGHTS[sharing.KEEP_WITHHELD]
    return not caller.roles.isdisjoint(roles) and may_keep(await actions.kind_of(archive, caller))


async def admit(archive: Archive, caller: Caller, said: Content, root: str) -> Content:
    """As ``actions.admit``. Raises also Problem (404) for the police, who may keep nothing here, and for what
    is not the caller's to open; Refused (422) where it names anybody besides her, or is opened about somebody
    else."""
    if isinstance(said, WithheldFromPolice | WithheldOpened):
        if not may_keep(await actions.kind_of(archive, caller)):
            raise not_found()
        if not is_of_her_alone(said.people):
            raise Refused("not-her-alone", "body.content.people")
    if isinstance(said, WithheldOpened):
        kept = (await archive.fact(said.opens)).current(WithheldFromPolice)
        if not kept or kept[0].agency != caller.agency:
            raise not_found()
        if _record(victim_of(kept[0].said)) != _record(victim_of(said)):
            raise Refused("another-person", "body.content.people")
    return await actions.admit(archive, caller, said, root)


async def open_case(runtime: Runtime, caller: Caller, case: str) -> KeptOfCase:
    """What the victim of a case chose not to tell; the look is on record before it is given. Raises Problem
    (404) where there is no case of whose victim the caller may read."""
    referral = next(iter((await runtime.fact(case)).current(ReferralMade)), None)
    victim = victim_of(referral.said) if referral else None
    if referral is None or victim is None or victim.mention is None:
        raise not_found()
    kind, reach = await actions.kind_of(runtime, caller), await actions.reach_of(runtime, victim.mention)

    def readable(agency: str) -> bool:
        own = agency == caller.agency
        return may_read(caller.roles, kind, caller.areas, reach, own=own)

    if not readable(referral.agency) or not await are_there_for(runtime, caller, [victim.mention]):
        raise not_found()
    records = sorted({victim.mention, *(each.mention for each in await rows_of(runtime, victim.mention))})
    facts = await runtime.facts([f"m:{each}" for each in records])
    kept = [
        fact
        for fact in facts.current(WithheldFromPolice)
        if readable(fact.agency) and (told := victim_of(fact.said)) and is_hers(told.mention, records)
    ]
    kept.sort(key=lambda fact: (fact.recorded, fact.root), reverse=True)
    openings = facts.current(WithheldOpened)
    hers = await runtime.row(SUPPORT, await runtime.person_of(victim.mention))
    shown = KeptOfCase(
        kept=tuple(_kept(fact, openings, caller) for fact in kept),
        without_answer=hers.without_answer(runtime.clock.now()) if isinstance(hers, SupportRow) else 0,
    )
    roots = {fact.root for fact in kept}
    seen = {fact.id for fact in kept} | {fact.id for fact in openings if fact.said.opens in roots}
    await runtime.shown(caller, "referral-case", case, shown, seen)  # a name that tells nothing
    return shown


async def open_up(
    runtime: Runtime, caller: Caller, kept: str, basis: OpeningBasis, reason: str, told: str, key: str
) -> Taken:
    """Tell some of what the caller's agency keeps, now, by this basis. Raises as ``admit`` and
    ``Runtime.take`` do."""
    fact = next(iter((await runtime.fact(kept)).current(WithheldFromPolice)), None)
    victim = victim_of(fact.said) if fact else None
    if victim is None:
        raise not_found()
    now = runtime.clock.now()
    header = Header(occurred=now, recorded=now, basis=LawfulBasis(basis.value), purpose=Purpose.SAFEGUARDING)
    said = WithheldOpened(
        people=[Mention(role=victim.role, identity=victim.identity)],
        opens=kept,
        basis=basis,
        reason=reason,
        narrative=Narrative(text=told),
    )
    return await runtime.take(header, said, caller=caller, right=sharing.OPEN_WITHHELD, idempotency_key=key)


def _kept(fact: Fact[WithheldFromPolice], openings: list[Fact[WithheldOpened]], caller: Caller) -> Kept:
    mine = [each for each in openings if each.said.opens == fact.root]
    told = [
        Opening(
            at=each.recorded,
            agency=each.agency,
            basis=each.said.basis,
            reason=each.said.reason,
            told=each.said.narrative.text if isinstance(each.said.narrative, Narrative) else None,
        )
        for each in sorted(mine, key=lambda each: (each.recorded, each.root))
    ]
    section = fact.said.withheld
    return Kept(
        root=fact.root,
        agency=fact.agency,
        at=fact.recorded,
        text=section.text if isinstance(section, Withheld) else None,
        mine=fact.agency == caller.agency,
        opened=tuple(told),
    )


def _record(victim: Mention | None) -> Record | None:
    return victim.identity.record if victim and isinstance(victim.identity, Identity) else None
