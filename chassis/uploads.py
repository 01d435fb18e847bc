"""Uploads that go on where they were cut: how far each has come, and what became of each of its lines.

Nothing that was sent is kept, beside a table's header: an upload stands between two lines, and what was sent
of the next is sent again. What became of the lines moves on with the place, in one transaction; a line that
was taken and not yet told of is taken again, which repeats nothing, by its idempotency key. Uploads are no
facts: they are kept for a month, and a store that is restored from the log has none.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Store, prepared
from chassis.store.tables import instant, micros

KEPT = timedelta(days=30)
"""How long what became of an upload can be read."""


@dataclass(frozen=True, slots=True)
class Upload:
    """How far an upload has come: ``at`` is a byte of its file. ``header`` is a table's, once it is read."""

    id: str
    caller: str
    format: str
    size: int
    at: int
    lines: int
    taken: int
    refused: int
    header: str
    began: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one line: its result as it is told."""

    line: int
    taken: bool
    result: str


_COLUMNS = "id, caller, format, size, at, lines, taken, refused, header, began"
_BEGIN = prepared(
    f"""insert into upload ({_COLUMNS}) values (:id, :caller, :format, :size, 0, 0, 0, 0, '', :began)
        on conflict (id) do nothing"""
)
_FIND = prepared(f"select {_COLUMNS} from upload where id = :id and caller = :caller")
_MOVE = prepared(
    """update upload set at = :at, lines = :lines, taken = :taken, refused = :refused, header = :header
       where id = :id and at = :from"""
)
_TOLD = prepared(
    "select result from upload_line where upload = :upload and line > :after order by line limit :most"
)
_FORGET = (
    prepared("delete from upload_line where upload in (select id from upload where began < :before)"),
    prepared("delete from upload where began < :before"),
)


async def begin(store: Store, id_: str, caller: str, format_: str, size: int) -> Upload:
    """A new upload; the one that is there, where it was begun already. What is old is forgotten."""

    async def work(connection: AsyncConnection) -> None:
        now = await store.now(connection)
        for forget in _FORGET:
            await connection.execute(forget, {"before": micros(now - KEPT)})
        said = {"id": id_, "caller": caller, "format": format_, "size": size, "began": micros(now)}
        await connection.execute(_BEGIN, said)

    await store.write(work)
    found = await find(store, id_, caller)
    assert found is not None
    return found


async def find(store: Store, id_: str, caller: str) -> Upload | None:
    """An upload of this caller's."""
    async with store.reading() as connection:
        row = (await connection.execute(_FIND, {"id": id_, "caller": caller})).mappings().first()
    return Upload(**{**row, "began": instant(row["began"])}) if row is not None else None


async def move(
    store: Store, upload: Upload, to: int, lines: int, header: str, told: Sequence[Told]
) -> Upload | None:
    """The upload put on to a byte, with what became of the lines before it; None where it is elsewhere by
    now: another request has sent the same."""
    taken = sum(each.taken for each in told)
    moved = replace(
        upload,
        at=to,
        lines=lines,
        header=header,
        taken=upload.taken + taken,
        refused=upload.refused + len(told) - taken,
    )

    async def work(connection: AsyncConnection) -> Upload | None:
        if (await connection.execute(_MOVE, asdict(moved) | {"from": upload.at})).rowcount != 1:
            return None
        rows = store.rows_of("rows", (("line", "bigint"), ("result", "text")))
        tell = f"insert into upload_line (upload, line, result) select :upload, line, result from {rows}"
        lines = orjson.dumps([{"line": each.line, "result": each.result} for each in told]).decode()
        await connection.execute(prepared(tell), {"upload": upload.id, "rows": lines})
        return moved

    return await store.write(work)


async def told(store: Store, upload: Upload, after: int, most: int) -> list[str]:
    """What became of its lines, from the first after this one."""
    async with store.reading() as connection:
        asked = {"upload": upload.id, "after": after, "most": most}
        return list((await connection.execute(_TOLD, asked)).scalars())
