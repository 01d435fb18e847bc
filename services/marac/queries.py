"""What marac's routes and pages ask. Each answer is for one caller: ``rules/sharing.py`` comes first,
what the caller may not see is not there (404), and what is shown is recorded before it is given.
"""

from datetime import datetime

from chassis.http.auth import Caller
from chassis.runtime import Runtime
from services.marac.shown import Agenda, CasePage, Cohort, Meetings, PerpetratorPage, SourcePage


async def meetings(runtime: Runtime, caller: Caller) -> Meetings:
    """The meetings of the caller's areas."""
    raise NotImplementedError


async def agenda(runtime: Runtime, caller: Caller, meeting: str) -> Agenda:
    """The agenda of a meeting. Raises Problem (404)."""
    raise NotImplementedError


async def case_page(runtime: Runtime, caller: Caller, case: str, at: datetime | None = None) -> CasePage:
    """A case, as it is now or as it was known at a time. Raises Problem (404), Refused (409)."""
    raise NotImplementedError


async def source(runtime: Runtime, caller: Caller, case: str, root: str) -> SourcePage:
    """All versions of one fact of a case. Raises Problem (404)."""
    raise NotImplementedError


async def cases_of(runtime: Runtime, caller: Caller, cause: str) -> list[str]:
    """The cases that a breach belongs to, for whoever was called about it. Empty: none to be seen."""
    raise NotImplementedError


async def cohort(
    runtime: Runtime, caller: Caller, after: tuple[str, str] | None = None, limit: int = 50
) -> Cohort:
    """A page of the cohort, and one line more if there are more: see ``chassis.http.paging``."""
    raise NotImplementedError


async def perpetrator_page(runtime: Runtime, caller: Caller, person: str) -> PerpetratorPage:
    """One person of the cohort. Raises Problem (404)."""
    raise NotImplementedError
