"""How a victim may be reached, as whoever reaches her says it on her page: their agency's own word, said
anew, corrected or withdrawn, beside what holds of all that agencies said."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.accept import Refused, own_header
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.envelope import Id
from contracts.events.contact import SafeContactSaid
from contracts.mentions import Mention
from contracts.rules.safe_contact import NO_WAY, SafeWay, questions
from contracts.sections import Contact
from contracts.vocabulary import ContactQuestion, Role
from services.referrals.about import facts_about, is_flagged
from services.referrals.actions import may_reach
from services.referrals.rules import sharing
from services.referrals.support import SUPPORT, SupportRow


class OwnWord(BaseModel):
    """What the caller's agency said last. ``asks``: what it leaves to ask before it is safe. ``contact`` is
    None where it stands sealed."""

    model_config = ConfigDict(frozen=True)

    root: Id
    version: int
    said: AwareDatetime
    contact: Contact | None
    asks: tuple[ContactQuestion, ...]


class ContactPage(BaseModel):
    """How a victim may be reached: what holds of all that was said, and the caller's agency's own word."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    way: SafeWay
    flagged: bool | None = None
    without_answer: int
    own: OwnWord | None


async def open_contact(runtime: Runtime, caller: Caller, mention: str) -> ContactPage:
    """How whoever a mention is today may be reached; the look is on record. Raises Problem (404) for who is
    not the caller's to reach."""
    at, fresh = runtime.clock.now(), await runtime.fresh_until()
    if not await may_reach(runtime, caller, mention):
        raise not_found()
    person = await runtime.person_of(mention)
    row = await runtime.row(SUPPORT, person)
    hers = row if isinstance(row, SupportRow) else None
    way, flagged = hers.way(at) if hers else NO_WAY, await is_flagged(runtime, mention)
    own = await _own(runtime, caller, mention)
    page = ContactPage(
        at=at,
        fresh_until=fresh,
        way=way.without_address() if flagged else way,
        flagged=flagged,
        without_answer=hers.without_answer(at) if hers else 0,
        own=_word(own) if own else None,
    )
    facts = {*(hers.facts if hers else ()), *([own.id] if own else ())}
    seen = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    await runtime.shown(caller, "safe-contact", person, seen, facts, asked=mention)
    return page


async def say(runtime: Runtime, caller: Caller, mention: str, contact: Contact, key: str) -> None:
    """Say how she may be reached, from now on. Raises Problem (404), and Refused as ``Runtime.take``."""
    said, header = _said(mention, contact), own_header(runtime.clock.now())
    taken = await runtime.take(header, said, caller=caller, right=sharing.SAY_CONTACT, idempotency_key=key)
    await runtime.folded(said.keys(taken.root) | {f"m:{mention}"})


async def revise(
    runtime: Runtime, caller: Caller, mention: str, upon: tuple[str, str], contact: Contact | None, key: str
) -> None:
    """Correct what the caller's agency said last, which was root and version ``upon`` when it was looked at;
    None withdraws it; what says the same already is left. Raises Problem (404); Refused (412) where it has
    changed since."""
    if not await may_reach(runtime, caller, mention):
        raise not_found()
    own = await _own(runtime, caller, mention)
    if own is not None and own.said.in_role(Role.VICTIM)[0].contact == contact:
        return
    if own is None or upon != (own.root, str(own.version)):
        raise Refused("changed-since", status=412)
    header = own_header(runtime.clock.now()).model_copy(update={"occurred": own.occurred})
    said = _revised(own.said, mention, contact) if contact else None
    await runtime.revise(
        own.root,
        own.version,
        header if said else None,
        said,
        caller=caller,
        right=sharing.SAY_CONTACT,
        idempotency_key=key,
    )
    await runtime.folded({f"m:{each}" for each in own.mentions})


def _said(mention: str, contact: Contact) -> SafeContactSaid:
    return SafeContactSaid(victim=mention, people=[Mention(role=Role.VICTIM, contact=contact)])


def _revised(said: SafeContactSaid, mention: str, contact: Contact) -> SafeContactSaid:
    """By the page or record by which it named her before: a system's own word goes on naming its record."""
    if said.victim:
        return _said(said.victim, contact)
    people = [
        each.model_copy(update={"mention": None} | ({"contact": contact} if each.role is Role.VICTIM else {}))
        for each in said.people
    ]
    return said.model_copy(update={"people": people})


async def _own(runtime: Runtime, caller: Caller, mention: str) -> Fact[SafeContactSaid] | None:
    """The newest word of the caller's agency that stands."""
    about = await facts_about(runtime, mention)
    said = FactSet(about).current(SafeContactSaid)
    own = [fact for fact in said if fact.agency == caller.agency]
    return max(own, key=lambda fact: (fact.occurred, fact.root), default=None)


def _word(fact: Fact[SafeContactSaid]) -> OwnWord:
    section = fact.said.in_role(Role.VICTIM)[0].contact
    contact = section if isinstance(section, Contact) else None
    asks = tuple(questions(contact)) if contact else ()
    return OwnWord(root=fact.root, version=fact.version, said=fact.occurred, contact=contact, asks=asks)
