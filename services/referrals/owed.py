"""What a victim is owed: its row with its clocks; who sees it; and that staff say what they did.

Level 0: the row follows from all facts about the victim, by the rule that MARAC's page reads too.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.accept import Taken, own_header
from chassis.archive import Archive
from chassis.clock import LONDON
from chassis.facts import FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.once import once
from chassis.runtime import Runtime
from chassis.then import as_of
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.owed import PlanMade, PlanReviewed, VictimTold
from contracts.events.people import LeadNamed
from contracts.events.support import Worker
from contracts.rules import owed
from contracts.rules.leading import leading
from contracts.rules.owed_parts import Owed
from contracts.rules.plan_adequacy import Refusal, Standing, refusals
from contracts.rules.safe_contact import NO_WAY, SafeWay
from contracts.submission import Receipt, Submission
from contracts.vocabulary import AlertRule, UpdateKind
from services.referrals.about import are_there_for, facts_about, is_flagged, known_with
from services.referrals.actions import is_theirs, may_see_owed, were_theirs
from services.referrals.person_clocks import (
    CALENDARS,
    ClockLine,
    Wanted,
    area_of,
    clocks_of,
    heard_of,
    sayings,
)
from services.referrals.risk_reviews import REVIEW, ReviewLine, ReviewRow
from services.referrals.rules import sharing
from services.referrals.support import SUPPORT, SupportRow

RULES = frozenset(
    {
        *(AlertRule.PLAN_INADEQUATE, AlertRule.PLAN_REVIEW, AlertRule.VICTIM_CONTRACT),
        *(AlertRule(f"tell-{kind}") for kind in UpdateKind),
    }
)


class OwedRow(Row):
    """What is owed to a victim, and what was said of it."""

    person: str
    area: str | None
    owed: Owed | None
    clocks: tuple[ClockLine, ...]


class OwedTable(ViewTable, table=True):
    """Rows of ``referrals_owed``."""

    __tablename__ = "referrals_owed"


class PlanReceipt(Receipt):
    """The answer to a safety plan that is saved: whether it is adequate, and every reason why not."""

    adequate: bool
    refused: list[Refusal] = Field(description="`where` is a field of the plan, or the root of an order")


class LeadNow(BaseModel):
    """Who leads a victim's support, as an agency says, and how colleagues reach them."""

    model_config = ConfigDict(frozen=True)

    agency: str
    service: str
    since: AwareDatetime
    worker: Worker | None

    def unreached(self) -> "LeadNow":
        """Who it is, and no way to reach them."""
        bare = self.worker and self.worker.model_copy(update={"telephone": None, "email": None})
        return self.model_copy(update={"worker": bare})


class ReviewOwed(ReviewLine):
    """A review of the risk that is owed, and whether it is late."""

    late: bool


class VictimPage(BaseModel):
    """What is owed to a victim, for a caller who may see it; and which way to reach them is safe now.
    ``without_answer``: so many breaches had no answer, where their number is named. As it was known ``way``
    is null, and no lead has a way to be reached: ``way_then`` is what was thought safe then, without its
    number and words, and never to be used."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    fresh_until: AwareDatetime | None
    known_at: AwareDatetime | None = None
    owed: Owed
    way: SafeWay | None
    way_then: SafeWay | None = None
    flagged: bool | None = Field(
        default=None, description="whether a record is flagged as sensitive; null: nobody has said"
    )
    without_answer: int
    leads: tuple[LeadNow, ...] = ()
    reviews: tuple[ReviewOwed, ...] = Field(
        default=(), description="of the risk, that are owed: the first to be late first"
    )


def fold_owed(subject: Subject) -> Folded:
    """What is owed; None for whoever is nobody's victim."""
    heard = once(subject, heard_of)
    found = owed.owed(heard, CALENDARS)
    clocks = clocks_of(subject.facts, RULES)
    changes_at = owed.changes_at(heard)
    if found is None and not clocks:
        return Folded(None, changes_at)
    row = OwedRow(person=subject.id, area=area_of(subject), owed=found, clocks=clocks)
    return Folded(row, changes_at)


def decide(row: Row | None, at: datetime) -> Iterable[Saying]:
    """The clocks to stop and to start, each said once."""
    if isinstance(row, OwedRow):
        found = row.owed.clocks if row.owed else ()
        wanted = [Wanted(rule=each.rule, cause=each.cause, due=each.due) for each in found]
        yield from sayings(wanted, row.clocks, row.area, at)


OWED = View(name="referrals_owed", of="person", row=OwedRow, table=OwedTable, fold=fold_owed, decide=decide)


