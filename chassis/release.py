"""Two releases on one store: the newer one's folds hold, and the older one's process takes no more marks.

Whoever wrote a row last must have folded by the newest version. So a folder asks which that is when
it takes marks, and again when it has its locks: a version that is set later finds those locked, and
its mark *everything* comes back to them.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import ledger
from chassis.store import Store, prepared

NEWEST = "coalesce((select version from fold_version), 0)"
"""The newest version, in a statement."""


class Outdated(RuntimeError):
    """A newer release folds on this store."""


async def adopt(store: Store, version: int) -> None:
    """Let the folds of this version hold, if no newer ones do: everything is marked."""
    statement = prepared(
        """insert into fold_version (id, version) values (1, :version)
           on conflict (id) do update set version = excluded.version
           where fold_version.version < excluded.version returning version"""
    )

    async def work(connection: AsyncConnection) -> None:
        if (await connection.execute(statement, {"version": version})).first() is not None:
            await ledger.mark_everything(store, connection)

    await store.write(work)


async def roll_back(store: Store, version: int) -> None:
    """Let the folds of an older release hold again: its processes fold everything anew.

    The newer release's processes are stopped: started again, they would take over again.
    """
    statement = prepared(
        """insert into fold_version (id, version) values (1, :version)
           on conflict (id) do update set version = excluded.version"""
    )

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(statement, {"version": version})
        await ledger.mark_everything(store, connection)

    await store.write(work)


async def newest(connection: AsyncConnection) -> int:
    """The newest version that has worked on this store; 0 where none has."""
    return int((await connection.execute(prepared(f"select {NEWEST}"))).scalar_one())
