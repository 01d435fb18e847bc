"""The views of the victim-centred side: people (level 0), cases, meetings and alerts (level 1)."""

from collections.abc import Iterable
from datetime import datetime

from chassis.once import once
from chassis.views import Folded, Row, Saying, Subject, View
from contracts.events.alerts import AlertRaised
from contracts.events.clocks import ClockStarted
from contracts.events.conference import MeetingCalled
from contracts.events.configuration import AreaDefined, ThresholdSet
from contracts.events.listing import MaracSet
from contracts.events.orders import PatternDecided
from contracts.events.people import ReferralMade
from services.marac.conference import alert_rows, emergency, rows
from services.marac.conference.after import AFTER as AFTER
from services.marac.conference.case import fold_case
from services.marac.conference.meeting import decide_met, fold_alert, fold_meeting
from services.marac.conference.person import fold_person
from services.marac.conference.transfer import TRANSFER as TRANSFER


def case_once(subject: Subject) -> Folded:
    """The row of a case, folded once for all views of it."""
    return once(subject, fold_case)


def decide_meeting(row: Row | None, at: datetime) -> Iterable[Saying]:
    """What a meeting's row lets be said: that its time came, and that an emergency is to be told."""
    yield from decide_met(row, at)
    yield from emergency.decide(row, at)


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
    fold=case_once,
    begun_by=(ReferralMade,),
    reads_people=True,
    configured_by=(AreaDefined, MaracSet, ThresholdSet),
)
MEETING = View(
    "conference_meeting",
    of="cause",
    row=rows.ConferenceMeeting,
    table=rows.ConferenceMeetingTable,
    fold=fold_meeting,
    decide=decide_meeting,
    begun_by=(MeetingCalled,),
    configured_by=(AreaDefined,),
)
ALERT = View(
    "conference_alert",
    of="cause",
    row=alert_rows.ConferenceAlert,
    table=alert_rows.ConferenceAlertTable,
    fold=fold_alert,
    begun_by=(AlertRaised, PatternDecided, ClockStarted),
)
