"""Which meetings have a case and which heard it: until one is closed whatever it lists, then what it
recorded."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.events.conference import CaseListed, MeetingCalled
from contracts.events.meeting import CaseHeard, MeetingClosed
from contracts.sections import Narrative, Sealed
from contracts.vocabulary import Forum
from services.marac.conference.heard import having, heard_at
from services.marac.conference.sitting import version_of
from services.marac.rules.sitting import asked_whether_held, says_anything
from tests.services.marac.caseload import referral, world
from tests.support.facts import NOON, fact, root_of

DAY = timedelta(days=1)


def said(*, begun: bool, closed: bool, recorded: bool, words: str | None = "Locks.") -> list[Any]:
    """A case at a meeting of yesterday or tomorrow, and what that recorded of it."""
    starts = NOON - DAY if begun else NOON + DAY
    meeting, case = root_of("meeting"), root_of("case")
    facts = [
        referral(),
        fact(MeetingCalled(area="north", starts=starts), root="meeting", occurred=NOON - 9 * DAY),
        fact(CaseListed(meeting=meeting, case=case), root="listed", occurred=NOON - 8 * DAY),
    ]
    if recorded:
        decided = Narrative(text=words) if words else None
        heard = CaseHeard(meeting=meeting, case=case, decided=decided, had=[])
        facts.append(fact(heard, root="heard", occurred=starts))
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


@pytest.mark.parametrize(
    ("began_days_ago", "closed", "asked"),
    [(0, False, False), (1, False, True), (1, True, False), (28, False, True), (29, False, False)],
)
def test_it_is_asked_for_four_weeks_whether_a_meeting_was_held(
    *, began_days_ago: int, closed: bool, asked: bool
) -> None:
    assert asked_whether_held(NOON - began_days_ago * DAY, NOON, closed=closed) == asked


def test_a_closed_meeting_did_not_hear_a_case_that_was_saved_empty() -> None:
    told = world(*said(begun=True, closed=True, recorded=True, words=None))
    case = told.row("conference_case", root_of("case"))
    meetings = {root_of("meeting"): told.row("conference_meeting", root_of("meeting"))}
    assert meetings[root_of("meeting")].recorded == ()
    assert (having(case, meetings), heard_at(case, meetings, NOON)) == ([], {})


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, False),
        ({"had": [root_of("incident")]}, False),
        *(({part: Narrative(text="Locks.")}, True) for part in ("risks", "needs", "strengths", "decided")),
        ({"risks": Sealed(alg="A256GCM", kid="another's", sealed="bm90aGluZw")}, True),
        ({"forums": [Forum.MAPPA]}, True),
        ({"told_by": "haven"}, True),
        ({"safe_to_tell": True}, True),
        ({"safe_to_tell": False}, True),
    ],
)
def test_whether_a_record_says_anything(values: dict[str, Any], *, says: bool) -> None:
    heard = CaseHeard(meeting=root_of("meeting"), case=root_of("case"), **values)
    assert says_anything(heard) is says
    assert version_of(fact(heard, root="heard")).says_anything is says
