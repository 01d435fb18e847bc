"""What stands above each page of a case that is not its own page: that its rows are not all that was said."""

from collections.abc import Sequence

from chassis.archive import Archive
from chassis.pages.frame import Bar
from chassis.runtime import Runtime
from services.marac.conference import rows
from services.marac.conference.held import Held
from services.marac.conference.known import subjects_of
from services.marac.conference.views import CASE
from services.marac.pages import PAGES


async def of_case(runtime: Runtime, case: str) -> Sequence[Bar]:
    """The bars of a page of a case that its reader may see: records about it could not be read, or a row of
    it is its last good one. An address that stands there may be the one that was taken back."""
    return await PAGES.unsound(runtime, *await subjects(runtime, case))


async def subjects(archive: Archive, case: str) -> list[str]:
    """What a case is made of now."""
    row = await Held(archive).one(CASE, rows.ConferenceCase, case)
    return sorted(subjects_of(row)) if row else [f"k:{case}"]
