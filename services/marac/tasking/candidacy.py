"""Who is put forward to a MATAC, and what it decides: for the coordinators of the force that told of them.
Each look is on record."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Select, Table, select, tuple_

from chassis.accept import Refused, Taken, own_header
from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.http.problem import not_found
from chassis.reading import row_of
from chassis.runtime import Runtime
from contracts.events.tasking import CandidateDecided
from contracts.sections import Name, Narrative
from contracts.vocabulary import CandidateDecision, NotTakenUp
from services.marac.conference.held import Held
from services.marac.rules import sharing
from services.marac.shown import Page, Shown
from services.marac.shown_candidate import Candidacy
from services.marac.tasking import rows
from services.marac.tasking.candidates import CANDIDATE, Decision, TaskingCandidate, TaskingCandidateTable
from services.marac.tasking.heard import candidacy, left_without_answer
from services.marac.tasking.queries import theirs

_CANDIDATES: Table = TaskingCandidateTable.__table__  # type: ignore[attr-defined]
_PEOPLE: Table = rows.TaskingPerpetratorTable.__table__  # type: ignore[attr-defined]
_SOURCES: Table = rows.TaskingSourceTable.__table__  # type: ignore[attr-defined]


class CandidateLine(Shown):
    """Somebody who was put forward because they harm a repeat victim, by letter. ``since``: the month since
    which a decision is waited for; null: none is."""

    person: str
    name: Name | None
    score: float | None
    victims: tuple[str, ...]
    since: str | None
    due: datetime | None
    late: bool
    decision: Decision | None


class Candidates(Page):
    """One page of the candidates: whoever waits for a decision first, the longest before others."""

    people: list[CandidateLine]
    next: str | None = Field(default=None, description="the cursor of the next page; null at the end")


class CandidatePage(Page):
    """Somebody of the cohort: whether they were put forward, what was decided, how far a MARAC has come."""

    person: str
    name: Name | None
    candidacy: Candidacy
    without_answer: int = Field(default=0, description="breaches without an answer in 24 hours, from 3 on")


async def candidates(runtime: Runtime, caller: Caller, page: Paging) -> Candidates:
    """The candidates of the caller's force."""
    fresh, at = await runtime.fresh_until(), runtime.clock.now()
    after = (str(page.after[0]), str(page.after[1])) if page.after else None
    place = (_CANDIDATES.c.place, _CANDIDATES.c.subject)
    statement = _ANYBODY.where(_CANDIDATES.c.listed, theirs(caller)).order_by(*place).limit(page.limit + 1)
    found = await _read(runtime, statement.where(tuple_(*place) > tuple_(*after)) if after else statement)
    here, further = page.cut(found, lambda each: (each[1].place if each[1] else "", each[0]))
    answer = Candidates(
        at=at,
        fresh_until=fresh,
        people=[_line(person, row, known, at) for person, row, known, _ in here if row],
        next=further,
    )
    facts = {fact for *_, source in here for fact in source.facts}
    await runtime.shown(caller, CANDIDATE.name, caller.id, answer.seen, facts)
    return answer


async def candidate(runtime: Runtime, caller: Caller, person: str) -> CandidatePage:
    """One of them. Raises Problem (404)."""
    fresh, at = await runtime.fresh_until(), runtime.clock.now()
    _, row, known, source = await _one(runtime, caller, person)
    victims = {each.person for each in source.victims}
    left, told = await left_without_answer(Held(runtime), person, victims, at)
    answer = CandidatePage(
        at=at,
        fresh_until=fresh,
        person=person,
        name=next(iter(known.names), None),
        candidacy=await candidacy(runtime, caller, person, victims, row),
        without_answer=left,
    )
    await runtime.shown(caller, CANDIDATE.name, person, answer.seen, {*source.facts, *told})
    return answer


async def decide(
    runtime: Runtime,
    caller: Caller,
    person: str,
    decision: CandidateDecision,
    reason: NotTakenUp | None,
    words: str | None,
    key: str | None,
) -> Taken:
    """Record what a MATAC decided. Raises Problem (404); Refused (422) without a reason for not taking
    somebody up, or with one for taking them up."""
    source = (await _one(runtime, caller, person))[3]
    if (decision is CandidateDecision.NOT_TAKEN_UP) != (reason is not None):
        raise Refused("reason-missing" if reason is None else "reason-not-asked", "body.reason")
    said = CandidateDecided(
        offender=source.mention,
        decision=decision,
        reason=reason,
        words=Narrative(text=words) if words else None,
    )
    header = own_header(runtime.clock.now())
    right = sharing.DECIDE_CANDIDATE
    taken = await runtime.take(header, said, caller=caller, right=right, idempotency_key=key)
    await runtime.folded(said.keys(taken.root))
    return taken


Read = tuple[str, TaskingCandidate | None, rows.TaskingPerpetrator, rows.TaskingSource]
"""A person, their row as candidate, as perpetrator, and what stands behind that."""


async def _one(runtime: Runtime, caller: Caller, person: str) -> Read:
    """Anybody of the cohort: a MATAC may take up whom no rule put forward. Raises Problem (404)."""
    found = await _read(runtime, _ANYBODY.where(theirs(caller), _PEOPLE.c.subject == person))
    if not found:
        raise not_found()
    return found[0]


_ANYBODY = (
    select(
        *(_PEOPLE.c.subject, _CANDIDATES.c.hash, _CANDIDATES.c.body),
        *(_PEOPLE.c.hash, _PEOPLE.c.body, _SOURCES.c.hash, _SOURCES.c.body),
    )
    .join(_SOURCES, _SOURCES.c.subject == _PEOPLE.c.subject)
    .join(_CANDIDATES, _CANDIDATES.c.subject == _PEOPLE.c.subject, isouter=True)
)


async def _read(runtime: Runtime, statement: Select[Any]) -> list[Read]:
    async with runtime.store.reading() as connection:
        read = (await connection.execute(statement)).all()
    return [
        (
            each[0],
            row_of(TaskingCandidate, *each[1:3]) if each[1] else None,
            row_of(rows.TaskingPerpetrator, *each[3:5]),
            row_of(rows.TaskingSource, *each[5:]),
        )
        for each in read
    ]


def _line(person: str, row: TaskingCandidate, known: rows.TaskingPerpetrator, at: datetime) -> CandidateLine:
    return CandidateLine(
        person=person,
        name=next(iter(known.names), None),
        score=known.score,
        victims=row.victims,
        since=row.since,
        due=row.due,
        late=row.due is not None and row.due < at,
        decision=row.decision,
    )
