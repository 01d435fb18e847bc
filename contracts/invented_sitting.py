"""A meeting of the invented people while it sits, and its minutes."""

from contracts import vocabulary as code
from contracts.events.meeting import (
    AttendanceRecorded,
    CaseBegun,
    CaseHeard,
    IssuedCase,
    LeftTheRoom,
    MeetingClosed,
    MeetingOpened,
    MinutesIssued,
    PaperOpened,
)
from contracts.invented import HER, at, example_id, mention_of
from contracts.invented_facts import BREACH, MEETING, REFERRAL, Told
from contracts.sections import Narrative

HEARD = example_id("a case heard")

SITTING: list[Told] = [
    ("northshire-police", at(24, 9, 30), MeetingOpened(meeting=MEETING, statement=True)),
    (
        "northshire-police",
        at(24, 9, 31),
        AttendanceRecorded(
            meeting=MEETING,
            agency="northshire-police",
            attended=code.Attendance.PRESENT,
            who="Imogen Thackeray",
            chairs=True,
        ),
    ),
    (
        "northshire-police",
        at(24, 9, 40),
        LeftTheRoom(meeting=MEETING, case=REFERRAL, agency="castlegate-housing", who="Piers Holloway"),
    ),
    ("northshire-police", at(24, 9, 41), CaseBegun(meeting=MEETING, case=REFERRAL)),
    (
        "northshire-police",
        at(24, 9, 52),
        CaseHeard(
            meeting=MEETING,
            case=REFERRAL,
            victim=mention_of(HER, "haven-idva"),
            risks=Narrative(text="Threats after each contact with the children; the bail ends on Friday."),
            needs=Narrative(text="The victim: somebody beside them in court. The children: counselling."),
            strengths=Narrative(text="The victim keeps each appointment. A sister helps with the children."),
            decided=Narrative(text="Bail to be reviewed before it ends. New locks offered."),
            forums=[code.Forum.CHILD_PROTECTION],
            told_by="haven-idva",
            safe_to_tell=True,
            had=[BREACH],
        ),
    ),
    ("northshire-police", at(24, 12), MeetingClosed(meeting=MEETING)),
    (
        "northshire-police",
        at(24, 15),
        MinutesIssued(
            meeting=MEETING,
            number=1,
            cases=[IssuedCase(case=REFERRAL, fact=HEARD)],
            to=["castlegate-housing", "haven-idva"],
        ),
    ),
    (
        "castlegate-housing",
        at(25, 9, 5),
        PaperOpened(
            meeting=MEETING,
            paper=code.Paper.MINUTES,
            of=example_id("the minutes"),
            person=example_id("a representative"),
            name="Piers Holloway",
        ),
    ),
]
"""A meeting while it sits, and its minutes."""
