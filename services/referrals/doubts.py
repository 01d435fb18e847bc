"""Two records that a person is asked about: by when they are to decide, and the clock of each area.

A question is a row of the matcher's own, and no fact. So what a person did not decide is told by one process
that looks at these rows: that two are asked about is a fact, for the pages of both; that a clock runs is one
like any other, and ``notify`` calls whoever is called.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from pydantic import AwareDatetime
from sqlalchemy import select
from sqlmodel import Field, col

from chassis.lease import keep
from chassis.runtime import Runtime
from chassis.store.tables import instant
from chassis.views import Folded, Row, Saying, Subject, View, ViewTable
from contracts.events.clocks import ClockStarted, ClockStopped
from contracts.events.identity import IdentityAsked
from contracts.events.people import ReferralMade, RiskAssessed
from contracts.sections import Routing
from contracts.vocabulary import Grade, IdentityAnswer, Instrument
from services.referrals.about import facts_about
from services.referrals.actions import areas_of
from services.referrals.candidates import QuestionTable
from services.referrals.person_clocks import CALENDARS, clocks_of
from services.referrals.rules import doubting
from services.referrals.rules.doubting import RULE, Asked, Risk, Runs
from services.referrals.rules.features import Pair
from services.referrals.views import decisions

LEASE = "questions"
LEASE_SECONDS = 5.0
LOOK_SECONDS = 3.0
"""How often it is looked which questions there are; the lease is kept from one look to the next."""
AGAIN = timedelta(minutes=5)
"""After how long it is looked anew where and how urgent one is that waits."""

log = structlog.get_logger()


class QuestionClock(Row):
    """The clock that was started last for a question."""

    cause: str
    generation: int
    due: AwareDatetime
    area: str | None
    stopped: bool


class QuestionClockTable(ViewTable, table=True):
    """Rows of ``referrals_question_clock``, by whether they run."""

    __tablename__ = "referrals_question_clock"
    stopped: bool = Field(index=True)


def fold_clock(subject: Subject) -> Folded:
    """The clock of a question; None of whatever else has one."""
    lines = clocks_of(subject.facts, {RULE})
    if not lines:
        return Folded(None)
    last = lines[-1]
    row = QuestionClock(
        cause=subject.id, generation=last.generation, due=last.due, area=last.area, stopped=last.stopped
    )
    return Folded(row)


QUESTION_CLOCK = View(
    name="referrals_question_clock",
    of="cause",
    row=QuestionClock,
    table=QuestionClockTable,
    fold=fold_clock,
    begun_by=(ClockStarted,),
)


class QuestionTold(Row):
    """Of which two it was said that a person is asked about them, and whether that was the last word."""

    one: str
    other: str
    generation: int
    waits: bool


class QuestionToldTable(ViewTable, table=True):
    """Rows of ``referrals_question_told``, by whether they wait."""

    __tablename__ = "referrals_question_told"
    waits: bool = Field(index=True)


def fold_told(subject: Subject) -> Folded:
    """What was said last of a question; None of whatever else is a cause."""
    said = [fact.said for fact in subject.facts.current(IdentityAsked) if fact.said.question == subject.id]
    last = max(said, key=lambda each: each.generation, default=None)
    if last is None:
        return Folded(None)
    one, other = last.mentions
    return Folded(QuestionTold(one=one, other=other, generation=last.generation, waits=last.waits))


QUESTION_TOLD = View(
    name="referrals_question_told",
    of="cause",
    row=QuestionTold,
    table=QuestionToldTable,
    fold=fold_told,
    begun_by=(IdentityAsked,),
)


async def watch_questions(runtime: Runtime) -> None:
    """Start and stop the clocks of questions for ever: whenever this process holds the lease."""
    await runtime.caught_up.wait()
    looked: dict[Pair, tuple[datetime, Asked]] = {}
    while True:
        try:
            epoch = await runtime.lease(LEASE, LEASE_SECONDS)
            if epoch is not None:
                kept = keep(runtime.lease, LEASE, LEASE_SECONDS, epoch)
                renewing = asyncio.create_task(kept, name="questions.renew")
                try:
                    await watch_once(runtime, looked)
                finally:
                    renewing.cancel()
                    await asyncio.gather(renewing, return_exceptions=True)
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            log.warning("questions.unwatched", reason=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def watch_once(runtime: Runtime, looked: dict[Pair, tuple[datetime, Asked]]) -> None:
    """Say which clocks start and stop, each once. ``looked``: what was found of each question, and when; it
    is brought up to date."""
    at = runtime.clock.now()
    waiting = await _waiting(runtime)
    await _tell(runtime, waiting, at)
    known = {pair: looked[pair] for pair in waiting if pair in looked and looked[pair][0] + AGAIN > at}
    looked.clear()
    looked |= known
    for pair, since in waiting.items():
        if pair not in looked:
            looked[pair] = (at, await asked_of(runtime, pair, since))
    table = QuestionClockTable.__table__  # type: ignore[attr-defined]
    rows = await runtime.rows(QUESTION_CLOCK, table.select().where(table.c.stopped.is_(False)))
    running = [
        Runs(row.cause, row.generation, row.due, row.area) for row in rows if isinstance(row, QuestionClock)
    ]
    stop, start = doubting.moves([each for _, each in looked.values()], running, at)
    await runtime.say([_stopped(each, at) for each in stop])
    numbers = {each: await _next(runtime, each.cause) for each in start}
    await runtime.say([_started(each, number, at) for each, number in numbers.items() if number])


async def _tell(runtime: Runtime, waiting: Collection[Pair], at: datetime) -> None:
    """Say of which two a person is asked now, and of which no more, for every page that shows either."""
    table = QuestionToldTable.__table__  # type: ignore[attr-defined]
    rows = await runtime.rows(QUESTION_TOLD, table.select().where(table.c.waits.is_(True)))
    told = {(row.one, row.other): row for row in rows if isinstance(row, QuestionTold)}
    over = [
        _said(runtime, pair, row.generation + 1, at, waits=False)
        for pair, row in told.items()
        if pair not in waiting
    ]
    new = []
    for pair in waiting:
        if pair not in told:
            before = await runtime.row(QUESTION_TOLD, runtime.ids.blind("question", " ".join(pair)))
            last = before if isinstance(before, QuestionTold) else None
            if last is None or not last.waits:  # else it was folded since it was asked who is told
                new.append(_said(runtime, pair, last.generation + 1 if last else 1, at, waits=True))
    await runtime.say([*over, *new])


def _said(runtime: Runtime, pair: Pair, generation: int, at: datetime, *, waits: bool) -> Saying:
    question = runtime.ids.blind("question", " ".join(pair))
    said = IdentityAsked(question=question, generation=generation, mentions=list(pair), waits=waits)
    return Saying(RULE, question, generation, said, occurred=at)


async def asked_of(runtime: Runtime, pair: Pair, since: datetime) -> Asked:
    """By when a question that is asked since then is to be decided, in which area (the newest that is known
    of the one, else of the other), and whether it was last said that it cannot be told."""
    due = doubting.due([await _risk(runtime, each) for each in pair], since, CALENDARS)
    areas = [area for each in pair for area in await areas_of(runtime, each)]
    about = decisions(await runtime.facts([f"m:{pair[0]}"]), pair)
    cannot_tell = bool(about) and about[-1].said.answer is IdentityAnswer.CANNOT_TELL
    cause = runtime.ids.blind("question", " ".join(pair))
    return Asked(due, cause, areas[0] if areas else None, cannot_tell)


async def _risk(runtime: Runtime, mention: str) -> Risk:
    """By the standing facts that name whoever a mention is today. A screening is no assessment."""
    said = [fact.said for fact in await facts_about(runtime, mention)]
    made = [each for each in said if isinstance(each, RiskAssessed)]
    graded = [each.graded for each in made if each.instrument is not Instrument.S_DASH]
    return Risk(
        referred=any(isinstance(each, ReferralMade) for each in said),
        grades=frozenset(each.grade if each else Grade.UNKNOWN for each in graded),
    )


async def _waiting(runtime: Runtime) -> dict[Pair, datetime]:
    one, other, since = (col(each) for each in (QuestionTable.one, QuestionTable.other, QuestionTable.since))
    async with runtime.store.reading() as connection:
        rows = (await connection.execute(select(one, other, since))).all()
    return {(row.one, row.other): instant(row.since) for row in rows}


async def _next(runtime: Runtime, cause: str) -> int | None:
    """The number of a question's next clock; None while its last one runs, which was not in its row when it
    was looked which run: a second beside it would leave the first running for good."""
    lines = clocks_of(await runtime.facts([f"o:{cause}"]), {RULE})
    if lines and not lines[-1].stopped:
        return None
    return lines[-1].generation + 1 if lines else 1


def _stopped(clock: Runs, at: datetime) -> Saying:
    said = ClockStopped(rule=RULE, cause=clock.cause, generation=clock.generation)
    return Saying(RULE, clock.cause, clock.generation, said, occurred=at)


def _started(asked: Asked, generation: int, at: datetime) -> Saying:
    routing = Routing(area=asked.area) if asked.area else None
    said = ClockStarted(rule=RULE, cause=asked.cause, generation=generation, due=asked.due, routing=routing)
    return Saying(RULE, asked.cause, generation, said, occurred=at)
