"""The referral page's doings: what is sent, as what, and what the caller's agency referred before."""

from sqlalchemy import select
from sqlmodel import col

from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.runtime import Runtime
from contracts.content import Said
from contracts.events.people import ReferralMade, victim_of
from contracts.submission import Header
from contracts.vocabulary import LawfulBasis, Purpose
from services.referrals.candidates import BlockTable
from services.referrals.drafts import Draft, discard
from services.referrals.rules import referring, sharing
from services.referrals.withheld import may_ask


def case_of(runtime: Runtime, caller: Caller, draft: str) -> str:
    """The case that a draft of the caller's becomes when it is sent."""
    return runtime.id_of(caller, f"draft {draft}")


async def sent(runtime: Runtime, caller: Caller, draft: str) -> Fact[ReferralMade] | None:
    """The referral that a draft of the caller's became, if it was sent."""
    facts = (await runtime.fact(case_of(runtime, caller, draft))).current(ReferralMade)
    return facts[0] if facts else None


async def send(runtime: Runtime, caller: Caller, draft: Draft) -> None:
    """Record what a draft says, as a partner's system would, and delete the draft. What she chose not to tell
    the police and her characteristics come first: whoever finds the case finds them too.

    Sent already as it is: nothing happens. Raises Refused as ``Runtime.take`` and ``Runtime.revise`` do: 409
    where it was sent as it was before; what was not saved is sent by the next try.
    """
    header = Header(
        occurred=draft.touched,
        recorded=draft.touched,
        basis=LawfulBasis.PUBLIC_TASK,
        purpose=Purpose.SAFEGUARDING,
    )
    if await may_ask(runtime, caller):
        secret, right = referring.withheld(draft.answers, draft.id), sharing.KEEP_WITHHELD
        support = header.model_copy(update={"purpose": Purpose.SUPPORT})
        await _keep(runtime, caller, support, draft, "withheld", secret, right)
    hers = referring.characteristics(draft.answers, draft.id)
    await _keep(runtime, caller, header, draft, "characteristics", hers, sharing.REFER)
    on = referring.day_of_draft(draft.touched)
    said, key = referring.referral(draft.answers, draft.id, on), f"draft {draft.id}"
    await runtime.take(header, said, caller=caller, right=sharing.REFER, idempotency_key=key)
    await discard(runtime, caller, draft)


async def _keep(
    runtime: Runtime, caller: Caller, header: Header, draft: Draft, part: str, said: Said | None, right: str
) -> None:
    """Let a part that is a fact of its own stand as the draft has it now: a try before this one may have kept
    it as it was then."""
    key = f"draft {draft.id} {part}"
    root = runtime.id_of(caller, key)
    kept = (await runtime.fact(root)).versions(root)
    if not kept and said is not None:
        await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    elif kept and kept[-1].occurred != draft.touched and not (said is None and kept[-1].withdrawn):
        now, last = f"{key} {draft.touched.isoformat()}", kept[-1].version
        await runtime.revise(root, last, header, said, caller=caller, right=right, idempotency_key=now)


async def before(runtime: Runtime, caller: Caller, draft: Draft) -> list[Fact[ReferralMade]]:
    """What the caller's own agency referred of her in the last 12 months, by its own number or her NHS
    number; the newest first. Of other agencies' nothing is told: whether there is any is theirs to say."""
    number = referring.number_of(draft.answers, draft.id)
    mentions = {runtime.ids.mention(caller.agency, referring.SYSTEM, referring.KIND, number)}
    if nhs := referring.nhs_of(draft.answers):
        mentions |= await _with_nhs(runtime, nhs)
    facts = (await runtime.facts([f"m:{each}" for each in sorted(mentions)])).current(ReferralMade)
    since = runtime.clock.now() - referring.REPEAT
    theirs = [
        fact
        for fact in facts
        if fact.agency == caller.agency
        and fact.occurred >= since
        and (victim := victim_of(fact.said)) is not None
        and victim.mention in mentions
    ]
    return sorted(theirs, key=lambda fact: (fact.occurred, fact.root), reverse=True)


async def _with_nhs(runtime: Runtime, nhs: str) -> set[str]:
    """The records that have this NHS number, as far as the matcher has come."""
    block = runtime.ids.blind("block", f"nhs|{nhs}")
    statement = select(col(BlockTable.mention)).where(col(BlockTable.block) == block)
    async with runtime.store.reading() as connection:
        return set((await connection.execute(statement)).scalars())
