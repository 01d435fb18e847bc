"""Which meetings have a case and which heard it: until one is closed whatever it lists, then what it
recorded."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.meeting import CaseHeard, MeetingClosed
from services.marac.conference.heard import having, heard_at
from tests.services.marac.caseload import referral, world
from tests.support.facts import NOON, fact, root_of

DAY = timedelta(days=1)


def said(*, begun: bool, closed: bool, recorded: bool) -> list[Any]:
    """A case at a meeting of yesterday or tomorrow."""
    starts = NOON - DAY if begun else NOON + DAY
    meeting, case = root_of("meeting"), root_of("case")
    facts = [
        referral(),
        fact(MeetingCalled(area="north", starts=starts), root="meeting", occurred=NOON - 9 * DAY),
        fact(CaseListed(meeting=meeting, case=case), root="listed", occurred=NOON - 8 * DAY),
    ]
    if recorded:
        facts.append(fact(CaseHeard(meeting=meeting, case=case), root="heard", occurred=starts))
    if closed:
        facts.append(fact(MeetingClosed(meeting=meeting), root="closed", occurred=starts))
    return facts


@pytest.mark.parametrize(
    ("begun", "closed", "recorded", "has", "heard"),
    [
        (False, False, False, True, False),
        (True, False, False, True, True),
        (True, False, True, True, True),
        (True, True, True, True, True),
        (True, True, False, False, False),
    ],
)
def test_a_closed_meeting_has_heard_what_it_recorded(
    *, begun: bool, closed: bool, recorded: bool, has: bool, heard: bool
) -> None:
    told = world(*said(begun=begun, closed=closed, recorded=recorded))
    case = told.row("conference_case", root_of("case"))
    meetings = {root_of("meeting"): told.row("conference_meeting", root_of("meeting"))}
    assert bool(having(case, meetings)) == has
    assert bool(heard_at(case, meetings, NOON)) == heard
