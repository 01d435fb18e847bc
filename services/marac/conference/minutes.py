"""The minutes of a meeting: put together from what was recorded, issued as numbered versions, read by those
who may have them. Never where anybody is."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chassis.accept import Refused, Taken
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.identity import IdentityAssigned
from contracts.events.meeting import IssuedCase, MinutesIssued
from services.marac import casefile
from services.marac.conference import compose, known, rows
from services.marac.conference.action_held import actions_of
from services.marac.conference.action_plan import lines_of, open_before
from services.marac.conference.hearing import (
    cases_at,
    in_order,
    is_of_another,
    meeting_of,
    out_of,
    sitting_of,
)
from services.marac.conference.held import Held
from services.marac.conference.minutes_theirs import may_read, theirs
from services.marac.conference.room import core_lines, take
from services.marac.conference.sending import minutes_to
from services.marac.conference.sitting import SITTING
from services.marac.conference.sitting_rows import HeardCase, HeardVersion, Issue, Sitting
from services.marac.conference.views import CASE, MEETING, PERSON
from services.marac.rules import agenda as order
from services.marac.rules import sharing
from services.marac.shown_actions import ActionLine
from services.marac.shown_sitting import Minutes, MinutesCase


class ToIssue(BaseModel):
    """Minutes are issued: as which number, so that two who issue at once issue one."""

    model_config = ConfigDict(extra="forbid")

    number: int = Field(ge=1, le=1000)


async def read(runtime: Runtime, caller: Caller, meeting: str) -> Minutes:
    """The minutes for a caller: for whoever holds the meeting with what was recorded since, for others as
    issued last, for a representative of the cases that are theirs. Raises Problem (404). It is on record."""
    sitting, holds = await sitting_of(runtime, meeting), sharing.may_hold(caller.roles)
    row = await _meeting(runtime, caller, meeting, sitting)
    of_agency = not sharing.may_see_meeting(caller.roles, caller.areas, row.areas)
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    agencies, areas = casefile.agencies_of(configuration), casefile.areas_of(configuration)
    newest = sitting.issued[-1] if sitting.issued else None
    own = await theirs(runtime, caller, row, sitting) if of_agency else None
    seen, then = (own.cases, own.issued) if own else (await cases_at(runtime, caller, row), None)
    cases = await _cases(runtime, caller, row, sitting, seen, then) if holds or newest else []
    attendance = list(sitting.attendance) if holds or newest else []
    changed = sum(each.added or each.before is not None for each in cases)
    changed += sum(line.recorded > newest.issued for line in sitting.attendance) if newest else 0
    page = Minutes(
        at=runtime.clock.now(),
        meeting=meeting,
        area_name=compose.area_name(areas, row.area) or row.area,
        starts=row.starts,
        venue=row.venue,
        emergency=row.emergency,
        opened=sitting.opened,
        closed=sitting.closed,
        statement=sitting.statement,
        number=newest.number if newest else 0,
        issued=newest.issued if newest else None,
        draft=holds and (newest is None or changed > 0),
        changed=changed if newest else 0,
        may_issue=holds and sitting.closed is not None and (newest is None or changed > 0),
        attendance=attendance,
        core=core_lines(sitting, agencies) if attendance else [],
        carried=await _carried(runtime, caller, row, sitting) if holds or newest else [],
        cases=cases,
        of_agency=of_agency,
        undeclared=own.undeclared if own else 0,
        agencies={agency: said.name for agency, said in sorted(agencies.items())},
    )
    body = page.model_dump_json(exclude={"at", "agencies"}).encode()
    facts = {row.root, *sitting.facts, *(line.fact for line in attendance), *_records(cases)}
    await runtime.shown(caller, SITTING.name, meeting, body, facts)
    return page


async def _meeting(
    runtime: Runtime, caller: Caller, meeting: str, sitting: Sitting
) -> rows.ConferenceMeeting:
    """A meeting whose minutes are there for the caller. Raises Problem (404)."""
    row = await Held(runtime).one(MEETING, rows.ConferenceMeeting, meeting)
    if row is None or not may_read(caller, row, sitting):
        raise not_found()
    return row


async def issue(runtime: Runtime, caller: Caller, meeting: str, said: ToIssue) -> Taken:
    """Issue the minutes as they are now. Raises Problem (404); Refused (409): ``not-closed``;
    ``not-the-next`` for a number that is not the next."""
    row = await meeting_of(runtime, caller, meeting)
    if not sharing.may_hold(caller.roles):
        raise not_found()
    sitting = await sitting_of(runtime, meeting)
    if sitting.closed is None:
        raise Refused("not-closed", "body.number", status=409)
    if said.number != 1 + max((each.number for each in sitting.issued), default=0):
        raise Refused("not-the-next", "body.number", status=409)
    listed = {each.case for each in row.cases}
    made_of = [
        IssuedCase(case=each.case, fact=each.now.fact) for each in sitting.heard if each.case in listed
    ]
    to = minutes_to(sitting, {each.case for each in made_of})
    content = MinutesIssued(meeting=meeting, number=said.number, cases=made_of, to=to)
    return await take(runtime, caller, content, only=f"minutes {meeting} {said.number}")


async def _cases(
    runtime: Runtime,
    caller: Caller,
    row: rows.ConferenceMeeting,
    sitting: Sitting,
    seen: Mapping[str, rows.ConferenceCase],
    then: datetime | None,
) -> list[MinutesCase]:
    """The cases of the minutes that the caller may see and was not out of the room for, in the agenda's
    order. ``then``: for a representative, when the minutes were issued: what was heard, with its actions as
    they were."""
    out = out_of(caller, sitting)
    there = {case: each for case, each in seen.items() if case not in out}
    letters, actions = order.told_apart(there), await _agreed(runtime, caller, row.meeting, there, then)
    held = Held(runtime, then)
    known = await held.many(CASE, rows.ConferenceCase, there, "case") if then else there
    repeats = await held.repeats(known, row)
    found = [
        (await _case(runtime, caller, case, letters[case.case], sitting)).model_copy(
            update={"actions": actions[case.case], "repeat": case.case in repeats}
        )
        for case in in_order(there.values())
    ]
    return found if then is None else [each for each in found if each.record and each.heard]


async def _agreed(
    runtime: Runtime, caller: Caller, meeting: str, cases: Collection[str], then: datetime | None
) -> dict[str, list[ActionLine]]:
    """The actions that were agreed at a meeting for these cases, by case, as they are or were known then."""
    found = [row for rows_ in (await actions_of(runtime, cases, then)).values() for row in rows_]
    of = {row.action: row.of_case for row in found if row.meeting == meeting and not row.withdrawn}
    lines = await lines_of(Held(runtime, then), caller, [row for row in found if row.action in of])
    return {case: [line for line in lines if of[line.action] == case] for case in cases}


async def _carried(
    runtime: Runtime, caller: Caller, row: rows.ConferenceMeeting, sitting: Sitting
) -> list[ActionLine]:
    """The actions of earlier meetings that are open still, but of cases for which the caller was out."""
    found, out = await open_before(Held(runtime), caller, row), out_of(caller, sitting)
    return [line for line in found if line.agreed < row.starts and line.case not in out]


async def _case(
    runtime: Runtime, caller: Caller, case: rows.ConferenceCase, letters: str, sitting: Sitting
) -> MinutesCase:
    holds, newest = sharing.may_hold(caller.roles), sitting.issued[-1] if sitting.issued else None
    heard = sitting.of(case.case)
    issued = _issued(heard, newest)
    record = heard.now if heard and holds else issued
    heard_at = heard.heard if heard and record and record.says_anything else None
    of_another = record is not None and await is_of_another(runtime, record.victim, case)
    victim = (
        await Held(runtime).one(PERSON, rows.ConferencePerson, case.victim.person) if case.victim else None
    )
    return MinutesCase(
        case=case.case,
        letters=letters,
        name=victim.identity.name if victim else None,
        born=next(iter(victim.identity.born), None) if victim else None,
        grade=case.grade,
        repeat=False,
        referred_by=case.agency,
        withdrawn=case.withdrawn,
        heard=heard_at,
        record=record if holds or not of_another else None,
        before=issued if record and issued and issued.fact != record.fact else None,
        added=holds and newest is not None and heard_at is not None and issued is None,
        of_another=of_another,
        unlinked=heard is not None and await _unlinked(runtime, case, heard.heard),
        left=[line for line in sitting.left if line.case == case.case],
    )


def _issued(heard: HeardCase | None, newest: Issue | None) -> HeardVersion | None:
    """What the newest minutes have of a case."""
    fact = newest.cases.get(heard.case) if heard and newest else None
    return next((each for each in heard.versions if each.fact == fact), None) if heard else None


async def _unlinked(runtime: Runtime, case: rows.ConferenceCase, since: datetime) -> bool:
    """Whether records that were held for those of the case's people were parted from them since."""
    people = known.people_of(case)
    decisions = (await runtime.facts([f"p:{person}" for person in sorted(people)])).current(IdentityAssigned)
    return any(
        fact.said.parted
        and fact.occurred > since
        and people & {end for m in fact.said.moves for end in (m.origin, m.to)}
        for fact in decisions
    )


def _records(cases: Iterable[MinutesCase]) -> set[str]:
    found = (version for case in cases for version in (case.record, case.before) if version)
    return {version.fact for version in found}
