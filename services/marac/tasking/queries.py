"""What the perpetrator-centred routes and pages ask. Sharing rules first; what is shown is recorded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, false, func, select, tuple_

from chassis import feeds
from chassis.http.auth import Caller
from chassis.http.paging import Paging
from chassis.http.problem import not_found
from chassis.reading import row_of
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined
from services.marac import casefile
from services.marac.conference.held import Held
from services.marac.rules import months, score, sharing
from services.marac.shown_cohort import Cohort, CohortLine, PerpetratorPage
from services.marac.tasking import rows
from services.marac.tasking.candidates import CANDIDATE, TaskingCandidate
from services.marac.tasking.heard import candidacy, left_without_answer
from services.marac.tasking.views import PERPETRATOR, SOURCE

MOST = 200

_PEOPLE: Table = rows.TaskingPerpetratorTable.__table__  # type: ignore[attr-defined]
_SOURCES: Table = rows.TaskingSourceTable.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the cohort: the row that may be shown; the facts behind it and whose letters the
    victims' are, which may not."""

    person: str
    row: rows.TaskingPerpetrator
    facts: tuple[str, ...]
    victims: tuple[str, ...]


async def cohort(runtime: Runtime, caller: Caller, page: Paging | None = None) -> Cohort:
    """The people of one page of the cohort, the highest score first; without a page, the first 200.

    Raises Problem (404).
    """
    if not sharing.may_see_cohort(caller.roles):
        raise not_found()
    fresh, mine = await runtime.fresh_until(), theirs(caller)
    after = (str(page.after[0]), str(page.after[1])) if page and page.after else None
    found = await _listed(runtime, mine, after, page.limit + 1 if page else MOST)
    here, further = page.cut(found, lambda each: (each.row.place, each.person)) if page else (found, None)
    total, scored, before = await _counts(runtime, mine, after)
    answer = Cohort(
        at=runtime.clock.now(),
        fresh_until=fresh,
        sources_silent=await _silent(runtime),
        model_version=score.MODEL,
        total=total,
        not_scored=total - scored,
        people=[_line(each, before + at) for at, each in enumerate(here, 1)],
        next=further,
    )
    facts = {fact for each in here for fact in each.facts}
    await runtime.shown(caller, "cohort", "cohort", answer.seen, facts)
    return answer


async def perpetrator_page(
    runtime: Runtime, caller: Caller, person: str, at: datetime | None = None
) -> PerpetratorPage:
    """One person of the cohort, as it is now or as it was known when the month of ``at`` began.

    Whoever may see it today may see how it was. Raises Problem (404); Refused (409) as ``Archive.as_of``.
    """
    at = months.begun(at) if at else None
    fresh = at or await runtime.fresh_until()
    found = await _listed(runtime, theirs(caller), None, 1, person)
    if not found:
        raise not_found()
    listed = found[0] if at is None else await _as_of(runtime, person, at)
    row, held = listed.row, Held(runtime, at)
    incomplete, now = await runtime.incomplete([f"p:{person}"]), runtime.clock.now()
    left, told = await left_without_answer(held, person, listed.victims, at or now)
    page = PerpetratorPage(
        **row.model_dump(include=set(PerpetratorPage.model_fields)),
        at=now,
        fresh_until=fresh,
        known_at=at,
        sources_silent=await _silent(runtime, at),
        broken=at is None and await runtime.broken("p", person) is not None,
        incomplete=incomplete.records,
        whose_unknown=incomplete.whose_unknown,
        person=person,
        without_answer=left,
        name=next(iter(row.names), None),
        candidacy=await candidacy(
            runtime, caller, person, listed.victims, await held.one(CANDIDATE, TaskingCandidate, person), at
        ),
    )
    await runtime.shown(caller, PERPETRATOR.name, person, page.seen, {*listed.facts, *told})
    return page


async def _as_of(runtime: Runtime, person: str, at: datetime) -> Listed:
    """Somebody as they were known at a time. Raises Problem (404), where nobody was known to harm."""
    held = Held(runtime, at)
    row = await held.one(PERPETRATOR, rows.TaskingPerpetrator, person)
    source = await held.one(SOURCE, rows.TaskingSource, person)
    if row is None or source is None:
        raise not_found()
    return _of_source(person, row, source)


async def _silent(runtime: Runtime, at: datetime | None = None) -> bool:
    """Whether some source of the whole deployment is silent. Which, or whose, would tell where she is."""
    agencies = casefile.agencies_of(await runtime.configuration(AgencyDefined, at=at))
    return bool(await feeds.silent(runtime, agencies, at))


def theirs(caller: Caller) -> ColumnElement[bool]:
    """Those whom the caller may see: of an agency that is no police, nobody."""
    force = sharing.cohort_of(caller.roles, caller.agency)
    return false() if force is None else _SOURCES.c.forces.contains(f"|{force}|", autoescape=True)


async def _listed(
    runtime: Runtime,
    theirs: ColumnElement[bool],
    after: tuple[str, str] | None,
    limit: int,
    person: str | None = None,
) -> list[Listed]:
    """People with their rows and the facts behind, from one statement, in the cohort's order."""
    one, two = _PEOPLE.c, _SOURCES.c
    statement = (
        select(one.subject, one.hash, one.body, two.hash, two.body)
        .join(_SOURCES, two.subject == one.subject)
        .where(theirs)
        .order_by(one.place, one.subject)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(one.place, one.subject) > tuple_(*after))
    if person is not None:
        statement = statement.where(one.subject == person)
    async with runtime.store.reading() as connection:
        read = (await connection.execute(statement)).all()
    return [
        _of_source(subject, row_of(rows.TaskingPerpetrator, *row), row_of(rows.TaskingSource, *source))
        for subject, row, source in ((each[0], each[1:3], each[3:]) for each in read)
    ]


def _of_source(person: str, row: rows.TaskingPerpetrator, source: rows.TaskingSource) -> Listed:
    return Listed(person, row, tuple(source.facts), tuple(each.person for each in source.victims))


async def _counts(
    runtime: Runtime, theirs: ColumnElement[bool], after: tuple[str, str] | None
) -> tuple[int, int, int]:
    """How many people there are for the caller, how many are scored, and how many come before this page."""
    place = tuple_(_PEOPLE.c.place, _PEOPLE.c.subject)
    before = place <= tuple_(*after) if after else false()
    counts = select(
        func.count(), func.count().filter(_PEOPLE.c.scored), func.count().filter(before)
    ).select_from(_PEOPLE.join(_SOURCES, _SOURCES.c.subject == _PEOPLE.c.subject))
    async with runtime.store.reading() as connection:
        total, scored, passed = (await connection.execute(counts.where(theirs))).one()
    return total, scored, passed


def _line(listed: Listed, rank: int) -> CohortLine:
    row = listed.row
    return CohortLine(
        person=listed.person,
        rank=rank if row.scored else None,
        name=next(iter(row.names), None),
        points={part.part: part.points for part in row.parts},
        score=row.score,
        not_scored=row.not_scored,
        occurrences=row.occurrences,
        records=row.records,
        victims=len(row.victims),
        mappa=row.mappa,
        managed_by=row.managed_by,
    )
