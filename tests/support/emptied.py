"""Stores that a deployment left, emptied for the next."""

from aiokafka.admin import AIOKafkaAdminClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.waiting import until


async def without_topics(address: str) -> None:
    """Delete every topic, and wait until they are gone: they are made anew by the same names."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:

        async def there() -> list[str]:
            return [each for each in await admin.list_topics() if not each.startswith("__")]

        async def gone() -> bool:
            return not await there()

        if topics := await there():
            await admin.delete_topics(topics)
            await until(gone)
    finally:
        await admin.close()


async def without_databases(url: str) -> None:
    """Drop every database but PostgreSQL's own, whoever is connected, and every role that signs in."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            ours = "select datname from pg_database where not datistemplate and datname <> 'postgres'"
            for (name,) in (await connection.execute(text(ours))).all():
                await connection.execute(text(f'drop database "{name}" with (force)'))
            roles = "select rolname from pg_roles where rolcanlogin and not rolsuper"
            for (name,) in (await connection.execute(text(roles))).all():
                await connection.execute(text(f'drop role "{name}"'))
    finally:
        await engine.dispose()


async def without_clock(url: str, schema: str) -> None:
    """What a service's clock was set to is kept in its store: forget it, so that it begins as it is told."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f'delete from "{schema}".clock'))
    finally:
        await engine.dispose()
