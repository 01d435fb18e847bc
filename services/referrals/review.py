"""Two records side by side, for whoever may decide whether they are one person; and what waits for that."""

import asyncio
from bisect import insort
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import itemgetter

from pydantic import AwareDatetime, BaseModel
from sqlalchemy import select
from sqlmodel import col

from chassis.accept import Refused, Taken, own_header
from chassis.archive import Archive
from chassis.facts import Fact, FactSet
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.ledger import digest
from chassis.reading import parsed
from chassis.runtime import Runtime
from chassis.store import prepared
from chassis.store.tables import instant
from chassis.views import Row
from contracts.content import Said
from contracts.events.identity import IdentityDecided
from contracts.events.people import ImmigrationNoted
from contracts.events.withheld import WithheldFromPolice
from contracts.sections import Identity, Name, Record
from contracts.times import Day
from contracts.vocabulary import IdentityAnswer, Role, Sex
from services.referrals.actions import may_review
from services.referrals.candidates import QuestionTable
from services.referrals.doubts import asked_of
from services.referrals.person_clocks import CALENDARS
from services.referrals.rules import sharing
from services.referrals.rules.comparing import Agreement, Warning, compared, warnings
from services.referrals.rules.doubting import soonest
from services.referrals.rules.features import Pair
from services.referrals.rules.likeness import Known
from services.referrals.views import IDENTITY, IdentityRow, IdentityTable, MentionRow, at_odds, decisions

MOST = 100
"""Questions in one list, and decisions: others come as these are answered."""
LOOKS, LOOK_SECONDS = 40, 0.05
"""How often, and after how long, it is looked again for a row that is being made."""
HIDDEN = (ImmigrationNoted, WithheldFromPolice)
"""For support alone: who compares records is not told that there is any."""


class Side(BaseModel):
    """One of the two records, and what joins the other if they are one: how many lines, of which agencies;
    and how many more records are this person already."""

    mention: str
    agency: str
    record: Record | None
    names: tuple[Name, ...]
    born: tuple[Day, ...]
    sex: Sex | None
    nhs: str | None
    pnc: str | None
    cro: str | None
    roles: tuple[Role, ...]
    lines: int
    agencies: tuple[str, ...]
    more: int


class Decision(BaseModel):
    """What was decided last of the two. ``mine``: the caller's agency said it, and may take it back;
    ``before``: what was decided before that, and holds again then."""

    root: str
    version: int
    answer: IdentityAnswer
    reason: str
    agency: str
    at: AwareDatetime
    mine: bool
    before: IdentityAnswer | None = None


class Review(Row):
    """Two records as whoever may decide sees them. ``may_be_same`` is False for two sides of one fact.
    ``together``: they are one person now."""

    one: Side
    other: Side
    compared: dict[str, Agreement]
    warnings: tuple[Warning, ...]
    together: bool
    may_be_same: bool
    decision: Decision | None
    asked_since: AwareDatetime | None

    @property
    def seen(self) -> str:
        """By which it is known whether anything has changed since it was looked at."""
        return digest(self.model_dump_json(exclude={"asked_since"}).encode())


class Asked(BaseModel):
    """Two records that a person is asked about, or that somebody decided about. ``due``: by when it is to be
    decided."""

    one: str
    other: str
    at: AwareDatetime
    due: AwareDatetime | None = None
    answer: IdentityAnswer | None = None


class Waiting(BaseModel):
    """What waits for the caller, the first to be late first; and what was decided of it, the newest first.
    ``more``: more waits than is told."""

    asked: tuple[Asked, ...]
    more: bool = False
    decided: tuple[Asked, ...]


