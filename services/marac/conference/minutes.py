"""The minutes of a meeting: put together from what was recorded, issued as numbered versions, read by those
who may have them. Never where anybody is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from chassis.accept import Refused, Taken
from chassis.facts import Fact
from chassis.http.auth import Caller
from chassis.http.problem import not_found
from chassis.runtime import Runtime
from contracts.events.configuration import AgencyDefined, AreaDefined
from contracts.events.identity import IdentityAssigned
from contracts.events.meeting import IssuedCase, MinutesIssued
from services.marac import casefile
from services.marac.conference import compose, known, rows
from services.marac.conference.action_held import actions_of
from services.marac.conference.action_plan import lines_of, reviewed
from services.marac.conference.actions_rows import ActionRow
from services.marac.conference.handed_over import handed_over
from services.marac.conference.hearing import (
    cases_at,
    in_order,
    is_of_another,
    meeting_of,
    named,
    out_of,
    sitting_of,
)
from services.marac.conference.held import Held
from services.marac.conference.minutes_theirs import Theirs, may_read, theirs
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
    """The minutes for a caller, on record: whoever holds the meeting has what was recorded since, if anything
    was; others what was issued last: a representative of the cases that are theirs, and whoever sees a case
    that was transferred of that one alone. Raises Problem (404)."""
    sitting = await sitting_of(runtime, meeting)
    row, own = await _meeting(runtime, caller, meeting, sitting)
    holds = own is None and sharing.may_hold(caller.roles)
    configuration = await runtime.configuration(AgencyDefined, AreaDefined)
    agencies, areas = casefile.agencies_of(configuration), casefile.areas_of(configuration)
    newest = sitting.issued[-1] if sitting.issued else None
    all_, out = own.cases if own else await cases_at(runtime, caller, row), out_of(caller, sitting)
    seen = {case: each for case, each in all_.items() if case not in out}
    before = await _as_issued(runtime, sitting, newest, strictly=own is not None) if newest else None
    changed = await _changed(runtime, row, sitting, before, newest, seen) if holds and newest else 0
    told, then = (before, newest.issued) if newest and before and not changed else (sitting, None)
    handed, some, all_of = own is not None and own.handed, holds or newest, (runtime, caller, row, sitting)
    cases = await _cases(*all_of, told, seen, then, holds=holds) if some else []
    cases = cases if own is None else own.only(cases)
    attendance = list(told.attendance) if some and not handed else []
    page = Minutes(
        at=runtime.clock.now(),
        meeting=meeting,
        area_name=compose.area_name(areas, row.area) or row.area,
        **row.model_dump(include={"starts", "venue", "emergency"}),
        **sitting.model_dump(include={"opened", "closed", "statement"}),
        number=newest.number if newest else 0,
        issued=newest.issued if newest else None,
        draft=holds and (newest is None or changed > 0),
        changed=changed if newest else 0,
        may_issue=holds and sitting.closed is not None and (newest is None or changed > 0),
        attendance=attendance,
        core=core_lines(told, agencies) if attendance else [],
        carried=await _carried(*all_of, then) if own is None and some else [],
        cases=cases,
        of_agency=own is not None and not handed,
        by_transfer=handed,
        undeclared=own.undeclared if own else 0,
        agencies={agency: said.name for agency, said in sorted(agencies.items())},
    )
    body = page.model_dump_json(exclude={"at", "agencies"}).encode()
    facts = {row.root, *_records(cases), *([] if handed else sitting.facts), *(a.fact for a in attendance)}
    await runtime.shown(caller, SITTING.name, meeting, body, facts)
    return page


async def _meeting(
    runtime: Runtime, caller: Caller, meeting: str, sitting: Sitting
) -> tuple[rows.ConferenceMeeting, Theirs | None]:
    """A meeting whose minutes are there for the caller, and of which of its cases alone; None: of all that
    they see. Raises Problem (404)."""
    row = await Held(runtime).one(MEETING, rows.ConferenceMeeting, meeting)
    if row is None:
        raise not_found()
    if may_read(caller, row, sitting):
        sees = sharing.may_see_meeting(caller.roles, caller.areas, row.areas)
        return row, None if sees else await theirs(runtime, caller, row, sitting)
    handed = await handed_over(runtime, caller, row, sitting)
    if row.withdrawn or not handed:
        raise not_found()
    return row, Theirs(handed, 0, sitting.issued[-1].issued, handed=True)


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


async def _as_issued(runtime: Runtime, sitting: Sitting, newest: Issue, *, strictly: bool) -> Sitting | None:
    """What was recorded of a meeting when its minutes were issued. None: that was a moment ago, and it is not
    sure yet that all is here; ``strictly``, for whoever may have nothing later: Refused (409)."""
    held = await runtime.held_until()
    if not strictly and (held is None or held <= newest.issued):
        return None
    then = await Held(runtime, newest.issued).one(SITTING, Sitting, sitting.meeting)
    return then or Sitting(meeting=sitting.meeting)


async def _changed(
    runtime: Runtime,
    row: rows.ConferenceMeeting,
    sitting: Sitting,
    before: Sitting | None,
    newest: Issue,
    cases: Collection[str],
) -> int:
    """How much was recorded since minutes were issued: of these cases, of their actions, of who attended and
    who left. What came of an action is none: it is said where the action stands."""
    heard = [(each, _issued(each, newest)) for case in cases if (each := sitting.of(case)) is not None]
    found = sum(each.now != had if had else each.now.says_anything for each, had in heard)
    said = [*(each.recorded for each in sitting.attendance), *(each.recorded for each in sitting.left)]
    found += sum(each > newest.issued for each in said)
    left = {(line.case, line.agency, line.who) for line in sitting.left}
    gone = {(line.case, line.agency, line.who) for line in (before.left if before else ())} - left
    agreed = [each for of_case in (await actions_of(runtime, cases, None)).values() for each in of_case]
    agreed = [each for each in agreed if each.meeting == row.meeting and _stood(each, newest.issued)]
    return found + len(gone) + sum(each.recorded > newest.issued for each in agreed)


def _stood(action: ActionRow, issued: datetime | None) -> bool:
    """Whether an action stands, or did when minutes were issued, before it was taken back."""
    return not action.withdrawn or (issued is not None and action.agreed <= issued < action.recorded)


async def _cases(
    runtime: Runtime,
    caller: Caller,
    row: rows.ConferenceMeeting,
    sitting: Sitting,
    told: Sitting,
    there: Mapping[str, rows.ConferenceCase],
    then: datetime | None,
    *,
    holds: bool,
) -> list[MinutesCase]:
    """These cases in the agenda's order. ``then``: when the minutes were issued that are read, with what was
    known of each by then; ``told``: the meeting as it was recorded by then."""
    letters, actions = order.told_apart(there), await _agreed(runtime, caller, row, sitting, there, then)
    held = Held(runtime, then)
    known = await held.many(CASE, rows.ConferenceCase, there, "case") if then else there
    repeats, around = await held.repeats(known, row), await _around(runtime, there.values(), sitting)
    return [
        _case(around, case, letters[case.case], sitting, holds=holds).model_copy(
            update={
                "actions": actions[case.case],
                "repeat": case.case in repeats,
                "left": [line for line in told.left if line.case == case.case],
            }
        )
        for case in in_order(there.values(), row.starts)
    ]


async def _agreed(
    runtime: Runtime,
    caller: Caller,
    meeting: rows.ConferenceMeeting,
    sitting: Sitting,
    cases: Collection[str],
    then: datetime | None,
) -> dict[str, list[ActionLine]]:
    """The actions that were agreed at a meeting for these cases, by case, as they are, with those that were
    taken back since minutes were issued, or as they were known then."""
    issued = sitting.issued[-1].issued if sitting.issued and then is None else None
    found = [row for rows_ in (await actions_of(runtime, cases, then)).values() for row in rows_]
    of = {row.action: row.of_case for row in found if row.meeting == meeting.meeting and _stood(row, issued)}
    lines = await lines_of(Held(runtime, then), caller, [row for row in found if row.action in of])
    return {case: [line for line in lines if of[line.action] == case] for case in cases}


async def _carried(
    runtime: Runtime,
    caller: Caller,
    row: rows.ConferenceMeeting,
    sitting: Sitting,
    then: datetime | None,
) -> list[ActionLine]:
    """The actions of earlier meetings that it had before it, but of cases for which the caller was out."""
    out, began = out_of(caller, sitting), min(row.starts, sitting.opened or row.starts)
    found = await reviewed(Held(runtime, then), caller, row, began)
    return [line for line in found if line.case not in out]


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known today of the people of cases: the rows of their victims, who those are of whom something
    was recorded, and what was decided of who is who."""

    victims: Mapping[str, rows.PersonInBrief]
    homes: Mapping[str, str]
    decisions: Sequence[Fact[IdentityAssigned]]


