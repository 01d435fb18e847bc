"""What staff say of a victim on a page of its own, as their agency's word: said anew, corrected, taken back;
beside what other agencies say of the same."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.accept import Refused, own_header
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.hearings import HearingListed
from contracts.events.people import LeadNamed
from contracts.rules.safe_contact import NO_WAY, SafeWay
from services.referrals.about import facts_about, is_flagged
from services.referrals.actions import may_see_owed
from services.referrals.rules import sharing
from services.referrals.support import SUPPORT, SupportRow

Word = HearingListed | LeadNamed
KEPT = ("victim", "routing", "narrative")
"""What a correction on the page does not touch, beside whom it names."""


class WordOf(BaseModel):
    """What one agency says. ``own``: it is the caller's, who may correct it and take it back."""

    model_config = ConfigDict(frozen=True)

    root: Id
    version: int
    agency: str
    own: bool
    at: AwareDatetime
    said: Word


class ByHand(BaseModel):
    """All that stands of this kind about a victim; and whether they may be contacted."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    way: SafeWay
    flagged: bool | None
    without_answer: int
    words: tuple[WordOf, ...]


async def open_page(runtime: Runtime, caller: Caller, mention: str, kind: type[Word]) -> ByHand:
    """What stands of this kind about whoever a mention is today; the look is on record. Raises Problem (404)
    for who is not the caller's to see."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    if not await may_see_owed(runtime, caller, mention):
        raise not_found()
    person = await runtime.person_of(mention)
    row = await runtime.row(SUPPORT, person)
    hers = row if isinstance(row, SupportRow) else None
    way, flagged = hers.way(at) if hers else NO_WAY, await is_flagged(runtime, mention)
    way = way.without_address() if flagged else way
    found = FactSet(await facts_about(runtime, mention)).current(kind)
    page = ByHand(
        at=at,
        fresh_until=fresh,
        way=way if sharing.may_see_contact(caller.roles) else way.without_contact(),
        flagged=flagged,
        without_answer=hers.without_answer(at) if hers else 0,
        words=tuple(_word(fact, caller) for fact in sorted(found, key=lambda fact: fact.order)),
    )
    seen = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    facts = {*(hers.facts if hers else ()), *(fact.id for fact in found)}
    await runtime.shown(caller, "victim-word", person, seen, facts, asked=mention)
    return page


async def save(
    runtime: Runtime, caller: Caller, mention: str, said: Word, upon: tuple[str, str], right: str, key: str
) -> None:
    """Say it of whoever a mention is; or correct what the caller's agency said, which was root and version
    ``upon`` when it was looked at, both empty for nothing. Raises Problem (404); Refused (412) where it has
    changed since, and as ``Runtime.take`` and ``Runtime.revise`` do."""
    header = own_header(runtime.clock.now())
    if not upon[0]:
        taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
        await runtime.folded(said.keys(taken.root) | {f"m:{mention}"})
        return
    own = await _own(runtime, caller, mention, said, upon)
    people = [each.model_copy(update={"mention": None}) for each in own.said.people]
    kept = {name: getattr(own.said, name) for name in KEPT}
    header = header.model_copy(update={"occurred": own.occurred})
    said = said.model_copy(update=kept | {"people": people})
    await runtime.revise(own.root, own.version, header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded({f"m:{each}" for each in own.mentions})


async def withdraw(
    runtime: Runtime,
    caller: Caller,
    mention: str,
    kind: type[Word],
    upon: tuple[str, str],
    right: str,
    key: str,
) -> None:
    """Take back what the caller's agency said. Raises as ``save``."""
    own = await _own(runtime, caller, mention, kind, upon)
    await runtime.revise(own.root, own.version, None, None, caller=caller, right=right, idempotency_key=key)
    await runtime.folded({f"m:{each}" for each in own.mentions})


async def _own(
    runtime: Runtime, caller: Caller, mention: str, kind: Word | type[Word], upon: tuple[str, str]
) -> Fact[Word]:
    """What the caller's agency said of her by that root, as it was looked at."""
    if not await may_see_owed(runtime, caller, mention):
        raise not_found()
    of = kind if isinstance(kind, type) else type(kind)
    found = FactSet(await facts_about(runtime, mention)).current(of)
    own = next((fact for fact in found if fact.root == upon[0] and fact.agency == caller.agency), None)
    if own is None or str(own.version) != upon[1]:
        raise Refused("changed-since", status=412)
    return own


def own_last(page: ByHand) -> WordOf | None:
    """What the caller's agency said last."""
    return next((each for each in reversed(page.words) if each.own), None)


def _word(fact: Fact[Word], caller: Caller) -> WordOf:
    return WordOf(
        root=fact.root,
        version=fact.version,
        agency=fact.agency,
        own=fact.agency == caller.agency,
        at=fact.occurred,
        said=fact.said,
    )