async def waiting(runtime: Runtime, caller: Caller) -> Waiting:
    """What the caller may decide of. Nobody is named in it."""
    table = QuestionTable.__table__  # type: ignore[attr-defined]
    newest = prepared("select body from fact where type = :type order by accepted desc limit :most")
    async with runtime.store.reading() as connection:
        rows = (await connection.execute(select(table).order_by(table.c.since, table.c.one))).all()
        limits = {"type": IdentityDecided.type, "most": MOST}
        bodies = (await connection.execute(newest, limits)).scalars().all()
    decided = FactSet(parsed(body) for body in bodies).current(IdentityDecided)
    answered = {(min(fact.said.mentions), max(fact.said.mentions)): fact for fact in decided}
    asked = [Asked(one=row.one, other=row.other, at=instant(row.since)) for row in rows]
    known = [
        Asked(one=pair[0], other=pair[1], at=fact.recorded, answer=fact.said.answer)
        for pair, fact in sorted(answered.items(), key=lambda each: each[1].recorded, reverse=True)
    ]
    theirs, more = await _first_late(runtime, caller, asked)
    return Waiting(asked=theirs, more=more, decided=await _theirs(runtime, caller, known))


async def _first_late(runtime: Runtime, caller: Caller, asked: list[Asked]) -> tuple[tuple[Asked, ...], bool]:
    """Of the questions, the oldest first, those of the caller that are late first, and whether there are
    more. It is looked at no more of them than can be among these: none is late sooner than the soonest."""
    found: list[tuple[datetime, datetime, Asked]] = []
    for place, each in enumerate(asked):
        if len(found) >= MOST and found[MOST - 1][0] <= soonest(each.at, CALENDARS):
            rest = asked[place:]
            break
        if await may_review(runtime, caller, (each.one, each.other)):
            due = (await asked_of(runtime, (each.one, each.other), each.at)).due
            insort(found, (due, each.at, each.model_copy(update={"due": due})), key=itemgetter(0, 1))
    else:
        rest = []
    more = len(found) > MOST or bool(await _theirs(runtime, caller, rest, 1))
    return tuple(each for *_, each in found[:MOST]), more


async def _theirs(
    runtime: Runtime, caller: Caller, listed: Iterable[Asked], most: int | None = None
) -> tuple[Asked, ...]:
    found: list[Asked] = []
    for each in listed:
        if len(found) < (most or MOST) and await may_review(runtime, caller, (each.one, each.other)):
            found.append(each)
    return tuple(found)


async def open_review(runtime: Runtime, caller: Caller, one: str, other: str) -> Review:
    """Two records side by side; the look is on record before it is given. Raises Problem (404) for who may
    not decide about them, and where one of them is not there."""
    pair = min(one, other), max(one, other)
    people = [await _person(runtime, mention) for mention in pair]
    if one == other or not await may_review(runtime, caller, pair):
        raise not_found()
    mine, theirs = (
        next(row for row in rows if row.mention == m) for m, rows in zip(pair, people, strict=True)
    )
    facts = [await _facts(runtime, rows) for rows in people]
    sides = [_side(row, rows, said) for row, rows, said in zip((mine, theirs), people, facts, strict=True)]
    against = at_odds(*people)
    about = decisions(await runtime.facts([f"m:{pair[0]}"]), pair)
    review = Review(
        one=sides[0],
        other=sides[1],
        compared=compared(mine.known, theirs.known),
        warnings=warnings(mine.known, theirs.known, against),
        together=len(set((await runtime.places(pair)).values())) == 1,
        may_be_same=not against,
        decision=_decision(about, caller),
        asked_since=await _asked_since(runtime, pair),
    )
    shown = {fact.id for said in facts for fact in said} | {fact.id for fact in about}
    await runtime.shown(caller, "identity-review", f"{pair[0]} {pair[1]}", review, shown)
    return review


