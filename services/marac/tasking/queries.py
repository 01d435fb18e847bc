"""What the perpetrator-centred routes and pages ask. Sharing rules first; what is shown is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from services.marac import shown
from services.marac.rules import score, sharing
from services.marac.tasking import rows
from services.marac.tasking.rows import TaskingPerpetratorTable, TaskingSourceTable
from services.marac.tasking.views import PERPETRATOR


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the cohort: the row that may be shown, and the facts behind it, which may not."""

    person: str
    row: rows.TaskingPerpetrator
    facts: tuple[str, ...]


async def cohort(
    runtime: Runtime, caller: Caller, after: tuple[str, str] | None = None, limit: int = 50
) -> tuple[shown.Cohort, list[tuple[str, str]]]:
    """A page of the cohort with the sort keys of each line: the people after those keys, at most so
    many and one more, by which the caller knows that there are more. Raises Problem (404)."""
    if not sharing.may_see_cohort(caller.roles):
        raise not_found()
    found = await _listed(runtime, after, limit + 1)
    total, scored, before = await _counts(runtime, after)
    lines = [_line(each, before + at + 1) for at, each in enumerate(found)]
    page = shown.Cohort(
        at=runtime.clock.now(),
        model_version=score.MODEL,
        total=total,
        not_scored=total - scored,
        people=lines,
    )
    facts = {fact for each in found for fact in each.facts}
    content = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, "cohort", "cohort", content, facts)
    return page, [(each.row.place, each.person) for each in found]


async def perpetrator_page(runtime: Runtime, caller: Caller, person: str) -> shown.PerpetratorPage:
    """One person of the cohort. Raises Problem (404)."""
    found = await _listed(runtime, None, 1, person) if sharing.may_see_cohort(caller.roles) else []
    if not found:
        raise not_found()
    row = found[0].row
    page = shown.PerpetratorPage(
        **row.model_dump(include=set(shown.PerpetratorPage.model_fields)),
        at=runtime.clock.now(),
        broken_since=await runtime.broken("p", person),
        person=person,
        name=next(iter(row.names), None),
    )
    content = page.model_dump_json(exclude={"at"}).encode()
    await runtime.shown(caller, PERPETRATOR.name, person, content, found[0].facts)
    return page


async def _listed(
    runtime: Runtime, after: tuple[str, str] | None, limit: int, person: str | None = None
) -> list[Listed]:
    """People with their rows and the facts behind, from one statement, in the cohort's order."""
    one, two = TaskingPerpetratorTable, TaskingSourceTable
    statement = (
        select(one.subject, one.body, two.body.label("facts"))  # type: ignore[attr-defined]
        .join(two, two.subject == one.subject)  # type: ignore[arg-type]
        .order_by(one.place, one.subject)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(one.place, one.subject) > tuple_(*after))  # type: ignore[arg-type]
    if person is not None:
        statement = statement.where(one.subject == person)  # type: ignore[arg-type]
    async with runtime.store.reading() as connection:
        read: Sequence[tuple[str, str, str]] = (await connection.execute(statement)).tuples().all()
    return [
        Listed(
            person=subject,
            row=rows.TaskingPerpetrator.model_validate_json(body),
            facts=tuple(rows.TaskingSource.model_validate_json(facts).facts),
        )
        for subject, body, facts in read
    ]


async def _counts(runtime: Runtime, after: tuple[str, str] | None) -> tuple[int, int, int]:
    """How many people there are, how many are scored, and how many come before this page."""
    table = TaskingPerpetratorTable
    before = tuple_(table.place, table.subject) <= tuple_(*after) if after else None  # type: ignore[arg-type]
    async with runtime.store.reading() as connection:
        total = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        scored = select(func.count()).select_from(table).where(table.scored)  # type: ignore[arg-type]
        count = (await connection.execute(scored)).scalar_one()
        if before is None:
            return total, count, 0
        passed = select(func.count()).select_from(table).where(before)
        return total, count, (await connection.execute(passed)).scalar_one()


def _line(listed: Listed, rank: int) -> shown.CohortLine:
    row = listed.row
    return shown.CohortLine(
        person=listed.person,
        rank=rank if row.scored else None,
        name=next(iter(row.names), None),
        points={part.part: part.points for part in row.parts},
        score=row.score,
        not_scored=row.not_scored,
        occurrences=row.occurrences,
        records=row.records,
        victims=len(row.victims),
        managed_by=row.managed_by,
    )
