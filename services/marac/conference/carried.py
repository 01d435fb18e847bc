"""The meetings that an action of a MARAC may have come before, by which it is told to be carried."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from chassis.archive import Archive
from contracts.events.configuration import AreaDefined
from services.marac.conference import rows
from services.marac.rules import areas as placing


@dataclass(frozen=True, slots=True)
class Sittings:
    """The meetings of a MARAC that an action may have come before: when each began, and all of them, the
    first first. Emergencies hear one case, and open nobody else's."""

    of: dict[str, datetime] = field(default_factory=dict)
    starts: list[datetime] = field(default_factory=list)

    def after(self, agreed: datetime, meeting: str | None) -> list[datetime]:
        """Those that began after an action was agreed, but for the one that agreed it."""
        found = self.starts[bisect_right(self.starts, agreed) :]
        own = self.of.get(meeting or "")
        if own is not None and own > agreed:
            found.remove(own)
        return found


NONE_SAT = Sittings()


async def sittings_since(
    archive: Archive, areas: Mapping[str, AreaDefined], since: datetime
) -> dict[str | None, Sittings]:
    """Of each MARAC its meetings from a time on, by the columns of an index: no meeting is read."""
    table = rows.ConferenceMeetingTable
    starts = col(table.starts)
    wanted = select(col(table.subject), col(table.area), starts).where(
        starts > since, ~col(table.withdrawn), ~col(table.emergency)
    )
    found: dict[str | None, Sittings] = {}
    async with archive.store.reading() as connection:
        for meeting, area, began in await connection.execute(wanted.order_by(starts)):
            of = found.setdefault(placing.marac_of(areas, area), Sittings())
            of.of[meeting] = began
            of.starts.append(began)
    return found
