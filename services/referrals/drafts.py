"""Drafts of the referral page: kept until they are sent or run out, and nobody's fact before.

A draft is of one person in one agency. It is sealed with the deployment's secret, is on no topic, and a
restore does not bring it back. What is written on one page is written on what its writer saw there: of two
windows the second is told.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import BigInteger
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import Field, SQLModel

from chassis.http.auth import Caller
from chassis.http.sealed import Seal
from chassis.runtime import Runtime
from chassis.store import prepared
from chassis.store.tables import instant, micros
from services.referrals.rules.drafting import KEPT

LOOK_SECONDS = 600.0
"""How often it is looked for drafts that have run out."""
MOST = 20
"""Drafts of one person: the oldest are not listed beyond that."""

log = structlog.get_logger()


class DraftTable(SQLModel, table=True):
    """A draft, sealed; ``touched``: when it was written last, of each writing another time."""

    __tablename__ = "referrals_draft"

    person: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    agency: str
    touched: int = Field(sa_type=BigInteger, index=True)
    body: str


@dataclass(frozen=True, slots=True)
class Page:
    """What was sent of one page: ``n`` times, what was sent last."""

    n: int
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its writer finds it."""

    id: str
    touched: datetime
    pages: Mapping[str, Page] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, Mapping[str, str]]:
        """What was said, by page."""
        return {name: page.said for name, page in self.pages.items()}

    @property
    def seen(self) -> int:
        """By which it is known whether anything was written since somebody looked."""
        return sum(page.n for page in self.pages.values())


async def begin(runtime: Runtime, caller: Caller, draft: str) -> None:
    """Begin a draft of this id; one that the caller has already stays as it is."""
    row = _row(runtime, caller, Draft(draft, runtime.clock.now()))

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(runtime.store.insert(DraftTable).on_conflict_do_nothing(), row)

    await runtime.store.write(work, durable=True)


async def mine(runtime: Runtime, caller: Caller) -> list[Draft]:
    """The caller's drafts, the newest first."""
    statement = prepared(
        "select id, touched, body from referrals_draft where person = :person and agency = :agency"
        " order by touched desc limit :most"
    )
    async with runtime.store.reading() as connection:
        whose = {"person": caller.id, "agency": caller.agency, "most": MOST}
        rows = (await connection.execute(statement, whose)).all()
    return [draft for row in rows if not _ended(runtime, draft := _draft(runtime, row))]


async def read(runtime: Runtime, caller: Caller, draft: str) -> Draft | None:
    """A draft of the caller's; None where there is none, or none any more."""
    async with runtime.store.reading() as connection:
        return await _read(runtime, connection, caller, draft)


async def save(
    runtime: Runtime, caller: Caller, draft: str, page: str, seen: int, said: Mapping[str, str]
) -> Draft | Page | None:
    """Keep what is said on a page, on the disk: the draft as it is then. What was written there since this
    ``seen``, where it is another: nothing is kept. None where there is no such draft any more."""

    async def work(connection: AsyncConnection) -> Draft | Page | None:
        found = await _read(runtime, connection, caller, draft, runtime.store.for_update)
        if found is None:
            return None
        before = found.pages.get(page, Page(0, {}))
        if before.n and before.said == said:
            return found
        if before.n != seen:
            return before
        touched = max(runtime.clock.now(), found.touched + timedelta(microseconds=1))
        kept = Draft(draft, touched, {**found.pages, page: Page(seen + 1, said)})
        row = _row(runtime, caller, kept)
        change = prepared(
            "update referrals_draft set touched = :touched, body = :body where person = :person and id = :id"
        )
        await connection.execute(change, {name: row[name] for name in ("touched", "body", "person", "id")})
        return kept

    return await runtime.store.write(work, durable=True)


async def discard(runtime: Runtime, caller: Caller, draft: Draft) -> None:
    """Delete a draft of the caller's as it was read: one that was written on since stays."""
    statement = prepared(
        "delete from referrals_draft where person = :person and id = :id and touched = :touched"
    )

    async def work(connection: AsyncConnection) -> None:
        touched = micros(draft.touched)
        await connection.execute(statement, {"person": caller.id, "id": draft.id, "touched": touched})

    await runtime.store.write(work)


async def forget_old(runtime: Runtime) -> None:
    """Delete drafts that have run out, for ever. Any number of processes may."""
    while True:
        try:
            await forget_once(runtime)
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not end here
            log.warning("drafts.kept", reason=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def forget_once(runtime: Runtime) -> None:
    """Delete what nobody has written on for as long as a draft is kept."""
    before = {"before": micros(runtime.clock.now() - KEPT)}

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(prepared("delete from referrals_draft where touched <= :before"), before)

    await runtime.store.write(work)


async def _read(
    runtime: Runtime, connection: AsyncConnection, caller: Caller, draft: str, lock: str = ""
) -> Draft | None:
    select = "select id, touched, body from referrals_draft where person = :person and id = :id"
    statement = prepared(f"{select} and agency = :agency {lock}")
    whose = {"person": caller.id, "id": draft, "agency": caller.agency}
    row = (await connection.execute(statement, whose)).first()
    found = None if row is None else _draft(runtime, row)
    return None if found is None or _ended(runtime, found) else found


def _ended(runtime: Runtime, draft: Draft) -> bool:
    return draft.touched + KEPT <= runtime.clock.now()


def _draft(runtime: Runtime, row: Any) -> Draft:
    pages = {name: Page(n, said) for name, (n, said) in _seal(runtime).open(row.body).items()}
    return Draft(row.id, instant(row.touched), pages)


def _row(runtime: Runtime, caller: Caller, draft: Draft) -> dict[str, Any]:
    pages = {name: [page.n, dict(page.said)] for name, page in draft.pages.items()}
    return {
        "person": caller.id,
        "id": draft.id,
        "agency": caller.agency,
        "touched": micros(draft.touched),
        "body": _seal(runtime).close(pages),
    }


def _seal(runtime: Runtime) -> Seal:
    return Seal(runtime.settings.secret.get_secret_value(), "draft")
