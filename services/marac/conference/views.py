"""The views of the victim-centred side: people (level 0), cases, meetings and alerts (level 1)."""

from chassis.views import View
from services.marac.conference import rows
from services.marac.conference.case import fold_case
from services.marac.conference.meeting import fold_alert, fold_meeting
from services.marac.conference.person import fold_person

PERSON = View(
    "conference_person",
    of="person",
    row=rows.ConferencePerson,
    table=rows.ConferencePersonTable,
    fold=fold_person,
)
CASE = View(
    "conference_case",
    of="case",
    row=rows.ConferenceCase,
    table=rows.ConferenceCaseTable,
    fold=fold_case,
)
MEETING = View(
    "conference_meeting",
    of="cause",
    row=rows.ConferenceMeeting,
    table=rows.ConferenceMeetingTable,
    fold=fold_meeting,
)
ALERT = View(
    "conference_alert",
    of="cause",
    row=rows.ConferenceAlert,
    table=rows.ConferenceAlertTable,
    fold=fold_alert,
)