async def undo(runtime: Runtime, caller: Caller, review: Review, key: str | None) -> Taken:
    """Take back what the caller's agency decided last of the two. Raises Refused (404) where that is nothing,
    and as ``Runtime.revise`` does; Problem (404) where it was not theirs to decide."""
    decided = review.decision
    if decided is None or not decided.mine:
        raise Refused("not-found", status=404)
    said = (await runtime.fact(decided.root)).current(IdentityDecided)
    if runtime.service.revisable is not None and said:
        await runtime.service.revisable(runtime, caller, said[0].said)
    return await runtime.revise(
        decided.root,
        decided.version,
        None,
        None,
        caller=caller,
        right=sharing.DECIDE_IDENTITY,
        idempotency_key=key,
    )


async def decide(runtime: Runtime, caller: Caller, said: IdentityDecided, key: str | None) -> Taken:
    """Record what the caller decides of two records, now. Raises as ``Runtime.take`` does."""
    header = own_header(runtime.clock.now())
    return await runtime.take(header, said, caller=caller, right=sharing.DECIDE_IDENTITY, idempotency_key=key)


async def everybody(archive: Archive) -> list[Known]:
    """What is known of every record, to learn from."""
    rows = await archive.rows(IDENTITY, IdentityTable.__table__.select())  # type: ignore[attr-defined]
    return [each.known for row in rows if isinstance(row, IdentityRow) for each in row.mentions]


async def _person(runtime: Runtime, mention: str) -> list[MentionRow]:
    """The rows of whoever a mention is now: one that has just moved is on its way to its new person's row."""
    for _ in range(LOOKS):
        row = await runtime.row(IDENTITY, await runtime.person_of(mention))
        if isinstance(row, IdentityRow) and any(each.mention == mention for each in row.mentions):
            return row.mentions
        if mention not in await runtime.places([mention]):
            break
        await asyncio.sleep(LOOK_SECONDS)
    raise not_found()


async def _facts(runtime: Runtime, rows: Collection[MentionRow]) -> list[Fact[Said]]:
    mentions = {row.mention for row in rows}
    facts = (await runtime.facts([f"m:{each}" for each in sorted(mentions)])).current(Said)
    named = [fact for fact in facts if any(each.mention in mentions for each in fact.said.named)]
    return [fact for fact in named if not isinstance(fact.said, HIDDEN)]


def _side(mine: MentionRow, rows: Collection[MentionRow], facts: Collection[Fact[Said]]) -> Side:
    """A record as its agency tells it now, the newest first."""
    told = sorted(facts, key=lambda fact: (fact.recorded, fact.root), reverse=True)
    own = [(fact, each) for fact in told for each in fact.said.named if each.mention == mine.mention]
    identities = [each.identity for _, each in own if isinstance(each.identity, Identity)]
    names = [name for each in identities for name in (each.name, *each.aliases) if name]
    return Side(
        mention=mine.mention,
        agency=own[0][0].agency if own else "",
        record=next((each.record for each in identities if each.record), None),
        names=tuple(dict.fromkeys(names)),
        born=tuple(mine.born),
        sex=mine.sex,
        nhs=mine.nhs,
        pnc=mine.pnc,
        cro=mine.cro,
        roles=tuple(sorted({each.role for _, each in own})),
        lines=len(told),
        agencies=tuple(sorted({fact.agency for fact in told})),
        more=len(rows) - 1,
    )


def _decision(about: Sequence[Fact[IdentityDecided]], caller: Caller) -> Decision | None:
    if not about:
        return None
    *before, fact = about
    return Decision(
        root=fact.root,
        version=fact.version,
        answer=fact.said.answer,
        reason=fact.said.reason,
        agency=fact.agency,
        at=fact.recorded,
        mine=fact.agency == caller.agency,
        before=before[-1].said.answer if before else None,
    )


async def _asked_since(runtime: Runtime, pair: Pair) -> AwareDatetime | None:
    one, other = col(QuestionTable.one), col(QuestionTable.other)
    statement = select(col(QuestionTable.since)).where(one == pair[0], other == pair[1])
    async with runtime.store.reading() as connection:
        since = (await connection.execute(statement)).scalar()
    return None if since is None else instant(since)
