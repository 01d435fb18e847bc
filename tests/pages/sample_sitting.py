"""An invented meeting while it sits, and its minutes, for pages."""

from datetime import date, datetime
from typing import Any

import pytest

from chassis.accept import Refused, Taken
from chassis.http.auth import Caller
from contracts.sections import Name
from contracts.vocabulary import Attendance, CoreService, Forum, Grade, Mappa
from services.marac.conference import hearing, minutes, minutes_theirs, room
from services.marac.conference.room import Attends, Leaves
from services.marac.conference.sitting_rows import AttendanceLine, HeardVersion, LeftLine, Sitting
from services.marac.rules import sharing as marac_sharing
from services.marac.shown import CasePage
from services.marac.shown_sitting import (
    CoreLine,
    Hearing,
    Minutes,
    MinutesCase,
    MinutesLine,
    MinutesList,
    SittingShown,
)
from services.marac.tasking.rows import MappaSaid
from tests.pages import sample_actions
from tests.pages.sample_rows import AGENCIES, CASE, LONG, LONG_CASE, MEETING, NOW, ago, new

COUNCIL, POLICE, IDVA = "northmere-council", "northmere-police", "harbour-idva"


def version(n: int, risks: str, by: str = POLICE, **more: Any) -> HeardVersion:
    """One version of what was recorded of a case."""
    said: dict[str, Any] = {
        "needs": "Somebody at school whom the children may talk to.",
        "strengths": None,
        "decided": "Bail to be reviewed before it ends.\nNew locks offered.",
        "forums": (Forum.CHILD_PROTECTION, Forum.MATAC),
        "told_by": IDVA,
        "safe_to_tell": None,
        "victim": None,
        "sealed": False,
    }
    return HeardVersion(
        fact=new(), version=n, agency=by, recorded=ago(minutes=9 - n), risks=risks, **(said | more)
    )


def attendance() -> list[AttendanceLine]:
    """Somebody of each kind of attendance."""
    people: tuple[tuple[str, str | None, Attendance, dict[str, Any]], ...] = (
        (POLICE, "Rowan Ellis", Attendance.PRESENT, {"chairs": True}),
        (IDVA, "Carys Bevan", Attendance.DEPUTY, {}),
        ("castlegate-housing", None, Attendance.APOLOGIES_WITH_INFORMATION, {}),
        ("northmere-hospital", "Hana Weld", Attendance.OBSERVER, {"signed": None}),
        (COUNCIL, LONG, Attendance.ABSENT, {"stands_for": CoreService.ADULT_SOCIAL_CARE}),
    )
    none: dict[str, Any] = {"chairs": False, "signed": True, "stands_for": None}
    return [
        AttendanceLine(
            fact=new(), agency=agency, who=who, attended=how, recorded=ago(hours=1), **(none | more)
        )
        for agency, who, how, more in people
    ]


def core() -> list[CoreLine]:
    """Three that are recorded."""
    said = {
        CoreService.POLICE: Attendance.PRESENT,
        CoreService.IDVA: Attendance.DEPUTY,
        CoreService.HOUSING: Attendance.APOLOGIES_WITH_INFORMATION,
    }
    return [CoreLine(service=each, attended=said.get(each)) for each in CoreService]


def left() -> LeftLine:
    """Somebody who left."""
    return LeftLine(
        fact=new(), case=LONG_CASE, agency=COUNCIL, who="Priya Nair", person=None, recorded=ago(hours=1)
    )


def page_of_minutes(*, draft: bool) -> Minutes:
    """Minutes that were issued and corrected since; as whoever holds the meeting has them, or as issued."""
    before, now = (
        version(1, "Contact through the children."),
        version(2, "Contact through the children, daily."),
    )
    corrected = {"record": now, "before": before, "actions": sample_actions.lines()[2:]}
    lines: list[dict[str, Any]] = [
        {"case": CASE, "letters": "K7Q", "name": Name(family="Doe", given="Jane"), "repeat": True}
        | (corrected if draft else {"record": before}),
        {
            "case": LONG_CASE,
            "letters": "R4W3",
            "name": Name(family=LONG, given="Asha"),
            "record": version(1, "Nobody has seen the children.", safe_to_tell=False),
            "unlinked": True,
            "left": [left()],
        },
        {"case": new(), "letters": "M2D", "name": None, "record": None, "heard": None, "withdrawn": True},
    ]
    some: dict[str, Any] = {
        "born": date(1991, 3, 2),
        "grade": Grade.HIGH,
        "repeat": False,
        "referred_by": IDVA,
        "withdrawn": False,
        "heard": ago(minutes=30),
    }
    return Minutes(
        at=NOW,
        meeting=MEETING,
        area_name="Northmere North",
        starts=ago(hours=2),
        venue="Council offices, committee room 2",
        emergency=False,
        opened=ago(hours=2),
        closed=ago(minutes=5),
        number=1,
        issued=ago(minutes=4),
        draft=draft,
        changed=1 if draft else 0,
        may_issue=draft,
        attendance=attendance(),
        core=core(),
        carried=sample_actions.lines()[:1],
        cases=[MinutesCase.model_validate(some | line) for line in lines],
        agencies=AGENCIES,
    )


