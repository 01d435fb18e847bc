"""What marac's routes and pages ask. Each answer is for one caller: ``rules/sharing.py`` comes first,
what the caller may not see is not there (404), and what is shown is recorded before it is given: a
``read_`` function records nothing, for what it gives is shown to nobody.
"""

from services.marac.conference.case_pages import case_page, read_case, read_cases, sheets
from services.marac.conference.line_source import source
from services.marac.conference.meetings import meetings
from services.marac.conference.queries import (
    agenda,
    all_visible,
    cases_of,
    meeting_of,
    read_agenda,
)
from services.marac.conference.turns import Turn, turns
from services.marac.shown import Agenda, CasePage, Meetings, SourcePage
from services.marac.shown_cohort import Cohort, PerpetratorPage
from services.marac.tasking.queries import cohort, perpetrator_page

__all__ = [
    "Agenda",
    "CasePage",
    "Cohort",
    "Meetings",
    "PerpetratorPage",
    "SourcePage",
    "Turn",
    "agenda",
    "all_visible",
    "case_page",
    "cases_of",
    "cohort",
    "meeting_of",
    "meetings",
    "perpetrator_page",
    "read_agenda",
    "read_case",
    "read_cases",
    "sheets",
    "source",
    "turns",
]