async def _around(runtime: Runtime, cases: Iterable[rows.ConferenceCase], sitting: Sitting) -> _Around:
    cases = list(cases)
    hers = {each.victim.person for each in cases if each.victim}
    people = {person for each in cases for person in known.people_of(each)}
    heard = (record for each in cases if (of := sitting.of(each.case)) for record in of.versions)
    return _Around(
        await Held(runtime).many(PERSON, rows.PersonInBrief, hers, "person"),
        await named(runtime, heard),
        (await runtime.facts([f"p:{person}" for person in sorted(people)])).current(IdentityAssigned),
    )


def _case(
    around: _Around, case: rows.ConferenceCase, letters: str, sitting: Sitting, *, holds: bool
) -> MinutesCase:
    newest = sitting.issued[-1] if sitting.issued else None
    heard = sitting.of(case.case)
    issued = _issued(heard, newest)
    record = heard.now if heard and holds else issued
    heard_at = heard.heard if heard and record and record.says_anything else None
    of_another = record is not None and is_of_another(around.homes, record, case)
    victim = around.victims.get(case.victim.person) if case.victim else None
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
        unlinked=heard is not None and _unlinked(around, case, heard.heard),
    )


def _issued(heard: HeardCase | None, newest: Issue | None) -> HeardVersion | None:
    """What the newest minutes have of a case."""
    fact = newest.cases.get(heard.case) if heard and newest else None
    return next((each for each in heard.versions if each.fact == fact), None) if heard else None


def _unlinked(around: _Around, case: rows.ConferenceCase, since: datetime) -> bool:
    """Whether records that were held for those of the case's people were parted from them since."""
    people = known.people_of(case)
    return any(
        fact.said.parted
        and fact.occurred > since
        and people & {end for m in fact.said.moves for end in (m.origin, m.to)}
        for fact in around.decisions
    )


def _records(cases: Iterable[MinutesCase]) -> set[str]:
    found = (version for case in cases for version in (case.record, case.before) if version)
    return {version.fact for version in found}