async def make_plan(
    runtime: Runtime, caller: Caller, submission: Submission[PlanMade], key: str | None
) -> tuple[Taken, tuple[Refusal, ...]]:
    """Record a safety plan, whatever it says; with why it is not adequate, as is known when it is folded.
    Raises Refused as ``Runtime.take`` does."""
    taken = await runtime.take(
        submission, submission.content, caller=caller, right=sharing.PLAN, idempotency_key=key
    )
    first = (await runtime.fact(taken.root)).versions(taken.root)[0]
    await runtime.folded(submission.content.keys(taken.root) | {f"m:{each}" for each in first.mentions})
    for mention in sorted(first.mentions):
        found = await _owed(runtime, mention)
        standing = next((plan for plan in found.plans if plan.root == taken.root), None) if found else None
        if standing is not None:
            return taken, standing.refused
    return taken, refusals(submission.content, first.occurred.astimezone(LONDON).date(), Standing())


async def _owed(archive: Archive, id_: str) -> Owed | None:
    """What is owed to whoever a mention is today, or to a person as another service's page names them."""
    for person in (await archive.person_of(id_), id_):
        row = await archive.row(OWED, person)
        if isinstance(row, OwedRow) and row.owed:
            return row.owed
    return None


async def leads_of(archive: Archive, mention: str) -> tuple[LeadNow, ...]:
    """Who leads the support of whoever a mention is today, the newest word last."""
    facts = FactSet(await facts_about(archive, mention)).current(LeadNamed)
    told = ((fact.agency, fact.said, fact) for fact in sorted(facts, key=lambda fact: fact.order))
    return tuple(
        LeadNow(agency=each.agency, **each.said.model_dump(include={"service", "since", "worker"}))
        for each in leading(told)
    )


async def _reviews(archive: Archive, person: str, at: datetime) -> tuple[ReviewOwed, ...]:
    row = await archive.row(REVIEW, person)
    lines = row.reviews if isinstance(row, ReviewRow) else ()
    return tuple(ReviewOwed(**dict(each), late=each.due <= at) for each in lines)


async def open_victim(
    runtime: Runtime, caller: Caller, mention: str, then: datetime | None = None
) -> VictimPage:
    """What is owed to whoever a mention is today, or to a person as another service's page names them, as it
    is now or as it was known at a time; the look is on record. Raises Problem (404) for whoever is not the
    caller's to see, today and, of a time, as things were then; Refused (409) as ``Archive.as_of``."""
    archive = as_of(runtime, then)
    at, fresh = archive.clock.now(), await archive.fresh_until()
    found = await _seen(runtime, archive, caller, mention)
    person, flagged = await archive.person_of(found.mention), await is_flagged(archive, found.mention)
    row = await archive.row(SUPPORT, person)
    hers = row if isinstance(row, SupportRow) else None
    way = hers.way(at) if hers else NO_WAY
    way = way.without_address() if flagged else way
    may_reach = then is None and sharing.may_see_contact(caller.roles)
    way = way if may_reach else way.without_contact()
    leads = await leads_of(archive, found.mention)
    page = VictimPage(
        at=at if then is None else runtime.clock.now(),
        fresh_until=fresh,
        known_at=then,
        owed=found,
        way=way if then is None else None,
        way_then=None if then is None else way,
        flagged=flagged,
        without_answer=hers.without_answer(at) if hers else 0,
        leads=leads if then is None else tuple(each.unreached() for each in leads),
        reviews=await _reviews(archive, person, at),
    )
    facts = [*(plan.root for plan in found.plans), *(each.root for each in found.updates)]
    facts += [*(hers.facts if hers else ()), *(each.root for each in page.reviews)]
    seen = page.model_dump_json(exclude={"at", "fresh_until"}).encode()
    left_out = () if may_reach else ("contact",)
    await runtime.shown(caller, OWED.name, person, seen, facts, left_out, mention)
    return page


async def _seen(runtime: Runtime, archive: Archive, caller: Caller, mention: str) -> Owed:
    """What is or was owed. Raises Problem (404) where it is not the caller's to see, today and as things were
    then, or is not today of anybody of whom a record was then."""
    found = await _owed(runtime, mention)
    if found is None or not await may_see_owed(runtime, caller, found.mention):
        raise not_found()
    if archive is runtime:
        return found
    found = await _owed(archive, mention)
    if found is None or not await is_theirs(archive, caller, found.mention):
        raise not_found()
    stand, gone = await known_with(runtime, archive, found.mention)
    may = [await are_there_for(runtime, caller, [found.mention], archive)]
    may += [await may_see_owed(runtime, caller, each) for each in stand]
    may += [await were_theirs(runtime, caller, told) for told in gone]
    if not all(may):
        raise not_found()
    return found


async def say(
    runtime: Runtime,
    caller: Caller,
    said: PlanReviewed | VictimTold,
    occurred: datetime,
    key: str,
) -> None:
    """Record what somebody did, on the page of a victim whom they may see. Raises Problem (404), and Refused
    as ``Runtime.take`` does."""
    header = own_header(runtime.clock.now()).model_copy(update={"occurred": occurred})
    right = sharing.TELL if isinstance(said, VictimTold) else sharing.REVIEW_PLAN
    taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))