class Sittings:
    """What was recorded of the one meeting, for tests that record."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As it was at first."""
        self.records: dict[str, HeardVersion] = {}
        self.attended: list[Attends] = []
        self.gone: list[Leaves] = []
        self.keys: set[str | None] = set()
        self.down = False

    async def read(self, _runtime: Any, _caller: Caller, meeting: str, case: str) -> Hearing:
        """What is recorded of a case."""
        record = self.records.get(case)
        n = record.version if record else 0
        heard = ago(minutes=8) if record else None
        return Hearing(meeting=meeting, case=case, version=n, heard=heard, record=record)

    async def record(
        self, _runtime: Any, caller: Caller, _meeting: str, case: str, said: hearing.ToRecord, upon: int
    ) -> Taken:
        """Record it upon the version at hand, as the service does."""
        if self.down:
            raise Refused("catching-up", status=503)
        now = self.records.get(case)
        words = said.model_dump(exclude={"at", "forums"}) | {"forums": tuple(sorted(said.forums))}
        if now and now.model_dump(include=set(words)) == words:
            return Taken(now.fact, case, now.version, NOW, repeated=True)
        if upon != (now.version if now else 0):
            raise Refused("changed-since", "If-Match", status=412)
        self.records[case] = version(upon + 1, by=caller.agency, **words)
        return Taken(self.records[case].fact, case, upon + 1, NOW, repeated=False)

    async def sitting_of(self, _runtime: Any, meeting: str) -> Sitting:
        """The meeting, opened an hour ago."""
        return Sitting(meeting=meeting, opened=ago(hours=1))

    async def attend(
        self, _runtime: Any, _caller: Caller, _meeting: str, said: Attends, key: str | None
    ) -> None:
        """Record how somebody attended, once under one key."""
        if key not in self.keys:
            self.attended.append(said)
            self.keys.add(key)

    async def leave(
        self, _runtime: Any, _caller: Caller, _meeting: str, said: Leaves, key: str | None
    ) -> None:
        """Record who left the room, once under one key."""
        if key not in self.keys:
            self.gone.append(said)
            self.keys.add(key)

    async def room(self, _runtime: Any, _caller: Caller, meeting: str) -> SittingShown:
        """Where it is held from."""
        heard = [case for case in (CASE, LONG_CASE) if case in self.records]
        return SittingShown(
            at=NOW,
            meeting=meeting,
            area_name="Northmere North",
            starts=ago(hours=1),
            venue="Council offices, committee room 2",
            opened=ago(hours=1),
            closed=None,
            why_not_closed="no-chair",
            attendance=[
                *(line for line in attendance() if not line.chairs),
                *(AttendanceLine(fact=new(), recorded=NOW, **said.model_dump()) for said in self.attended),
            ],
            core=core(),
            left=[left()],
            heard=heard,
            to_hear=[case for case in (CASE, LONG_CASE) if case not in heard],
            letters={CASE: "K7Q", LONG_CASE: "R4W3"},
            issued=0,
            agencies=AGENCIES,
        )


def sampled(patch: pytest.MonkeyPatch, sittings: Sittings) -> None:
    """Let the page routes ask this instead of a store."""

    async def at_glance(_runtime: Any, _caller: Caller, page: CasePage) -> hearing.Glance:
        said = MappaSaid(level=Mappa.LEVEL_2, agency_kind="probation", month="2026-10")
        gone = said.model_copy(update={"level": Mappa.NOT_MANAGED, "agency_kind": "police"})
        first, *others = [each.identity.name for each in page.perpetrators] or [None]
        return hearing.Glance(matac=True, mappa=[(first, (said, gone)), *((name, ()) for name in others)])

    async def begun(*_: Any) -> datetime:
        return ago(minutes=7)

    async def the_minutes(_runtime: Any, caller: Caller, _meeting: str) -> Minutes:
        page = page_of_minutes(draft=marac_sharing.may_hold(caller.roles))
        if "marac-representative" not in caller.roles:
            return page
        theirs = {"of_agency": True, "undeclared": 2, "carried": [], "cases": page.cases[:1]}
        return page.model_copy(update=theirs)

    async def listed(_runtime: Any, _caller: Caller) -> MinutesList:
        line = {"meeting": MEETING, "area_name": "Northmere North", "number": 1, "issued": ago(minutes=4)}
        starts = ({"starts": ago(hours=2), "emergency": True}, {"starts": ago(days=30), "emergency": False})
        return MinutesList(at=NOW, minutes=[MinutesLine.model_validate(line | each) for each in starts])

    patch.setattr(hearing, "read", sittings.read)
    patch.setattr(hearing, "record", sittings.record)
    patch.setattr(hearing, "at_glance", at_glance)
    patch.setattr(hearing, "begun", begun)
    patch.setattr(room, "read", sittings.room)
    patch.setattr(room, "attend", sittings.attend)
    patch.setattr(room, "leave", sittings.leave)
    patch.setattr(hearing, "sitting_of", sittings.sitting_of)
    patch.setattr(minutes, "read", the_minutes)
    patch.setattr(minutes_theirs, "listed", listed)
