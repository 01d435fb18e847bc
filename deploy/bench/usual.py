"""What P2 stands beside: the same view by FastStream and SQLModel as most would write it.

One message at a time, each in a transaction of its own: an inbox tells a repeat, the facts of each person
are read, folded by the same fold, and the row is merged. ``python -m deploy.bench.usual <count>`` prints
the messages a second, as JSON.
"""

import asyncio
import json
import sys
import time

import uvloop
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.clock import Clock
from chassis.facts import Fact, FactSet, read_fact
from chassis.rows import new_row
from chassis.settings import load
from chassis.views import Subject
from contracts.content import Content
from deploy.bench.folding import TOPIC
from services.orders.views import ORDERS_PERSON


class Inbox(SQLModel, table=True):
    """The messages that were handled."""

    __tablename__ = "usual_inbox"
    id: str = Field(primary_key=True)


class Filed(SQLModel, table=True):
    """What is said of somebody."""

    __tablename__ = "usual_filed"
    mention: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    body: str


async def handle(engine: AsyncEngine, body: bytes) -> None:
    """One message: file it, and make the rows of its people anew."""
    fact = read_fact(body)
    async with AsyncSession(engine) as session:
        if await session.get(Inbox, fact.id) is not None:
            return
        session.add(Inbox(id=fact.id))
        for mention in sorted(fact.mentions):
            session.add(Filed(mention=mention, id=fact.id, body=body.decode()))
            await session.flush()
            found = await session.exec(select(Filed.body).where(col(Filed.mention) == mention))
            row = _folded(mention, [read_fact(each.encode()) for each in found])
            if row is not None:
                await session.merge(row)
        await session.commit()


def _folded(mention: str, facts: list[Fact[Content]]) -> SQLModel | None:
    homes = {each: each for fact in facts for each in fact.mentions}
    subject = Subject(mention, FactSet(facts), FactSet(), Clock().now(), {}, homes)
    columns = new_row(ORDERS_PERSON, mention, ORDERS_PERSON.fold(subject).row).columns
    return None if columns is None else ORDERS_PERSON.table(**columns)


async def measured(count: int) -> float:
    """The messages a second, of so many."""
    settings = load()
    engine = create_async_engine(settings.store_url)
    async with engine.begin() as connection:
        names = (Inbox.__tablename__, Filed.__tablename__, ORDERS_PERSON.table.__tablename__)
        tables = [SQLModel.metadata.tables[str(name)] for name in names]
        await connection.run_sync(lambda sync: SQLModel.metadata.create_all(sync, tables))
    broker = KafkaBroker(settings.log_url.removeprefix("kafka://"))
    began, done, over = 0.0, 0, asyncio.Event()

    @broker.subscriber(TOPIC, group_id="usual", auto_offset_reset="earliest", ack_policy=AckPolicy.ACK)
    async def take(body: bytes) -> None:
        nonlocal began, done
        began = began or time.perf_counter()
        await handle(engine, body)
        done += 1
        if done == count:
            over.set()

    await broker.start()
    await over.wait()
    spent = time.perf_counter() - began
    await broker.stop()
    await engine.dispose()
    return count / spent


if __name__ == "__main__":
    print(json.dumps({"rate": uvloop.run(measured(int(sys.argv[1])))}))
