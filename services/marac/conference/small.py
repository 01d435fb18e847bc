"""Cases by their small rows: who they are about and who may see them, and no more."""

from collections.abc import Collection

from chassis.archive import Archive
from services.marac.conference import rows
from services.marac.conference.counted import COUNTED
from services.marac.conference.counted_rows import CountedCase
from services.marac.conference.held import Held


async def small(archive: Archive, cases: Collection[str]) -> dict[str, rows.ConferenceCase]:
    """These cases by id, without what happened, what protects and what was said: a tenth of the bytes."""
    found = await Held(archive).many(COUNTED, CountedCase, cases, "case")
    return {case: row.slim for case, row in found.items()}
